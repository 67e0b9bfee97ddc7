"""``docs/midi.md`` shows a mapping that is right, and the defaults that there are."""

from __future__ import annotations

import re
from pathlib import Path

from musicvae.live.table import ADDRESSES
from musicvae.midi.controls import KINDS
from musicvae.midi.curves import CURVES, ENCODERS
from musicvae.midi.defaults import defaults
from musicvae.midi.storing import parsed


def test_the_mapping_in_the_document_is_right(root: Path) -> None:
    text = (root / "docs/midi.md").read_text("utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    read = parsed(example.encode(), "it", ADDRESSES)
    assert (len(read.bindings), read.faults) == (7, [])
    for word in (*KINDS, *CURVES, *ENCODERS):
        assert f"`{word}" in text


def test_the_defaults_in_the_document_are_those_there_are(root: Path) -> None:
    text = (root / "docs/midi.md").read_text("utf-8")
    told: dict[int, str] = {}
    for rows, address in re.findall(r"^\| (CC [^|]*) \| ([^|]*) \|$", text, re.MULTILINE):
        for first, last in re.findall(r"CC (\d+)(?: to (\d+))?", rows):
            for place, number in enumerate(range(int(first), int(last or first) + 1)):
                told[number] = f"/latent/{place}" if "latents" in address else address
    bound = {one.control.number: one for one in defaults() if one.control.kind == "cc"}
    assert set(told) == set(bound)
    for number, binding in bound.items():
        assert binding.address.removeprefix("/deck/b") in told[number]
