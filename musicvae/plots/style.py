"""How all pictures look, and how they reach the disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from musicvae.errors import MissingExtraError, SettingError
from musicvae.files import replacing

#: A matplotlib ``Figure``; the library ships no types that we follow.
Figure = Any
Axes = Any

#: Every colour and size that is not a matter of one picture alone.
STYLE: dict[str, Any] = {
    "paper": "#fdfcfa",
    "ink": "#2b3440",
    "quiet": "#7d8792",  # tick labels, second lines of a title
    "grid": "#e6e4df",
    "main": "#26667f",  # what the picture is about
    "pale": "#a9c7d2",  # the same, behind
    "warm": "#d1793b",  # what it is compared with
    "map": "magma",  # spectrograms: equal steps in brightness, legible in grey
    "title": 10.5,
    "text": 8.5,
    "font": "DejaVu Sans",  # comes with matplotlib
    "dpi": 144,
}
LONGEST_TITLE = 46


def new_picture(width: float, height: float) -> Figure:
    """An empty picture, ``width`` × ``height`` inches.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from musicvae.plots.picture import empty_picture
    except ImportError as error:
        raise MissingExtraError("train", "matplotlib", "drawing pictures") from error
    return empty_picture(width, height, STYLE["dpi"], STYLE["paper"])


def save(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a picture as PNG; the file is either whole or not there.

    Raises:
        SettingError: the path does not end in ``.png``.
    """
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise SettingError(
            "pictures are written as PNG", expected="a name ending in .png", received=target.name
        )
    with replacing(target) as temporary:
        # Without the version, equal pictures are equal files.
        figure.savefig(temporary, format="png", metadata={"Software": None})
    return target


def dress(axes: Axes, title: str = "", *, x: str = "", y: str = "", grid: bool = True) -> None:
    """Give axes the common look: a title at the left, no box, faint lines behind."""
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
    """Explain the lines, without a frame."""
    font = {"family": STYLE["font"], "size": STYLE["text"]}
    axes.legend(frameon=False, labelcolor=STYLE["ink"], prop=font, handlelength=1.4, **place)


def drawable(text: str) -> str:
    """The text on one line, with a box for each character that the font lacks."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(STYLE["font"]))
    line = " ".join(text.split())
    return "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in line)


def shortened(title: str) -> str:
    """A title that fits over half a picture; its end is kept, since there files differ."""
    if len(title) <= LONGEST_TITLE:
        return title
    return f"{title[: LONGEST_TITLE - 12]}…{title[-11:]}"


def grouped(number: float) -> str:
    """A number with thin spaces between thousands, such as ``12 345`` or ``0.25``."""
    return f"{number:,.6g}".replace(",", "\N{THIN SPACE}")
