"""Removes spaces at the ends of lines, and ends each file with one newline; a hook of pre-commit.

``python tools/whitespace.py FILE…`` names the files that it changed, and then fails. Files that are
no text, which hold zero bytes, stay as they are.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def tidy(text: bytes) -> bytes:
    """The text without spaces at the ends of lines, with one newline at its end."""
    stripped = re.sub(rb"[ \t]+(?=\r?\n|\Z)", b"", text)
    ended = re.sub(rb"(\r?\n)+\Z", rb"\1", stripped)
    return ended if ended.endswith(b"\n") or not ended else ended + b"\n"


def main(paths: list[str]) -> int:
    """Tidy all files; 1 if any was changed."""
    changed = [path for path in paths if _rewrite(Path(path))]
    print("\n".join(f"tidied {path}" for path in changed), end="\n" if changed else "")
    return 1 if changed else 0


def _rewrite(path: Path) -> bool:
    before = path.read_bytes()
    after = before if b"\0" in before else tidy(before)
    if after != before:
        path.write_bytes(after)
    return after != before


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
