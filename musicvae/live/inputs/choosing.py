"""Chooses what the decks hear: a file where there is one of that name, else a device."""

from __future__ import annotations

import os
from pathlib import Path

from musicvae.live.inputs.file import FileInput
from musicvae.live.inputs.input import Input
from musicvae.live.inputs.reconnecting import ReconnectingInput
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.paths import expand
from musicvae.soundfiles.formats import is_readable


def is_file(what: str | os.PathLike[str]) -> bool:
    """Whether a text means a file: it is there, or ends as sound files do, or has a separator."""
    if not isinstance(what, str):
        return True
    path = Path(what)
    return path.is_file() or is_readable(path) or len(path.parts) > 1


def choose(
    what: str | os.PathLike[str],
    sample_rate: int,
    block: int,
    output: Reconnecting | None = None,
    *,
    loop: bool = False,
    patient: bool = False,
) -> Input:
    """The input that the options ask for.

    Args:
        what: a sound file, the name or number of a device, or ``""`` for the system's default one.
        sample_rate: of the engine, in Hz.
        block: sample frames that the engine renders at once.
        output: that plays on a device; ``None`` for a file.
        loop: begin a file again at its end.
        patient: wait for a file; see :class:`FileInput`.

    Raises:
        AudioError: the file is missing, or no sound, or has no samples.
        DeviceError: there is no such device, or it does not open.
    """
    if is_file(what):
        return FileInput(expand(what), sample_rate, loop=loop, patient=patient)
    return ReconnectingInput(str(what) or None, sample_rate, block, output)
