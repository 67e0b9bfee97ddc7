"""The hosts' pages: what they name exists, and their pictures are of the patches that lie there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from musicvae.live.table import ADDRESSES

HOSTS = (
    *("max", "touchdesigner", "pd", "supercollider", "openstagecontrol", "wekinator"),
    *("python", "node"),
)
EXECUTED = ("pd", "supercollider", "python", "node")
#: What the daemon answers, and what Wekinator hears.
ANSWERS = {
    "/status.reply", "/error", "/done", "/fail", "/peak", "/pong", "/startup", "/wek/inputs",
}  # fmt: skip
SECTIONS = ("In two minutes", "How replies come back", "If it does not work")
STORY = "A performance in ten lines"


@pytest.fixture(params=HOSTS)
def page(request: pytest.FixtureRequest, root: Path) -> Path:
    return root / "examples" / str(request.param) / "README.md"


def known(address: str) -> bool:
    """Whether the daemon's table has it, as it stands or with a number or name filled in."""
    address = re.sub(r"^/deck/[ab](?=/)", "", address)
    patterns = (re.sub("<[a-z]+>", "(?:<[a-z]+>|[A-Za-z0-9]+)", entry.path) for entry in ADDRESSES)
    return address in ANSWERS or any(re.fullmatch(pattern, address) for pattern in patterns)


def addresses(text: str) -> set[str]:
    """All that looks like an address and stands in code."""
    quoted = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {
        found.rstrip("/")
        for code in quoted
        for found in re.findall(r"(?<![\w./)'])/[a-z][\w./<>]*", code)
    }


def test_every_address_it_names_exists(page: Path) -> None:
    named = addresses(page.read_text("utf-8"))
    assert len(named) >= 5
    assert [address for address in named if not known(address)] == []


def test_the_index_names_only_what_exists(root: Path) -> None:
    index = root / "docs" / "playing.md"
    text = index.read_text("utf-8")
    named = addresses(text)
    assert len(named) >= 10
    assert [address for address in named if not known(address)] == []
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    assert [target for target in targets if not (index.parent / target).exists()] == []
    assert {target.split("/")[2] for target in targets if "examples/" in target} == set(HOSTS)


def test_its_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    assert "picture.png" in targets
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_it_can_be_followed(page: Path) -> None:
    """The same parts on every page, steps that are counted, and a story of ten lines."""
    text = page.read_text("utf-8")
    for section in SECTIONS:
        assert f"\n## {section}\n" in text
    story = text.partition(f"\n## {STORY}\n")[2]
    assert re.findall(r"^(\d+)\. \d:\d\d ", story, re.MULTILINE) == [str(n) for n in range(1, 11)]
    first = text.partition("\n## In two minutes\n")[2].splitlines()[1]
    start = "1. `musicvae live jazz` (or a file of your own, such as `mine.onnx`), "
    assert first == f"{start}and leave it running."


def test_it_says_whether_its_host_has_opened_it(page: Path) -> None:
    text = page.read_text("utf-8")
    executed = "by our tests.**" in text or "Executed by our tests**" in text
    assert executed == (page.parent.name in EXECUTED)
    assert executed or "not opened" in text.lower()


def test_the_pictures_are_small_and_up_to_date(root: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib, which draws them, is not installed")
    for host in HOSTS:
        assert (root / "examples" / host / "picture.png").stat().st_size < 60_000
    done = subprocess.run(
        [sys.executable, str(root / "examples" / "pictures"), "--check"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_picture_can_be_drawn_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that need no other program, elsewhere: to the same size as those that lie there."""
    pytest.importorskip("matplotlib", reason="matplotlib, which draws them, is not installed")
    from PIL import Image

    code = (
        "import sys, pathlib, runpy; sys.path.insert(0, sys.argv[1]);"
        "render = runpy.run_path(sys.argv[1] + '/__main__.py')['render'];"
        "[render(host, pathlib.Path(sys.argv[2]) / f'{host}.png') for host in sys.argv[3:]]"
    )
    hosts = ("max", "pd", "openstagecontrol", "touchdesigner", "wekinator")
    pictures = root / "examples" / "pictures"
    subprocess.run([sys.executable, "-c", code, pictures, tmp_path, *hosts], check=True, timeout=60)
    for host in hosts:
        kept = root / "examples" / host / "picture.png"
        with Image.open(tmp_path / f"{host}.png") as drawn, Image.open(kept) as there:
            assert drawn.size == there.size
            assert drawn.info["Source"] == there.info["Source"]
