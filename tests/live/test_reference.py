from __future__ import annotations

import re
from pathlib import Path

import musicvae.live
from musicvae.live.commands.arguments import Shape
from musicvae.live.commands.table import Refusal
from musicvae.live.osc.packets import Message
from musicvae.live.osc.replies_table import REPLIES
from musicvae.live.reference import markdown
from musicvae.live.status import FIELDS
from musicvae.live.table import ADDRESSES

#: The sources that are tested, which a wheel brings too.
LIVE = Path(musicvae.live.__file__).parent


def test_the_page_is_up_to_date(root: Path) -> None:
    written = (root / "docs" / "osc.md").read_text("utf-8")
    assert written == markdown(), "run: python -m musicvae.live.reference > docs/osc.md"


def test_the_page_names_every_address_but_those_of_the_log() -> None:
    page = markdown()
    for entry in ADDRESSES:
        assert (f"| `{entry.path}` |" in page) is not entry.internal
        assert entry.doc.endswith(".")


def test_the_page_names_every_reply_that_the_code_sends() -> None:
    documented = {address for address, _, _ in REPLIES}
    sources = "".join(path.read_text("utf-8") for path in LIVE.rglob("*.py"))
    others = "pong|peak|sounding|output|input|synced|startup|service/ask"
    sent = set(re.findall(rf'"(/[a-z/]+\.reply|/(?:{others}))"', sources))
    assert sent == {
        address for address in documented if address not in ("/done", "/fail", "/error")
    }
    page = markdown()
    assert all(f"| `{address}` |" in page for address in documented)
    assert all(f"| `{name}` | {kind} | {doc} |" in page for name, kind, doc in FIELDS)


def test_its_examples_of_patterns_mean_something() -> None:
    shapes = {name: Shape(8) for name in ("a", "b")}
    (line,) = [line for line in markdown().splitlines() if "may be OSC patterns" in line]
    patterns = re.findall(r"`(/[^`]+)`", line)
    assert len(patterns) == 3
    for pattern in patterns:
        result = ADDRESSES.parse(Message(pattern, (0.5,)), shapes)
        assert not isinstance(result, Refusal)
        assert len(result) >= 2
