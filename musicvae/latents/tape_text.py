"""Formats what a tape says of itself: as text for people, and as values for programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from musicvae.artifact.text import aligned
from musicvae.latents.tape import Tape
from musicvae.latents.tape_format import TapeHeader


def describe(tape: Tape, size: int) -> str:
    """The facts of a tape, a line for each.

    Args:
        tape: the tape.
        size: of its file, in bytes.

    Returns:
        Plain text of several lines without a final line break.
    """
    rate = tape.sample_rate / (tape.hop * tape.stride)
    facts = {
        "kind": "tape",
        "length": f"{tape.seconds:.2f} s, {tape.steps} steps, {rate:.1f} a second",
        "sound": f"{tape.sample_rate} Hz, hop {tape.hop}, stride {tape.stride}",
        "latents": str(tape.latent_dim),
        "latent space": tape.latent_space,
        "source": tape.source,
        "size": f"{size / 1000:.1f} kB",
    }
    return "\n".join(aligned(facts))


def values(tape: Tape, size: int) -> dict[str, Any]:
    """The same as values of JSON: the header, and the seconds.

    Args:
        tape: the tape.
        size: of its file, in bytes.
    """
    told = {"kind": "tape", "bytes": size, "seconds": tape.seconds}
    names = (field.name for field in dataclasses.fields(TapeHeader))
    return told | {name: getattr(tape, name) for name in names}
