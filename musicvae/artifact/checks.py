"""Checks whether an artifact's description can be true: sizes, texts, and what must fit together.

A description may come from an untrusted file. Whatever it holds, nothing here raises an exception
or takes long. :mod:`musicvae.artifact.number_checks` checks its numbers.
"""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator
from typing import Any

from musicvae.artifact.info import SMALL_KINDS, SMALL_SCHEMA, ArtifactInfo
from musicvae.artifact.number_checks import (
    is_number,
    is_whole,
    latent_problems,
    parity_problems,
    space_problems,
)
from musicvae.artifact.prior import prior_problems

KINDS = ("clip", "stream", "encoder", "prior")
PRECISIONS = ("float32", "float16", "int8")

#: For each size: the kinds that have it, its lowest and its highest value; it is 0 for other kinds.
#: The highest values are far beyond any use; they keep a hostile file from taking all memory.
_SIZES: dict[str, tuple[str, int, int]] = {
    "sample_rate": ("clip stream encoder prior", 1_000, 192_000),
    "channels": ("clip stream encoder prior", 1, 2),
    "latent_dim": ("clip stream encoder prior", 1, 4_096),
    "samples": ("clip", 1, 2**26),
    "hop": ("stream encoder prior", 1, 2**16),
    "stride": ("stream encoder prior", 1, 64),  # an encoder may leave it out
    "state_size": ("stream encoder prior", 1, 2**22),
    "latency": ("clip stream encoder prior", 0, 2**26),
    "receptive_field": ("clip stream encoder prior", 0, 2**26),
}
#: Most latents of all but a clip: a stream's description holds matrices of this size squared.
_MOST_STREAMED = 256
_MOST_ATTRIBUTES = 64
#: The longest text of each field, in characters.
_TEXTS = {"genre": 256, "recipe": 256, "licence": 4_096, "latent_space": 16, "graph_sha256": 64}
_LONGEST_NAME = 128
#: An attribute's name is part of an OSC address, which the host compares with every packet.
_LONGEST_WORD = 64
#: Provenance is for people.
_MOST_LEVELS, _MOST_ENTRIES, _LONGEST_ENTRY = 8, 2_000, 4_096


def problems(info: ArtifactInfo) -> Iterator[str]:
    """Say, for people, everything in a description that cannot be true; nothing where it can."""
    if info.kind not in KINDS:
        yield f"kind {reprlib.repr(info.kind)}, none of {', '.join(KINDS)}"
        return  # everything else depends on the kind
    if info.schema == 1 and info.kind != "clip":
        yield f"schema 1, which knows no {info.kind}"
    yield from _prior(info)
    sizes = list(_sizes(info))
    yield from sizes
    yield from _texts(info)
    yield from _latents(info)
    yield from _provenance(info.provenance)
    yield from parity_problems(info.parity)
    if not sizes:  # the following checks compare with these
        yield from _space(info)


def _prior(info: ArtifactInfo) -> Iterator[str]:
    if (info.kind == "prior") != (info.prior is not None):
        yield f"a {info.kind} with{'out' * (info.prior is None)} what only a prior says"
    elif info.prior is not None:
        yield from prior_problems(info.prior)
        if not info.latent_space:
            yield "a prior that names no latent space"


def _sizes(info: ArtifactInfo) -> Iterator[str]:
    for name, (kinds, lowest, highest) in _SIZES.items():
        value = getattr(info, name)
        if info.kind not in kinds.split():
            lowest = highest = 0
        elif name == "latent_dim" and info.kind != "clip":
            highest = _MOST_STREAMED
        elif name == "stride" and info.kind == "encoder":
            lowest = 0
        if not is_whole(value) or not lowest <= value <= highest:
            yield f"{name} {reprlib.repr(value)}, not a whole number from {lowest} to {highest}"


