"""The array types of latents, and checks of what callers give as latents."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import LatentError

#: Latents as they are stored and decoded: float32, shape (n, D), standardised (no unit).
Latents = NDArray[np.float32]
#: Numbers in single precision that may be latents, sound or a state; shape as documented.
Float32 = NDArray[np.float32]
#: Numbers in double precision; shape as documented.
Float64 = NDArray[np.float64]

#: Numbers of which BLAS makes a sum without other threads.
_SHORT = 8192


def latent_rows(latents: ArrayLike, width: int, axis: str) -> Latents:
    """Latents as contiguous float32 rows.

    Args:
        latents: shape (D,) or (n, D), any numbers.
        width: D.
        axis: the name of the first axis, for messages: ``"batch"`` or ``"frames"``.

    Returns:
        float32, shape (n, D), n ≥ 1; the very array where it was that already.

    Raises:
        LatentError: the shape is wrong, or a value is not finite.
    """
    rows = latents if _is_ready(latents, width) else _converted(latents, width, axis)
    if not all_finite(rows):
        raise LatentError("latents are NaN or infinite", expected=_expected(width, axis))
    return rows


def _is_ready(latents: ArrayLike, width: int) -> TypeGuard[Latents]:
    """Whether they are contiguous float32 (n, D) already, as a fast host sends them."""
    return (
        isinstance(latents, np.ndarray)
        and latents.dtype == np.float32
        and latents.ndim == 2
        and latents.shape[1] == width
        and len(latents) > 0
        and latents.flags.c_contiguous
    )


def _converted(latents: ArrayLike, width: int, axis: str) -> Latents:
    """A contiguous float32 copy, shape (n, D), of numbers of shape (D,) or (n, D)."""
    expected = _expected(width, axis)
    try:
        array = np.asarray(latents)
    except ValueError as error:  # rows of different lengths
        raise LatentError(
            "latents must be an array", expected=expected, received=f"{error}"
        ) from None
    if array.dtype.kind not in "biuf":
        raise LatentError(
            "latents must be numbers", expected=expected, received=f"values of type {array.dtype}"
        )
    rows = array[None, :] if array.ndim == 1 else array
    if rows.ndim != 2 or rows.shape[1] != width or not len(rows):
        raise LatentError("wrong shape", expected=expected, received=f"shape {array.shape}")
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite, refused above
        return np.ascontiguousarray(rows, dtype=np.float32)


def _expected(width: int, axis: str) -> str:
    return f"finite numbers of shape ({width},) or ({axis}, {width})"


def beyond(latents: Latents) -> LatentError:
    """The error for latents, float32 of any shape, whose sound is not finite."""
    return LatentError(
        "these latents are beyond what the decoder can compute",
        expected="standardised latents, most of them between -3 and 3",
        received=f"values up to {np.abs(latents).max():.3g}",
    )


def surely_within(array: Float32, most: float) -> bool:
    """Whether the squares of an array of any shape tell that all lie within ±``most``, none is NaN.

    One pass, and no array is made. If they do not tell, it may be so all the same.
    """
    numbers, limit = array.reshape(-1), most * most
    for first in range(0, len(numbers), _SHORT):  # once, nearly always
        part = numbers[first : first + _SHORT]
        if not np.vdot(part, part) < limit:
            return False
    return True


def all_finite(array: Float32) -> bool:
    """Whether no number of an array of any shape is NaN or infinite."""
    return surely_within(array, inf) or bool(np.isfinite(array).all())


def checked_sequences(sequences: Sequence[ArrayLike], width: int | None = None) -> list[Float64]:
    """Latents of several tracks in double precision, without those that are empty.

    Args:
        sequences: an array of shape (steps, D) for each track.
        width: D, where it is known; else that of the first track.

    Returns:
        float64 arrays of shape (steps, D), each at least one step long.

    Raises:
        LatentError: one has another shape or is not finite, or all are empty.
    """
    arrays = [np.asarray(sequence, np.float64) for sequence in sequences]
    for array in arrays:
        width = array.shape[-1] if width is None and array.ndim == 2 else width
        if array.ndim != 2 or array.shape[1] != width or not width:
            raise LatentError(
                "sequences of latents must have one width",
                expected=f"shape (steps, {width or 'D'}) each",
                received=f"shape {array.shape}",
            )
        if not np.isfinite(array).all():
            raise LatentError("latents are NaN or infinite")
    arrays = [array for array in arrays if len(array)]
    if not arrays:
        raise LatentError("there are no latents", expected="at least one sequence with a step")
    return arrays
