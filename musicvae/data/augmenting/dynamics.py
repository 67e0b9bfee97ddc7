"""Changes levels: compression, mixing of two crops, full scale. All channels alike."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples

#: Seconds over which the compressor measures a level, turns down, and lets go again.
_BLOCK, _ATTACK, _RELEASE = 0.0015, 0.005, 0.1
#: The compressor begins so many dB below the RMS of the crop: it works most of the time.
_BELOW = 10.0
#: Power that counts as silence, of full scale 1.
_SILENCE = 1e-10


def decibels(value: float) -> float:
    """The factor of so many dB."""
    return float(10 ** (value / 20))


def power(crop: Samples) -> float:
    """Mean square over all samples and channels, of full scale 1."""
    flat = crop.reshape(-1)
    return float(np.dot(flat, flat)) / max(1, flat.size)


def peak(crop: Samples) -> float:
    """Largest magnitude, of full scale 1."""
    return float(max(crop.max(initial=0.0), -crop.min(initial=0.0)))


def compressed(crop: Samples, sample_rate: int, ratio: float) -> Samples:
    """A crop whose loud moments are turned down; its RMS stays.

    A feed-forward compressor in decibels with smoothed gain (Giannoulis, Massberg & Reiss 2012),
    whose channels share one gain.

    Args:
        crop: float32 (samples, channels).
        sample_rate: in Hz.
        ratio: so many dB more at the input are 1 dB more at the output.
    """
    whole = power(crop)
    if whole < _SILENCE:
        return crop
    block = max(1, round(_BLOCK * sample_rate))
    levels = _levels(crop, block)
    over = np.maximum(0.0, levels - (10 * np.log10(whole) - _BELOW))
    wanted = (1 - 1 / ratio) * over
    reduction = _smoothed(wanted.tolist(), block / sample_rate)
    middles = (np.arange(len(reduction)) + 0.5) * block
    at = np.arange(len(crop), dtype=np.float32)
    gain = np.float32(10) ** (np.interp(at, middles, reduction).astype(np.float32) / -20)
    made: Samples = (crop * gain[:, None]).astype(np.float32, copy=False)
    made *= np.float32(np.sqrt(whole / max(power(made), _SILENCE)))
    return made


def _levels(crop: Samples, block: int) -> np.ndarray:
    """Level of the loudest channel in each block, in dBFS, float64 (blocks,)."""
    squares = np.square(crop).max(axis=1)
    starts = np.arange(0, len(squares), block)
    sizes = np.diff(np.append(starts, len(squares)))
    means = np.add.reduceat(squares, starts, dtype=np.float64) / sizes
    levels: np.ndarray = 10 * np.log10(np.maximum(means, _SILENCE))
    return levels


def _smoothed(wanted: list[float], seconds: float) -> list[float]:
    """A reduction in dB for each block that rises within the attack and falls with the release."""
    attack, release = (float(np.exp(-seconds / time)) for time in (_ATTACK, _RELEASE))
    now, made = wanted[0], []
    for value in wanted:
        keep = attack if value > now else release
        now = value + keep * (now - value)
        made.append(now)
    return made


def mixed(crop: Samples, other: Samples, level: float) -> Samples:
    """A crop with another one, which becomes at most as loud as it and is never amplified.

    Args:
        crop: float32 (samples, channels).
        other: of the same shape.
        level: of the other one after that, in dB.

    Returns:
        The sum, with the RMS that two unrelated sounds would have divided out.
    """
    mine, its = power(crop), power(other)
    share = min(1.0, float(np.sqrt(mine / max(its, _SILENCE)))) * decibels(level)
    total = max(mine + share**2 * its, _SILENCE)
    return (crop + np.float32(share) * other) * np.float32(np.sqrt(mine / total))


def within(crop: Samples, ceiling: float) -> Samples:
    """A crop turned down as a whole where its peak exceeds ``ceiling``: nothing is clipped."""
    most = peak(crop)
    return crop if most <= ceiling else crop * np.float32(ceiling / most)
