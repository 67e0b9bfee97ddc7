"""Prints a table: with rich on a terminal, as plain columns everywhere else.

The tables of ``inspect`` are made elsewhere: they are plain text on a terminal too, with numbers
right-aligned in columns of one width (:mod:`musicvae.artifact.text`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text under their headings.

    On a terminal the table is rich's, where rich is installed. To a pipe or a file it is one line a
    row, so that ``grep`` and ``cut`` work on it.

    Args:
        headings: one for each column.
        rows: one text for each heading.
    """
    if sys.stdout.isatty() and find_spec("rich") is not None:
        _print_rich(headings, rows)
    else:
        print("\n".join(plain_lines(headings, rows)))


def plain_lines(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The table as lines of left-aligned columns, two spaces apart."""
    table = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    widths[-1] = 0  # no spaces at the end of a line
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _print_rich(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        # The last column holds prose, and is the one that may be wrapped.
        table.add_column(heading, no_wrap=heading != headings[-1])
    for row in rows:
        table.add_row(*(Text(text) for text in row))  # Text: square brackets are not markup here
    Console().print(table)
