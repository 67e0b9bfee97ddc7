"""Ctrl-C between any two lines of what writes files leaves the old files or the new ones."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from musicvae import files
from musicvae.instrument import folder
from musicvae.models import fetching

OLD, NEW = {"index.html": b"old", "picture.png": b"old"}, {"index.html": b"new"}


def write_file(place: Path) -> None:
    files.write_json(place / "file.json", "new")


def fetch_file(place: Path) -> None:
    fetching._write_new(place / "fetched.onnx", b"new")


def write_page(place: Path) -> None:
    folder.write_folder(place / "page", NEW)


# What is opened and not yet in its ``with`` block is closed when nothing names it any more.
@pytest.mark.filterwarnings("ignore:unclosed file", "ignore:Exception ignored")
@pytest.mark.parametrize(
    ("module", "write"), [(files, write_file), (fetching, fetch_file), (folder, write_page)]
)
def test_an_interrupt_at_any_line_leaves_the_old_or_the_new(
    tmp_path: Path, module: ModuleType, write: Callable[[Path], None]
) -> None:
    before = prepare(tmp_path / "whole")
    write(tmp_path / "whole")
    after = contents(tmp_path / "whole")
    assert after != before
    cleaning = lines_of_cleaning(module)
    line = 0
    while was_interrupted(write, module, cleaning, line, tmp_path / str(line)):
        assert contents(tmp_path / str(line)) in (before, after), f"the {line}th line"
        line += 1
    assert line > 8
    assert contents(tmp_path / str(line)) == after


def prepare(place: Path) -> dict[str, bytes]:
    """Write what is to be replaced."""
    place.mkdir()
    files.write_json(place / "file.json", "old")
    folder.write_folder(place / "page", OLD)
    return contents(place)


def contents(place: Path) -> dict[str, bytes]:
    """All that is below a folder, with hidden names too; of a folder its name alone."""
    return {
        str(path.relative_to(place)): path.read_bytes() if path.is_file() else b""
        for path in place.rglob("*")
    }


def lines_of_cleaning(module: ModuleType) -> set[int]:
    """The lines that clean up: an interrupt there is the second one, or comes after the work."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    return {
        line
        for block in ast.walk(tree)
        if isinstance(block, ast.Try)
        for part in (*block.finalbody, *[s for each in block.handlers for s in each.body])
        for line in range(part.lineno, (part.end_lineno or part.lineno) + 1)
    }


def was_interrupted(
    write: Callable[[Path], None], module: ModuleType, cleaning: set[int], count: int, place: Path
) -> bool:
    """Write, interrupted at a line of a module, counted from 0 in the order in which they run."""
    prepare(place)
    left = count

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != module.__file__:
            return None
        if event == "line" and frame.f_lineno not in cleaning:
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    tracing = sys.gettrace()  # of coverage, or of a debugger
    sys.settrace(trace)
    try:
        write(place)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(tracing)
    return False
