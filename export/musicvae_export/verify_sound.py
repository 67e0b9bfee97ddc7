"""Measures what rounded weights change in the sound, where samples may differ as noise does."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples, Sound
from musicvae.errors import ParityError
from musicvae.measures.pairs import log_mel_distance, onset_correlation

#: The ratio of equal sounds in dB, where it would be infinite.
_EQUAL = 200.0


def likeness(expected: Samples, played: Samples, rate: int) -> dict[str, float]:
    """How much one sound is like another.

    Args:
        expected: float32 (samples, channels), full scale ±1.
        played: of the same shape.
        rate: in Hz.

    Returns:
        ``snr``, the signal-to-noise ratio in dB; ``log_mel``, the distance in natural-log units;
        ``onsets``, the correlation of onset strengths, 0 where it is negative.
    """
    signal = float(np.square(expected, dtype=np.float64).sum())
    noise = float(np.square(played - expected, dtype=np.float64).sum())
    ratio = 10 * np.log10(signal / noise) if signal and noise else _EQUAL * (noise == 0)
    first, second = Sound(expected, rate), Sound(played, rate)
    return {
        "snr": float(np.clip(ratio, 0.0, _EQUAL)),
        "log_mel": log_mel_distance(first, second),
        "onsets": max(0.0, onset_correlation(first, second)),
    }


def refuse_unlike(found: dict[str, float], snr: float, log_mel: float, onsets: float) -> None:
    """Raise ParityError if :func:`likeness` found less than asked for, or not a number."""
    near = found["snr"] >= snr and found["log_mel"] <= log_mel and found["onsets"] >= onsets
    if not near:
        raise ParityError(
            "rounded to 8 bits, the model sounds different",
            expected=f"{snr:g} dB of signal to noise, a log-mel distance of at most {log_mel:g}, "
            f"onsets that correlate by {onsets:g}",
            received=f"{found['snr']:.1f} dB, {found['log_mel']:.3f}, {found['onsets']:.3f}",
            hint="export it with weights of float32, as is done without --int8",
        )
