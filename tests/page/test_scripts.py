"""The files of the page: their size, what they load, and their logic in node."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import musicvae.page
from musicvae.live.osc.replies import message

ASSETS = Path(musicvae.page.__file__).with_name("assets")
MESSAGES: list[tuple[str, list[int | float | str]]] = [
    ("/panic", []),
    ("/deck/a/latent", [0.5, -1.25, 3]),
    ("/model/load", ["jäzz", "x"]),
    ("/get.reply", ["/gain", -96, 2**31 - 1, "four"]),
]


def test_all_files_together_are_small() -> None:
    assert sum(path.stat().st_size for path in ASSETS.iterdir()) < 400_000


def test_nothing_is_loaded_from_elsewhere() -> None:
    for path in ASSETS.iterdir():
        text = path.read_text("utf-8")
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), path.name
        for name in re.findall(r'(?:from |href=|src=)"(?:\./|/assets/)([^"]+)"', text):
            assert (ASSETS / name).is_file(), name


def test_no_script_stands_in_the_page() -> None:
    page = (ASSETS / "index.html").read_text("utf-8")
    assert not re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)
    for path in ASSETS.glob("*.js"):
        assert not re.findall(r"innerHTML|insertAdjacentHTML|\beval\(", path.read_text("utf-8"))


def test_the_logic_in_node() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    packets = [message(address, *values) for address, values in MESSAGES]
    command = [node, str(Path(__file__).with_name("scripts.mjs")), str(ASSETS)]
    done = subprocess.run(
        [*command, *(packet.hex() for packet in packets)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for (address, values), packet, read in zip(
        MESSAGES, packets, json.loads(done.stdout), strict=True
    ):
        assert (read["address"], read["values"]) == (address, values)
        assert bytes.fromhex(read["bytes"]) == packet
