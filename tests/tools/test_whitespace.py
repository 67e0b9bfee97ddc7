"""The hook that tidies the ends of lines and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\n", b"a\n"),
        (b"", b""),
        (b"a  \nb\t\n", b"a\nb\n"),
        (b"a", b"a\n"),
        (b"a\n\n\n", b"a\n"),
        (b"a \r\nb\r\n\r\n", b"a\r\nb\r\n"),
        (b"  a\n \n  b\n", b"  a\n\n  b\n"),
        (b"a \n\0 ", b"a \n\0 "),
    ],
)
def test_ends_of_lines_and_files(
    load: Callable[[str], ModuleType], tmp_path: Path, before: bytes, after: bytes
) -> None:
    tool, path = load("tools/whitespace.py"), tmp_path / "text"
    path.write_bytes(before)
    assert tool.main([str(path)]) == (before != after)
    assert path.read_bytes() == after
    assert tool.main([str(path)]) == 0
