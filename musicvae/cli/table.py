"""Printing a table: with rich on a terminal, as plain columns everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of text under their headings.

    A terminal gets rich's table where rich is installed. A pipe or a file gets one line a row, so
    that ``grep`` and ``cut`` work on it.

    Args:
        headings: one for each column.
        rows: as many texts each as there are headings.
    """
    if sys.stdout.isatty() and find_spec("rich") is not None:
        _print_rich(headings, rows)
    else:
        print("\n".join(plain_lines(headings, rows)))


def plain_lines(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The table as lines of aligned columns, two blanks apart; the last column is not padded."""
    table = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    widths[-1] = 0
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
        # The last column holds prose and is the one to wrap.
        table.add_column(heading, no_wrap=heading != headings[-1])
    for row in rows:
        table.add_row(*(Text(text) for text in row))  # Text: square brackets are not markup here
    Console().print(table)
