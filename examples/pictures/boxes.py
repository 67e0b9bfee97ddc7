"""Draws boxes and cords, as patchers have them, with matplotlib."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle
from PIL import Image
from PIL.PngImagePlugin import PngInfo

#: Comes with matplotlib.
FONT = "DejaVu Sans Mono"
#: Of a picture.
COLOURS = 48
#: Background and edge, by kind of box.
COLORS = {
    "object": ("#eef3f8", "#5b7186"),
    "message": ("#f6efe2", "#a08a58"),
    "control": ("#dcebdc", "#4d7f52"),
    "shown": ("#f4e4ea", "#97536c"),
    "area": ("#f7f7f4", "#d8d8d0"),
    "comment": ("none", "none"),
}


@dataclass(frozen=True)
class Box:
    """A box in pixels, the origin above left."""

    x: float
    y: float
    width: float
    height: float
    text: str
    kind: str = "object"


@dataclass(frozen=True)
class Cord:
    """From an outlet of one box to an inlet of another; boxes by their number."""

    source: int
    outlet: int
    target: int
    inlet: int


@dataclass
class Patch:
    """All boxes and cords of one picture."""

    boxes: list[Box] = field(default_factory=list)
    cords: list[Cord] = field(default_factory=list)


def draw(patch: Patch, path: Path, source: str, scale: float = 1.0) -> None:
    """Write a PNG of a patch.

    Args:
        patch: boxes and cords.
        path: of the PNG.
        source: goes into the picture's description; see ``save``.
        scale: picture's pixels for a pixel of the patch.
    """
    width = max(each.x + each.width for each in patch.boxes) + 12
    height = max(each.y + each.height for each in patch.boxes) + 12
    figure, axes = canvas(width, height, scale)
    for shape in patch.boxes:
        if shape.kind == "area":
            box(axes, shape)
    outlets, inlets = _counts(patch)
    for cord in patch.cords:
        start, end = patch.boxes[cord.source], patch.boxes[cord.target]
        x0 = _place(start, cord.outlet, outlets[cord.source])
        x1 = _place(end, cord.inlet, inlets[cord.target])
        axes.plot([x0, x1], [start.y + start.height, end.y], color="#8794a0", lw=0.7, zorder=2)
    for shape in patch.boxes:
        if shape.kind != "area":
            box(axes, shape)
    save(figure, path, source)


def canvas(width: float, height: float, scale: float = 1.0) -> tuple[Figure, Axes]:
    """An empty picture whose units are pixels, the origin above left."""
    figure = Figure(figsize=(width / 100, height / 100), dpi=100 * scale)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def save(figure: Figure, path: Path, source: str) -> None:
    """Write the PNG with few colours, so that it is small.

    Args:
        figure: what to write.
        path: of the PNG.
        source: the fingerprint of the files that it shows, kept in its text.
    """
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    about = PngInfo()
    about.add_text("Source", source)
    image = Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(path, optimize=True, pnginfo=about)


def box(axes: Axes, shape: Box) -> None:
    """Draw one box."""
    face, edge = COLORS[shape.kind]
    area = shape.kind == "area"
    style = "round,pad=0,rounding_size=3" if shape.kind in ("object", "message") else "square,pad=0"
    place = (shape.x, shape.y)
    axes.add_patch(
        FancyBboxPatch(
            place, shape.width, shape.height,
            boxstyle=style, facecolor=face, edgecolor=edge, lw=0.8, zorder=1 if area else 3,
        )
    )  # fmt: skip
    axes.text(
        shape.x + 4, shape.y + (11 if area else shape.height / 2), shape.text,
        fontsize=7.5 if area else 6.6, weight="bold" if area else "normal",
        va="center", color="#1d2730", zorder=4, clip_on=True, family=FONT,
    )  # fmt: skip


def slider(axes: Axes, shape: Box, share: float, *, upright: bool) -> None:
    """A slider whose knob stands at a share, 0 to 1, of its way."""
    box(axes, Box(shape.x, shape.y, shape.width, shape.height, "", "control"))
    if upright:
        knob = Rectangle((shape.x, shape.y + (1 - share) * (shape.height - 5)), shape.width, 5)
    else:
        knob = Rectangle((shape.x + share * (shape.width - 5), shape.y), 5, shape.height)
    knob.set(facecolor="#4d7f52", zorder=4)
    axes.add_patch(knob)


def pad(axes: Axes, shape: Box, x: float, y: float) -> None:
    """A pad with its point; ``y`` counts upwards."""
    box(axes, Box(shape.x, shape.y, shape.width, shape.height, "", "control"))
    place = (shape.x + x * shape.width, shape.y + (1 - y) * shape.height)
    axes.add_patch(Circle(place, 7, facecolor="#4d7f52", zorder=4))


def _counts(patch: Patch) -> tuple[dict[int, int], dict[int, int]]:
    outlets: dict[int, int] = {}
    inlets: dict[int, int] = {}
    for cord in patch.cords:
        outlets[cord.source] = max(outlets.get(cord.source, 0), cord.outlet)
        inlets[cord.target] = max(inlets.get(cord.target, 0), cord.inlet)
    return outlets, inlets


def _place(shape: Box, number: int, last: int) -> float:
    inner = shape.width - 8
    return shape.x + 4 + (inner * number / last if last else 0)
