"""Defines the figure class; the one module that imports matplotlib, and is imported late itself."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine


class Picture(Figure):
    """A figure that is drawn in memory, and that a notebook displays."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


def empty_picture(width: float, height: float, dpi: int, paper: str) -> Picture:
    """A picture without axes.

    Args:
        width: in inches.
        height: in inches.
        dpi: pixels per inch.
        paper: colour of the background, as matplotlib names it.
    """
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.1, wspace=0.02, hspace=0.03)
    picture = Picture(figsize=(width, height), dpi=dpi, facecolor=paper, layout=layout)
    FigureCanvasAgg(picture)
    return picture
