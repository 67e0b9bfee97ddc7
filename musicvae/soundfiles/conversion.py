"""Changes rate and channels of a sound that comes in blocks, gathers blocks, and joins sounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from musicvae.errors import AudioError, MissingExtraError
from musicvae.soundfiles.samples import Samples

#: Bytes of a sound that is held in memory as a whole: 3 hours of stereo at 44.1 kHz.
MOST_BYTES = 2**32
#: Rates that a real recording may have, in Hz. A header that claims 1 Hz would make gigabytes.
RATES = (1_000, 768_000)


def resampled(blocks: Iterable[Samples], have: int, want: int) -> Iterator[Samples]:
    """The blocks of a sound at another rate, band-limited (soxr, quality HQ).

    Together they are bit for bit what ``soxr.resample`` makes of the whole sound.

    Args:
        blocks: float32, shape (samples, channels) each, all with as many channels.
        have: their rate in Hz.
        want: the wanted rate in Hz.

    Raises:
        AudioError: the rate of the sound is none that a recording has.
        MissingExtraError: soxr is not installed.
    """
    if have == want:
        yield from blocks
        return
    check_rate(have)
    try:
        import soxr
    except ImportError as error:
        raise MissingExtraError("live", "soxr", "changing the sample rate") from error
    stream, last = None, None
    for block in blocks:
        if stream is None:
            stream = soxr.ResampleStream(have, want, block.shape[1], dtype="float32")
        else:
            yield stream.resample_chunk(last)
        last = np.ascontiguousarray(block)
    if stream is not None:
        yield stream.resample_chunk(last, last=True)


def check_rate(rate: int) -> None:
    """Refuse a rate in Hz that no recording has.

    Raises:
        AudioError: it is below 1 kHz or above 768 kHz.
    """
    if not RATES[0] <= rate <= RATES[1]:
        raise AudioError(
            f"claims a sample rate of {rate} Hz", expected=f"{RATES[0]} to {RATES[1]} Hz"
        )


def to_channels(samples: Samples, channels: int) -> Samples:
    """Sound with another number of channels.

    Several channels become one by their mean. Else the channels that are there are taken in turn:
    one is repeated, and of more than are wanted the first are used. The engine does the same in
    place (:func:`musicvae.live.channels.spread`).

    Args:
        samples: float32, shape (samples, n), full scale ±1, n ≥ 1.
        channels: how many are wanted, at least 1.

    Returns:
        float32, shape (samples, channels); the very array where it has as many.
    """
    have = samples.shape[1]
    if have == channels:
        return samples
    if channels == 1:
        mean: Samples = samples.mean(axis=1, keepdims=True, dtype=np.float32)
        return mean
    return samples[:, np.arange(channels) % have]


def gathered(blocks: Iterable[Samples], channels: int, expected: int | None = None) -> Samples:
    """All blocks as one array, which grows in place: never are two copies in memory.

    Args:
        blocks: float32, shape (samples, channels) each.
        channels: their number of channels.
        expected: their length together, in samples, if it is known; it may be wrong.

    Raises:
        AudioError: they are too long to be held in memory.
    """
    most = MOST_BYTES // (4 * channels)
    whole = np.empty((min(expected or 0, most), channels), np.float32)
    filled = 0
    for block in blocks:
        end = filled + len(block)
        if end > most:
            raise AudioError(
                "this sound is too long to be held in memory",
                expected=f"at most {MOST_BYTES >> 30} GiB as float32",
                hint="cut it into pieces, or read its beginning: musicvae.read(path, seconds=600)",
            )
        if end > len(whole):
            whole.resize((min(max(end, 2 * len(whole)), most), channels), refcheck=False)
        whole[filled:end] = block
        filled = end
    whole.resize((filled, channels), refcheck=False)
    return whole


def beginning(blocks: Iterable[Samples], samples: int) -> Iterator[Samples]:
    """The first ``samples`` samples of a sound in blocks; the others are not asked for."""
    left = samples
    for block in blocks:
        yield block[:left]
        left -= len(block[:left])
        if left <= 0:
            return


def crossfade(sounds: Iterable[Samples], overlap: int) -> Samples:
    """Join sounds, each overlapping the next by ``overlap`` samples, with linear fades.

    A linear fade keeps the level where the two sounds are correlated.

    Args:
        sounds: float32, shape (samples, channels) each, full scale ±1.
        overlap: in samples.

    Returns:
        float32, shape (sum of the lengths - overlap · number of overlaps, channels).

    Raises:
        AudioError: there is nothing to join, or a sound is shorter than the overlap.
    """
    pieces = list(sounds)
    if not pieces or not 0 <= overlap <= min(len(piece) for piece in pieces):
        raise AudioError(
            "these sounds cannot be joined",
            expected="at least one sound, and an overlap no longer than the shortest",
            received=f"{len(pieces)} sounds, overlap {overlap} samples",
        )
    starts = np.cumsum([0] + [len(piece) - overlap for piece in pieces[:-1]])
    joined = np.zeros((starts[-1] + len(pieces[-1]), pieces[0].shape[1]), np.float32)
    ramp = ((np.arange(overlap, dtype=np.float32) + 0.5) / max(overlap, 1))[:, None]
    for number, (start, piece) in enumerate(zip(starts, pieces, strict=True)):
        faded = piece.astype(np.float32)  # a copy
        if number > 0:
            faded[:overlap] *= ramp
            joined[start : start + overlap] *= 1 - ramp
        joined[start : start + len(piece)] += faded
    return joined
