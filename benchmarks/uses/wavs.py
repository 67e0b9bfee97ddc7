"""Uses a sound file: finds it in a folder, reads it, and decodes it for training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from grammars.wavs import RATE

from musicvae.audio import AudioSpec, read
from musicvae.data.decode import decode
from musicvae.data.tracks import scan
from musicvae.errors import MusicVAEError
from uses.stage import WrongError, check_text


def use(folder: Path) -> str:
    """Use ``sounds/strange.wav``; returns the outcome."""
    path = folder / "sounds" / "strange.wav"
    try:
        scan(folder / "sounds")
    except MusicVAEError as error:
        check_text(str(error))
    try:
        sound = read(path)
        heard = "read"
    except MusicVAEError as error:
        check_text(str(error))
        heard = "refused"
    else:
        if sound.samples.ndim != 2 or sound.samples.dtype != np.float32:
            raise WrongError("a sound that is none")
    try:
        decoded = decode(path, AudioSpec(RATE))
    except MusicVAEError as error:
        check_text(error.what)
        return f"{heard}, not for training"
    if not np.isfinite(decoded.samples).all():
        raise WrongError("the decoded sound is not finite")
    if len(decoded.samples) > 100 * path.stat().st_size:
        raise WrongError("more sound than the file can hold")
    for note in decoded.notes:
        check_text(note)
    return f"{heard}, for training"
