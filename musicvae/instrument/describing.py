"""Describes a model for the page: what it needs of the artifact, and its addresses."""

from __future__ import annotations

import json
from typing import Any

from musicvae.artifact import ArtifactInfo
from musicvae.beside.mirror import Latent, Model
from musicvae.errors import ArtifactKindError
from musicvae.live.commands.arguments import Shape
from musicvae.live.table import ADDRESSES
from musicvae.page.space import Node, Space

#: What the page has of the addresses of ``musicvae live``.
_ADDRESSES = (
    "/source", "/seed", "/walk", "/continuity", "/temperature", "/region", "/lead", "/glide",
    "/gain", "/memory/place",
)  # fmt: skip
#: What it needs of an artifact's description, besides the latents.
_FACTS = (
    "genre", "sample_rate", "channels", "latent_dim", "hop", "stride", "state_size", "latency",
    "latent_space", "licence",
)  # fmt: skip

Json = dict[str, Any]


def check_kind(name: str, info: ArtifactInfo) -> None:
    """Refuse what cannot be played without end.

    Raises:
        ArtifactKindError: it is no stream.
    """
    if info.kind != "stream":
        raise ArtifactKindError(
            f"{name!r} cannot be played on a page",
            expected="a stream",
            received=f"a {info.kind}",
            hint="list the models, with their kinds: musicvae models",
        )


def facts(info: ArtifactInfo) -> Json:
    """What the page computes with, as JSON."""
    whole = json.loads(info.to_json())
    dynamics = whole["dynamics"]
    return {
        **{name: whole[name] for name in _FACTS},
        "latents": [{"mean": latent["mean"]} for latent in whole["latents"]],
        "attributes": [
            {name: each[name] for name in ("name", "direction", "method")}
            for each in whole["attributes"]
        ],
        "dynamics": dynamics and {name: dynamics[name] for name in ("matrix", "noise")},
    }


def space(info: ArtifactInfo, memory: bool) -> Json:
    """The addresses that the page shows, with their types, ranges and descriptions.

    They are those of the address table, for this model on a deck.

    Args:
        info: of a stream.
        memory: whether it has one.
    """
    names = tuple(attribute.name for attribute in info.attributes)
    shape = Shape(info.latent_dim, names, info.latent_space, info.kind)
    latents = tuple(Latent(each.name, each.effect, each.low, each.high) for each in info.latents)
    nodes = Space(ADDRESSES, {"a": Model(shape, latents)}).nodes
    shown = {path: _described(node) for path, node in nodes.items() if _is_shown(path, memory)}
    shown["/source"]["RANGE"] = [{"VALS": ["held", "walk", *["memory"] * memory]}]
    return shown


def _is_shown(path: str, memory: bool) -> bool:
    if path.startswith("/attr/") or path.removeprefix("/latent/").isdecimal():
        return True
    return path in _ADDRESSES and (memory or path != "/memory/place")


def _described(node: Node) -> Json:
    whole = node.describe({})
    kept = ("TYPE", "RANGE", "UNIT", "DESCRIPTION")
    return {name: whole[name] for name in kept if name in whole}
