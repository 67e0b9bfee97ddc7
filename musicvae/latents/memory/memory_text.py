"""Formats what a memory says of itself: as text for people, and as values for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from musicvae.artifact.text import aligned
from musicvae.latents.memory.bank import Memory


def describe(memory: Memory, size: int) -> str:
    """The facts of a memory, its tracks, and what was measured in them, as tables.

    Args:
        memory: the memory.
        size: of its file, in bytes.

    Returns:
        Plain text of several lines without a final line break.
    """
    header = memory.header
    facts = {
        "kind": "memory",
        "tracks": str(len(memory.parts)),
        "styles": ", ".join(style or "unnamed" for style in memory.styles),
        "length": f"{memory.seconds:.1f} s, {memory.steps} steps, {memory.step_rate:.1f} a second",
        "joints": f"{header.joints}, each with up to {header.neighbours} neighbours",
        "sound": f"{header.sample_rate} Hz, hop {header.hop}, stride {header.stride}",
        "latents": str(memory.latent_dim),
        "latent space": memory.latent_space,
        "licence": header.licence,
        "source": header.source,
        "size": f"{size / 1e6:.2f} MB",
    }
    blocks = (aligned(facts), _tracks(memory), _attributes(memory))
    return "\n\n".join(filter(None, map("\n".join, blocks)))


def values(memory: Memory, size: int) -> dict[str, Any]:
    """The same as values of JSON: the header, with the seconds of all and of each track.

    Args:
        memory: the memory.
        size: of its file, in bytes.
    """
    parts = [
        {**dataclasses.asdict(part), "seconds": part.steps / memory.step_rate}
        for part in memory.parts
    ]
    told = {"kind": "memory", "bytes": size, "seconds": memory.seconds}
    return told | dataclasses.asdict(memory.header) | {"parts": parts}


def _tracks(memory: Memory) -> Iterator[str]:
    width = max(len("track"), *(len(part.name) for part in memory.parts))
    style = max(len("style"), *(len(part.style) for part in memory.parts))
    yield f"{'track':<{width}}  {'style':<{style}}{'seconds':>10}{'steps':>10}"
    for part in memory.parts:
        seconds = part.steps / memory.step_rate
        yield f"{part.name:<{width}}  {part.style:<{style}}{seconds:>10.1f}{part.steps:>10}"


def _attributes(memory: Memory) -> Iterator[str]:
    """The range of each attribute; no lines where none was measured."""
    scales = memory.header.attributes
    if not scales:
        return
    width = max(len("attribute"), *(len(scale.name) for scale in scales))
    yield f"{'attribute':<{width}}{'lowest':>12}{'highest':>12}"
    for scale in scales:
        yield f"{scale.name:<{width}}{scale.low:>12.4g}{scale.high:>12.4g}"
