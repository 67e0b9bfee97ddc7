"""Artifacts whose description says strange things about a right graph."""

from __future__ import annotations

import random
from typing import Any

from grammars import values
from grammars.artifacts import KINDS, Artifact, artifact, resized
from grammars.grammar import Files

_LONG = values.Raw('"' + "z" * (3 * 2**20) + '"')
_NUMBERS = ("mean", "std", "low", "high", "explained_variance")


class Descriptions:
    """See :class:`grammars.grammar.Grammar`. A good stream of the same latents lies beside each."""

    def valid(self, rng: random.Random) -> Artifact:
        """An artifact of any kind, perhaps with sizes that are seldom."""
        kind = rng.choice(KINDS)
        return artifact(kind) if rng.random() < 0.6 else resized(rng, kind)

    def change(self, rng: random.Random, value: Artifact) -> Artifact:
        """Change one value anywhere, one that is heard, or make a part of it large."""
        kind, document = rng.random(), value.document
        value.digest = value.digest and rng.random() < 0.97
        if not isinstance(document, dict) or kind < 0.3:
            value.document = values.changed(rng, document)
        elif kind < 0.6:
            _change_latent(rng, document)
        elif kind < 0.75:
            part = rng.choice(("dynamics", "attributes", "covariance", "provenance", "parity"))
            document[part] = values.changed(rng, document.get(part))
        elif kind < 0.9:
            _enlarge(rng, document)
        else:
            name = rng.choice(("genre", "recipe", "licence", "latent_space", "precision", "kind"))
            document[name] = rng.choice((*values.TEXTS, values.edge(rng)))
        return value

    def files(self, value: Artifact) -> Files:
        """The strange artifact and the good one."""
        return {"strange.onnx": value.to_bytes(), "good.onnx": artifact("stream").to_bytes()}


def _change_latent(rng: random.Random, document: dict[str, Any]) -> None:
    """A number that a mapping from 0 to 1, a walk or a morph multiplies."""
    latents = document.get("latents")
    if not isinstance(latents, list) or not latents:
        return
    latent = rng.choice(latents)
    if not isinstance(latent, dict):
        return
    for name in rng.sample(_NUMBERS, rng.choice((1, 2, 5))):
        latent[name] = rng.choice((*values.NUMBERS, 1e299, -1e299, 3e38, -3e38))
    if rng.random() < 0.2:
        latent["name"] = rng.choice(values.TEXTS)


def _enlarge(rng: random.Random, document: dict[str, Any]) -> None:
    """A part that is larger than any of ours."""
    numbers = values.Raw("[" + ", ".join(["0.123456789"] * 500_000) + "]")
    name, large = rng.choice(
        (
            ("genre", _LONG),
            ("recipe", _LONG),
            ("licence", _LONG),
            ("provenance", {"x": numbers}),
            ("provenance", {str(key): "y" * 100 for key in range(50_000)}),
            ("parity", {f"check {key}": 1e-7 for key in range(100_000)}),
            ("covariance", [numbers]),
            ("latents", values.Raw("[" + ", ".join(["{}"] * 300_000) + "]")),
            ("unknown", numbers),
            ("attributes", _attributes(document, 10_000)),
            ("attributes", _attributes(document, 64, "w" * 50_000)),
        )
    )
    document[name] = large


def _attributes(document: dict[str, Any], count: int, name: str = "") -> list[Any]:
    """Many attributes with different names, which may be long."""
    attributes = document.get("attributes")
    if not isinstance(attributes, list) or not attributes or not isinstance(attributes[0], dict):
        return []
    return [{**attributes[0], "name": f"{name}{number}"} for number in range(count)]
