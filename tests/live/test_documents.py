"""What the documents say about the daemon is true as far as a machine can tell."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import build_parser, main
from musicvae.live.commands.arguments import Shape
from musicvae.live.commands.table import Refusal
from musicvae.live.osc.packets import Message
from musicvae.live.osc.replies_table import REPLIES
from musicvae.live.status import FIELDS
from musicvae.live.storage.scores import read_score
from musicvae.live.table import ADDRESSES

PAGES = (
    *(
        "docs/live.md",
        "docs/page.md",
        "docs/midi.md",
        "docs/input.md",
        "docs/score.md",
        "docs/architecture.md",
    ),
    *("SECURITY.md", "README.md"),
)
SHAPES = {name: Shape(4, ("loudness", "brightness")) for name in "abcd"}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, root: Path) -> str:
    return (root / str(request.param)).read_text("utf-8")


def test_every_address_exists(page: str) -> None:
    replies = {address for address, _, _ in REPLIES}
    for quoted in re.findall(r"`(/[a-z]+[a-z/]*)[ `]", page):
        if quoted.startswith("/etc/"):
            continue
        result = ADDRESSES.parse(Message(quoted), SHAPES)
        known = not isinstance(result, Refusal) or result.reason != "unknown address"
        assert known or quoted in replies, quoted


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Of a command and of those below it."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from options(below)


def test_every_option_exists(page: str) -> None:
    page = re.sub(r"`python [^`]*`", "", page)  # which have options of their own
    there = set(options(build_parser()))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", page)) <= there


def test_the_tour_can_be_played(root: Path) -> None:
    section = (root / "README.md").read_text("utf-8").partition("A tour in ten messages")[2]
    lines = section.split("```")[1].strip().splitlines()
    assert len(lines) == 10
    for line in lines:
        address, tags, *words = line.partition("#")[0].split()
        kinds = {"f": float, "i": int, "s": str}
        values = tuple(kinds[tag](word) for tag, word in zip(tags, words, strict=True))
        assert not isinstance(ADDRESSES.parse(Message(address, values), SHAPES), Refusal), line


def test_the_score_by_hand_sounds(root: Path, models: Path) -> None:
    text = (root / "docs" / "score.md").read_text("utf-8")
    score = models / "score.json"
    score.write_text(text.partition("## By hand")[2].split("```json")[1].split("```")[0], "utf-8")
    out = models / "out.wav"
    assert main(["render", str(score), "--out", str(out), "--quiet"]) == 0
    sound, rate = soundfile.read(out)
    assert (rate, len(sound)) == (48_000, 8 * 48_000)
    assert np.abs(sound[: 7 * rate]).max() > 0.05
    assert not sound[-rate // 4 :].any()


def test_the_header_of_the_sidecar_is_one(root: Path, tmp_path: Path) -> None:
    text = (root / "docs" / "score.md").read_text("utf-8")
    header = json.loads(text.partition("## The sidecar")[2].split("```json")[1].split("```")[0])
    rows = re.findall(r"^\| `(\{.*\})` \|", text, re.MULTILINE)
    lines = [header, *(json.loads(row.replace("…", '"…"')) for row in rows)]
    assert len(lines) == 5
    path = tmp_path / "score.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    score = read_score(path)
    assert (score.rate, score.start_frame, score.stop_frame) == (48_000, 96_256, 480_256)
    assert len(score.events) == 1
    assert set(score.models) == {"jazz", "metal"}
    assert set(score.parts["memory"]) == {"jazz", "metal"}


def test_the_fields_of_the_status_are_those_that_are_explained(root: Path) -> None:
    text = (root / "docs" / "live.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)) - {"jack_capture"}  # a program
    assert named <= {name for name, _, _ in FIELDS}
    assert {"latency_ms", "queue_ms", "device_ms", "stream_ms", "decode_ms"} <= named
