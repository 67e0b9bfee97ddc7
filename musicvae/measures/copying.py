"""Tells how much of a sound is a copy of sounds that a model learnt from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import AudioError
from musicvae.measures.nearest import nearest
from musicvae.measures.spectra import COMPARISON_RATE, MEL_HOP, log_mel

#: Seconds of a window, and from window to window.
WINDOW, HOP = 1.0, 0.5
#: Parts in time and in frequency into which a window is divided, before windows are compared.
_TIMES, _BANDS = 8, 20


def copy_rate(
    sounds: Sequence[Sound], learnt: Sequence[Sound], unheard: Sequence[Sound], share: float = 0.0
) -> float:
    """Share of the 1 s windows that are nearer to a learnt window than unheard music ever is.

    A window is its log-mel spectrogram in 8 parts of time and 20 bands, less its mean, so that the
    level does not matter; the distance is Euclidean. It finds what was learnt by heart, in timbre
    and rhythm and pitch range together; a loop that all tracks of a genre share is no copy, since
    unheard tracks have it too.

    Args:
        sounds: what is judged.
        learnt: the sounds that the model learnt from.
        unheard: others of the same kind, which say how near one comes by chance.
        share: the threshold is the distance below which this share of the unheard windows lies, 0
            to 1; 0 is the nearest of them.

    Returns:
        0 to 1.

    Raises:
        AudioError: a set has no sound of 1 s, or a sound is not finite.
        MissingExtraError: librosa is not installed.
    """
    known = windows(learnt)
    threshold = np.quantile(nearest(windows(unheard), [known]), share)
    return float(np.mean(nearest(windows(sounds), [known]) < threshold))


def windows(sounds: Sequence[Sound]) -> NDArray[np.float32]:
    """The windows of all sounds, float32 (windows, 160), each with mean 0, in natural-log units.

    Raises:
        AudioError: there is none.
    """
    length, hop = (round(seconds * COMPARISON_RATE / MEL_HOP) for seconds in (WINDOW, HOP))
    edges = np.linspace(0, length, _TIMES + 1).round().astype(int)[:-1]
    found = []
    for sound in sounds:
        frames = log_mel(sound)
        bands = frames.reshape(len(frames), _BANDS, -1).mean(axis=2)
        for start in range(0, len(frames) - length + 1, hop):
            parts = np.add.reduceat(bands[start : start + length], edges, axis=0)
            parts /= np.diff([*edges, length])[:, None]
            found.append((parts - parts.mean()).ravel())
    if not found:
        raise AudioError("too little sound to compare", expected="at least one sound of 1 s")
    return np.stack(found).astype(np.float32)
