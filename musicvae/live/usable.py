"""Refuses sound of which an engine would make silence, where nobody is there to hear it happen.

On stage a broken input must not end the music: the engine fades out where samples are NaN or
absurd (:mod:`musicvae.live.hearing.gaps`). A file that is made of a file is better not made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import AudioError
from musicvae.live.channels import SANE


def usable(blocks: Iterable[Samples], rate: int) -> Iterator[Samples]:
    """The same blocks, of a sound that can be heard as it is.

    Args:
        blocks: float32, shape (sample frames, any number of channels) each.
        rate: their rate in Hz, for the message.

    Raises:
        AudioError: there are no samples; or one is NaN, infinite, or beyond ±16, as in a file of
            floats whose full scale is that of whole numbers. It is raised before that block.
    """
    done = 0
    for block in blocks:
        magnitude = np.abs(block)
        if not (magnitude <= SANE).all():  # not so NaN
            raise _useless(magnitude, done / rate, rate)
        done += len(block)
        yield block
    if not done:
        raise AudioError("there is nothing to transform: 0 samples", expected="some sound")


def _useless(magnitude: Samples, before: float, rate: int) -> AudioError:
    """The error for a block of such magnitudes, which begins ``before`` seconds from the start."""
    frame = int(np.argmax(~(magnitude <= SANE).all(axis=1)))
    finite = bool(np.isfinite(magnitude[frame]).all())
    kind, hint = "NaN or infinite", "cut it, or put silence in its place"
    if finite:
        kind = f"of magnitude {magnitude[frame].max():.5g}"
        hint = "divide the sound by its full scale, such as 32768 for 16 bits"
    return AudioError(
        f"a sample at {before + frame / rate:.2f} s is {kind}",
        expected=f"finite samples of full scale ±1, none beyond ±{SANE:g}",
        hint=hint,
    )
