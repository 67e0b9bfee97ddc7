"""Gives all pictures one style, and writes them to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musicvae.errors import MissingExtraError
from musicvae.files import replacing
from musicvae.paths import AnyPath, output_file

#: ``Figure`` and ``Axes`` of matplotlib, whose types are not read (see pyproject.toml).
Figure = Any
Axes = Any

#: The colours and sizes that pictures share.
STYLE: dict[str, Any] = {
    "paper": "#fdfcfa",
    "ink": "#2b3440",
    "quiet": "#7d8792",  # tick labels and names of axes
    "grid": "#e6e4df",
    "main": "#26667f",  # the subject of a picture
    "pale": "#a9c7d2",  # its background: a range, or the training set
    "warm": "#d1793b",  # a second subject, with an axis of its own
    "map": "magma",  # spectrograms: brightness rises evenly, so that it can be read in grey
    "title": 10.5,
    "text": 8.5,
    "font": "DejaVu Sans",  # comes with matplotlib
    "dpi": 144,
}
LONGEST_TITLE = 46  # characters


def new_picture(width: float, height: float) -> Figure:
    """An empty picture, ``width`` × ``height`` inches.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from musicvae.plots.picture import empty_picture
    except ImportError as error:
        raise MissingExtraError("measure", "matplotlib", "drawing pictures") from error
    return empty_picture(width, height, STYLE["dpi"], STYLE["paper"])


def save(figure: Figure, path: AnyPath) -> Path:
    """Write a picture as PNG, whole or not at all.

    Returns:
        The path written.

    Raises:
        SettingError: the path does not end in ``.png``, or cannot be a file.
        OSError: it cannot be written.
    """
    target = output_file(path, (".png",))
    with replacing(target) as temporary:
        # Without matplotlib's version, so that equal pictures are equal files.
        figure.savefig(temporary, format="png", metadata={"Software": None})
    return target


def dress(axes: Axes, title: str = "", *, x: str = "", y: str = "", grid: bool = True) -> None:
    """Give axes the common style: a title at the left, no box, pale grid lines behind."""
    text = {"fontfamily": STYLE["font"], "parse_math": False}
    axes.set_facecolor(STYLE["paper"])
    axes.set_title(
        drawable(title), loc="left", fontsize=STYLE["title"], color=STYLE["ink"], pad=7, **text
    )
    axes.set_xlabel(x, fontsize=STYLE["text"], color=STYLE["quiet"], **text)
    axes.set_ylabel(y, fontsize=STYLE["text"], color=STYLE["quiet"], **text)
    axes.tick_params(
        labelsize=STYLE["text"], labelcolor=STYLE["quiet"], color=STYLE["grid"], length=3, width=0.8
    )
    for side in axes.spines.values():
        side.set_visible(False)
    if grid:
        axes.grid(True, color=STYLE["grid"], linewidth=0.8)
        axes.set_axisbelow(True)


def legend(axes: Axes, **place: Any) -> None:
    """Add a legend without a frame; ``place`` as ``Axes.legend`` takes it."""
    font = {"family": STYLE["font"], "size": STYLE["text"]}
    axes.legend(frameon=False, labelcolor=STYLE["ink"], prop=font, handlelength=1.4, **place)


def drawable(text: str) -> str:
    """The text on one line, with a box for each character that the font lacks."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(STYLE["font"]))
    line = " ".join(text.split())
    return "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in line)


def shortened(title: str) -> str:
    """A title that fits over half a picture, with its end, since file names differ there."""
    if len(title) <= LONGEST_TITLE:
        return title
    return f"{title[: LONGEST_TITLE - 12]}…{title[-11:]}"


def grouped(number: float) -> str:
    """A number with thin spaces between thousands, such as ``12 345`` or ``0.25``."""
    return f"{number:,.6g}".replace(",", "\N{THIN SPACE}")