def _texts(info: ArtifactInfo) -> Iterator[str]:
    for name, most in _TEXTS.items():
        if not _is_text(value := getattr(info, name), most):
            yield f"{name} {_shown(value)}, not text of at most {most} characters"
            return
    if info.precision not in PRECISIONS:
        yield f"precision {reprlib.repr(info.precision)}, none of {', '.join(PRECISIONS)}"
    elif info.precision == "int8" and (info.kind not in SMALL_KINDS or info.schema < SMALL_SCHEMA):
        yield f"weights of 8 bits, in schema {info.schema} and kind {info.kind}"
    if info.kind == "clip" and info.latent_space:
        yield "a clip that names a latent space"
    elif not re.fullmatch(r"(?:[0-9a-f]{16})?", info.latent_space):
        yield "latent_space is not 16 hex digits"
    if not re.fullmatch(r"(?:[0-9a-f]{64})?", info.graph_sha256):
        yield "graph_sha256 is not 64 hex digits"


def _latents(info: ArtifactInfo) -> Iterator[str]:
    if len(info.latents) != info.latent_dim:
        yield f"{info.latent_dim!r:.20} latents announced, {len(info.latents)} described"
    for index, latent in enumerate(info.latents):
        found = list(latent_problems(latent))
        if not _is_text(latent.name, _LONGEST_NAME):
            name = f"{_shown(latent.name)}, not text of at most {_LONGEST_NAME} characters"
            found.append(f"the name {name}")
        if not _is_text(latent.effect, _LONGEST_NAME) or not latent.effect.isprintable():
            found.append(
                f"an effect that is no printable text of at most {_LONGEST_NAME} characters"
            )
        if found:
            yield f"latent {index} has {', '.join(found)}"
            break  # one is enough; there may be thousands


def _space(info: ArtifactInfo) -> Iterator[str]:
    """Check what only a stream may say about its latents: covariance, dynamics, attributes."""
    if info.kind == "encoder" and info.stride and info.hop % info.stride:
        yield f"a hop of {info.hop} samples, no multiple of the stride {info.stride}"
    if info.kind == "clip" and info.samples * info.channels > _SIZES["samples"][2]:
        yield f"{info.samples * info.channels} numbers in a clip, more than {_SIZES['samples'][2]}"
    if info.kind != "stream":
        for name in ("covariance", "dynamics", "attributes"):
            if getattr(info, name):
                yield f"{name}, which only a stream has"
    elif len(info.attributes) > _MOST_ATTRIBUTES:
        yield f"{len(info.attributes)} attributes, more than {_MOST_ATTRIBUTES}"
    else:
        yield from space_problems(info)
        yield from _attribute_texts(info)


def _attribute_texts(info: ArtifactInfo) -> Iterator[str]:
    names = [attribute.name for attribute in info.attributes]
    if any(names.count(name) > 1 for name in names):
        yield "two attributes of one name"
    for index, attribute in enumerate(info.attributes):
        texts = (attribute.name, attribute.unit, attribute.method)
        wrong = [text for text in texts if not _is_text(text, _LONGEST_WORD)]
        if wrong or not attribute.name:
            words = f"name, unit and method of at most {_LONGEST_WORD} characters"
            received = _shown(wrong[0]) if wrong else "no name"
            yield f"attribute {index} has {received}, not a {words}"
        elif not attribute.name.isprintable():
            yield f"attribute {index} has a name that no message can hold"


def _provenance(values: object) -> Iterator[str]:
    """Check it without recursion: a level of nesting after another."""
    if not isinstance(values, dict):
        yield "provenance is not a JSON object"
    level: list[Any] = [values]
    left = _MOST_ENTRIES
    for _ in range(_MOST_LEVELS):
        level = [inner for item in level for inner in _inside(item)]
        left -= len(level)
        if left < 0 or not all(map(_is_plain, level)):
            yield (
                f"provenance has more than {_MOST_ENTRIES} entries, a text of more than "
                f"{_LONGEST_ENTRY} characters, or a number that is not finite"
            )
            return
    if any(isinstance(item, dict | list) for item in level):
        yield f"provenance is nested more than {_MOST_LEVELS} levels deep"


def _inside(value: object) -> list[Any]:
    """What is in a list or an object, the names of an object too."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_ENTRY
    return not isinstance(value, int | float) or isinstance(value, bool) or is_number(value)


def _shown(value: object) -> str:
    return f"of {len(value)} characters" if isinstance(value, str) else reprlib.repr(value)


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most
