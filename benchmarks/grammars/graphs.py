"""Artifacts whose description is right, and whose graph does strange things."""

from __future__ import annotations

import random

from grammars import graph_bytes, graph_changes
from grammars.artifacts import KINDS, Artifact, artifact, resized
from grammars.grammar import Files


class Graphs:
    """See :class:`grammars.grammar.Grammar`. A good stream of the same latents lies beside each."""

    def valid(self, rng: random.Random) -> Artifact:
        """An artifact of any kind."""
        kind = rng.choice(KINDS)
        return artifact(kind) if rng.random() < 0.8 else resized(rng, kind)

    def change(self, rng: random.Random, value: Artifact) -> Artifact:
        """Change nodes, weights or ports, or the bytes of the file."""
        if rng.random() < 0.2:
            value.spoil.append(rng.getrandbits(32))
        else:
            rng.choice(graph_changes.CHANGES)(rng, value.model)
        return value

    def files(self, value: Artifact) -> Files:
        """The strange artifact and the good one."""
        data = value.to_bytes()
        for seed in value.spoil:
            rng = random.Random(seed)
            data = rng.choice(graph_bytes.CHANGES)(rng, data)
        return {"strange.onnx": data, "good.onnx": artifact("stream").to_bytes()}
