"""Uses a mapping: loads, lists, plays and saves it; every message that is sent must be one."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.table import ADDRESSES
from musicvae.midi.conversation import Conversation
from musicvae.midi.storing import Mappings
from uses.stage import WrongError, check_text


def use(folder: Path) -> str:
    """Use ``strange``; returns the outcome."""
    sent: list[packets.Message] = []

    def send(packet: bytes) -> bool:
        sent.extend(packets.read(packet))
        return True

    mappings = Mappings(folder / "presets", ADDRESSES)
    talk = Conversation(ADDRESSES, send, mappings, check_text, lambda seconds, act: None)
    talk.hear(message("/get.reply", "/deck/a/latent", *[0.5] * 8))

    def ask(address: str, *values: Any) -> str:
        sent.clear()
        talk.hear(message("/service/ask", 1, address, *values))
        for one in sent:
            check_text(" ".join(map(str, one.arguments)))
        return str(sent[-1].arguments[1])

    loaded = ask("/midi/load", "strange")
    ask("/midi/list")
    rng = random.Random(0)
    talk.feed(bytes(rng.randrange(256) for _ in range(3000)))
    if loaded == "/done":
        rows = [str(row.arguments[2:]) for row in _rows(ask, sent)]
        if ask("/midi/save", "again") != "/done" or ask("/midi/load", "again") != "/done":
            raise WrongError("a mapping that was loaded cannot be saved and loaded")
        if [str(row.arguments[2:]) for row in _rows(ask, sent)] != rows:
            raise WrongError("the mapping is not saved as it is")
    return f"loaded {loaded}"


def _rows(ask: Any, sent: list[packets.Message]) -> list[packets.Message]:
    ask("/midi/list")
    return [*sent]
