"""Scores: journals as the daemon writes them, and files as people write them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from grammars import messages, values
from grammars.grammar import Files

PATH = "take.score.jsonl"
_RATE = 16_000


@dataclass
class Score:
    """A score.

    Attributes:
        lines: of a journal, JSON values each; a file written by hand has one.
        spoil: seeds of changes to its bytes.
    """

    lines: list[Any]
    spoil: list[int] = field(default_factory=list)


class Scores:
    """See :class:`grammars.grammar.Grammar`; they play the models ``waves`` and ``chord``."""

    def valid(self, rng: random.Random) -> Score:
        """A score of about a second."""
        return Score(_journal(rng) if rng.random() < 0.6 else [_by_hand(rng)])

    def change(self, rng: random.Random, value: Score) -> Score:
        """Change a message, a line, the order of lines or the bytes."""
        kind, at = rng.random(), rng.randrange(max(1, len(value.lines)))
        if not value.lines or kind < 0.06:
            value.spoil.append(rng.getrandbits(32))
        elif kind < 0.5:
            batches = list(_batches(value.lines))
            if batches:
                _change_batch(rng, rng.choice(batches))
        elif kind < 0.85:
            value.lines[at] = values.changed(rng, value.lines[at])
        elif kind < 0.93:
            value.lines.insert(at, value.lines[at] if kind < 0.9 else values.edge(rng))
        else:
            del value.lines[at]
        return value

    def files(self, value: Score) -> Files:
        """The score."""
        text = "".join(f"{values.written(line)}\n" for line in value.lines)
        data = text.encode("utf-8", "surrogatepass")
        for seed in value.spoil:
            data = values.spoilt(random.Random(seed), data)
        return {PATH: data}


def _journal(rng: random.Random) -> list[Any]:
    frame, lines = 0, [_header(), _load(0, "a", "waves"), _load(0, "b", "chord")]
    lines.insert(1, {"model": "waves", "file": "waves.onnx", "graph_sha256": ""})
    for _ in range(rng.randrange(12)):
        frame += rng.choice((0, 1, 160, 512, 2000))
        batch = [messages.valid(rng) for _ in range(rng.choice((1, 1, 1, 2, 9)))]
        lines.append({"frame": frame, "do": batch})
    if rng.random() < 0.3:
        lines.append({"frame": frame, "do": [["/deck/b/loop", 2]]})
    return [*lines, {"end": frame + rng.choice((1, 512, 5000))}]


def _header() -> dict[str, Any]:
    return {
        "musicvae": "journal",
        "schema": 1,
        "rate": _RATE,
        "channels": 2,
        "decks": 2,
        "start_frame": 0,
        "models": {"chord": {"file": "chord.onnx", "graph_sha256": ""}},
    }


def _load(frame: int, deck: str, model: str) -> dict[str, Any]:
    return {"frame": frame, "do": [[f"/deck/{deck}/model/load", model]]}


def _by_hand(rng: random.Random) -> dict[str, Any]:
    events: list[Any] = [[0.0, "/model/load", "waves"]]
    for _ in range(rng.randrange(8)):
        moment = rng.uniform(0, 0.4)
        several = rng.random() < 0.3
        events.append([moment, messages.valid(rng)] if several else [moment, *messages.valid(rng)])
    size = {"rate": _RATE, "channels": 2, "decks": 3, "seconds": 0.5}
    return {**size, "models": ["waves"], "events": events}


def _batches(lines: list[Any]) -> list[list[Any]]:
    """Every list of messages."""
    found = [line.get("do") for line in lines if isinstance(line, dict)]
    found += [line.get("events") for line in lines if isinstance(line, dict)]
    return [batch for batch in found if isinstance(batch, list) and batch]


def _change_batch(rng: random.Random, batch: list[Any]) -> None:
    at = rng.randrange(len(batch))
    kind = rng.random()
    if kind < 0.6:
        batch[at] = messages.changed(rng, batch[at])
    elif kind < 0.8:
        batch.insert(at, messages.foreign(rng))
    else:
        batch += messages.costly(rng)
