from __future__ import annotations

from pathlib import Path

from musicvae.live.osc.commands import ADDRESSES
from musicvae.live.osc.reference import markdown


def test_the_page_is_up_to_date(root: Path) -> None:
    written = (root / "docs" / "osc.md").read_text("utf-8")
    assert written == markdown(), "run: python -m musicvae.live.osc.reference > docs/osc.md"


def test_the_page_names_every_address() -> None:
    page = markdown()
    for entry in ADDRESSES:
        assert f"| `{entry.path}` |" in page
