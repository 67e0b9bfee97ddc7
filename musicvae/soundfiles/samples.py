"""Arrays of any numbers as samples: float32, shape (samples, channels), full scale ±1."""

from __future__ import annotations

import os
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import AudioError
from musicvae.text import printable

#: Sound: float32, shape (samples, channels), full scale ±1, unless another shape is documented.
Samples = NDArray[np.float32]

#: More channels than this, and than samples, are taken for samples.
MOST_CHANNELS = 64
#: A sound that exceeds its full scale by more than this factor (40 dB) has another full scale.
LOUDEST = 100.0

_EXPECTED = "numbers of shape (samples,) or (samples, channels), full scale ±1"
_SCALE_HINT = "divide by the full scale, such as array / 32768 for 16 bits"


def as_samples(array: ArrayLike) -> Samples:
    """Samples from any numbers.

    Floating-point numbers are taken as they are: full scale is ±1, which they may exceed. Whole
    numbers of 8, 16 and 32 bits are divided by their full scale, as sound files store them:
    ``int16`` by 32 768, ``int32`` by 2 147 483 648 (24-bit sound that was read into ``int32`` must
    be shifted to the upper bits, as scipy does); unsigned ones have their zero in the middle.

    Args:
        array: shape (samples,) or (samples, channels).

    Returns:
        float32, shape (samples, channels), contiguous; the very array where it was that already.
        Samples may be NaN or infinite if they were.

    Raises:
        AudioError: the shape or the type is another, channels come first, or the full scale is
            obviously another.
    """
    if isinstance(array, str | os.PathLike):
        raise AudioError(
            "this is the name of a file, not its sound",
            expected=_EXPECTED,
            received=printable(os.fspath(array)),
            hint=f'read the file: musicvae.read("{printable(os.fspath(array))}")',
        )
    try:
        values = np.asarray(array)
    except (TypeError, ValueError) as error:
        raise AudioError(
            "a sound must be an array of samples", expected=_EXPECTED, received=str(error)
        ) from None
    if values.dtype.kind not in "iuf":
        raise AudioError(
            "samples must be real numbers",
            expected=_EXPECTED,
            received=f"values of type {values.dtype}",
        )
    return _scaled(_shaped(values))


def is_samples(array: object) -> TypeGuard[Samples]:
    """Whether they are samples already: contiguous float32, shape (samples, channels)."""
    return (
        isinstance(array, np.ndarray)
        and array.dtype == np.float32
        and array.ndim == 2
        and 0 < array.shape[1] <= max(MOST_CHANNELS, len(array))
        and array.flags.c_contiguous
    )


def check_scale(samples: Samples) -> None:
    """Refuse floating-point samples whose full scale is obviously another than ±1.

    Args:
        samples: float32, of any shape.

    Raises:
        AudioError: they exceed ±100. Samples that are NaN or infinite are not judged.
    """
    peak = float(max(samples.max(), -samples.min())) if samples.size else 0.0
    if LOUDEST < peak < np.inf:
        raise AudioError(
            "these samples have another full scale",
            expected="full scale ±1",
            received=f"a peak of {peak:.5g}",
            hint=_SCALE_HINT,
        )


def check_encodable(samples: Samples) -> None:
    """Refuse samples of which no encoder can make latents that mean anything.

    Args:
        samples: float32, of any shape.

    Raises:
        AudioError: there are none, one is NaN or infinite, or their full scale is obviously another
            than ±1.
    """
    if not samples.size:
        raise AudioError(
            "there is nothing to encode",
            expected="a sound with samples",
            received="a sound of no samples",
        )
    check_scale(samples)
    if not np.isfinite(samples).all():
        raise AudioError("samples are NaN or infinite", expected="finite samples of full scale ±1")


def _shaped(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """The array with an axis for channels; shape (samples, channels)."""
    rows = values[:, None] if values.ndim == 1 else values
    if rows.ndim != 2 or not rows.shape[1]:
        raise AudioError(
            "a sound must be an array of samples",
            expected=_EXPECTED,
            received=f"shape {values.shape}",
        )
    if rows.shape[1] > max(MOST_CHANNELS, len(rows)):
        raise AudioError(
            f"this would be a sound of {rows.shape[1]} channels",
            expected=_EXPECTED,
            received=f"shape {values.shape}",
            hint="pass sound.T: the channels come last",
        )
    return rows


def _scaled(rows: NDArray[np.generic]) -> Samples:
    """The numbers as float32 of full scale ±1, contiguous; of the same shape."""
    kind, bits = rows.dtype.kind, 8 * rows.dtype.itemsize
    if kind == "f":
        with np.errstate(over="ignore"):
            floats = np.ascontiguousarray(rows, np.float32)
        check_scale(floats)
        return floats
    if bits < 64:
        half = 2 ** (bits - 1)
        centred = rows.astype(np.float64) - (half if kind == "u" else 0)
        return np.ascontiguousarray(centred / half, np.float32)
    if rows.size and np.abs(rows.astype(np.float64)).max() > 1:  # lists of 0 and ±1 are welcome
        raise AudioError(
            f"samples of type {rows.dtype} have no known full scale",
            expected="floating-point numbers, or whole numbers of 8, 16 or 32 bits",
            received=f"values from {rows.min()} to {rows.max()}",
            hint=f"{_SCALE_HINT}, or convert them: array.astype('int16')",
        )
    return np.ascontiguousarray(rows, np.float32)
