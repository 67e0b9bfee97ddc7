"""Puts a table that a benchmark prints into a page, between the marks with its name.

python benchmarks/startup.py | python benchmarks/into_page.py startup
python benchmarks/decoding.py jazz.onnx | python benchmarks/into_page.py decoding docs/stream.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def insert(text: str, name: str, table: str) -> str:
    """``text`` with ``table`` between ``<!-- name -->`` and ``<!-- /name -->``."""
    marked = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.S)
    if not marked.search(text):
        raise SystemExit(f"the page has no marks <!-- {name} --> … <!-- /{name} -->")
    return marked.sub(lambda found: f"{found[1]}{table.strip()}\n{found[2]}", text)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    page = Path(sys.argv[2]) if len(sys.argv) == 3 else README
    printed = sys.stdin.read()
    sys.stdout.write(printed)
    page.write_text(insert(page.read_text("utf-8"), sys.argv[1], printed), "utf-8")
