"""Mappings of MIDI controls, as people write them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from grammars import values
from grammars.grammar import Files

#: Where the process of MIDI looks for a mapping of this name.
PATH = "presets/midi/strange.json"
_CONTROLS = (
    *("cc 16", "cc14 1", "nrpn 300", "note 36", "key", "velocity", "pressure", "touch", "bend"),
    *("cc 74 channel 2", "touch 60", "program 3", "program"),
)
_ADDRESSES = (
    *("/latent/3", "/gain", "/mute", "/panic", "/seed", "/crossfade", "/deck/b/glide", "/walk"),
    *("/chan2", "/latent", "/attr/loudness", "/midi/load", "/quit", "/nothing", "/latent/99999"),
)


@dataclass
class Mapping:
    """A mapping.

    Attributes:
        document: JSON values.
        spoil: seeds of changes to its bytes.
    """

    document: Any
    spoil: list[int]


class Mappings:
    """See :class:`grammars.grammar.Grammar`."""

    def valid(self, rng: random.Random) -> Mapping:
        """A mapping with up to a few dozen bindings."""
        rows = [_row(rng) for _ in range(rng.randrange(24))]
        return Mapping({"musicvae": "midi", "schema": 1, "bindings": rows}, [])

    def change(self, rng: random.Random, value: Mapping) -> Mapping:
        """Change anything in it, or its bytes."""
        if rng.random() < 0.1:
            value.spoil.append(rng.getrandbits(32))
        else:
            value.document = values.changed(rng, value.document)
        return value

    def files(self, value: Mapping) -> Files:
        """The mapping alone."""
        data = values.written(value.document).encode("utf-8", "surrogatepass")
        for seed in value.spoil:
            data = values.spoilt(random.Random(seed), data)
        return {PATH: data}


def _row(rng: random.Random) -> dict[str, Any]:
    row: dict[str, Any] = {"control": rng.choice(_CONTROLS), "address": rng.choice(_ADDRESSES)}
    if rng.random() < 0.5:
        row |= {"low": rng.uniform(-5, 5), "high": rng.uniform(-5, 5)}
    if rng.random() < 0.3:
        row["curve"] = rng.choice(["lin", "exp", "log", "toggle"])
    if rng.random() < 0.3:
        row |= {"encoder": rng.choice(["twos", "offset", "signed"]), "step": rng.random()}
    if rng.random() < 0.2:
        row["values"] = rng.sample(["calm", 3, 0.5, None], rng.randrange(4))
    return row
