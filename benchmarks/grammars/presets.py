"""Preset files of a stream with four latents."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from grammars import messages, values
from grammars.grammar import Files

#: Where the daemon looks for a preset of this latent space and this name.
PATH = f"presets/{messages.SHAPE.latent_space}/strange.json"
OTHER = PATH.replace("strange", "good")


@dataclass
class Preset:
    """A preset.

    Attributes:
        document: JSON values.
        spoil: seeds of changes to its bytes.
    """

    document: Any
    spoil: list[int]


class Presets:
    """See :class:`grammars.grammar.Grammar`. A good preset to morph from lies beside each."""

    def valid(self, rng: random.Random) -> Preset:
        """A preset with up to a few dozen messages."""
        return Preset(_document([messages.valid(rng) for _ in range(rng.randrange(24))]), [])

    def change(self, rng: random.Random, value: Preset) -> Preset:
        """Change a message, the messages, the header or the bytes."""
        kind, document = rng.random(), value.document
        state = document.get("state") if isinstance(document, dict) else None
        if kind < 0.05:
            value.spoil.append(rng.getrandbits(32))
        elif kind < 0.3 or not isinstance(state, list):
            value.document = values.changed(rng, document)
        elif kind < 0.5:
            state.insert(rng.randrange(len(state) + 1), messages.foreign(rng))
        elif kind < 0.6:
            state += messages.costly(rng)
        elif state:
            at = rng.randrange(len(state))
            state[at] = messages.changed(rng, state[at])
        return value

    def files(self, value: Preset) -> Files:
        """The preset and the good one."""
        data = values.written(value.document).encode("utf-8", "surrogatepass")
        for seed in value.spoil:
            data = values.spoilt(random.Random(seed), data)
        good = _document([["/latent", 0.5, -0.5, 1.0, -1.0], ["/gain", -6.0], ["/source", "walk"]])
        return {PATH: data, OTHER: values.written(good).encode()}


def _document(state: list[Any]) -> dict[str, Any]:
    return {
        "musicvae": "preset",
        "schema": 1,
        "model": "waves",
        "latent_space": messages.SHAPE.latent_space,
        "latent_dim": messages.SHAPE.latent_dim,
        "saved": "2026-01-01T00:00:00+00:00",
        "state": state,
    }
