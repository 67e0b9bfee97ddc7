"""Latents of several tracks, as callers give them, made into arrays or refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import LatentError

Array = NDArray[np.float64]


def checked_sequences(sequences: Sequence[ArrayLike], width: int | None = None) -> list[Array]:
    """Latents of several tracks as float64 (steps, D), empty ones left out.

    Args:
        sequences: arrays of shape (steps, D).
        width: D, where it is known; else that of the first.

    Raises:
        LatentError: one has another shape or is not finite, or there are none.
    """
    arrays = [np.asarray(sequence, np.float64) for sequence in sequences]
    for array in arrays:
        width = array.shape[-1] if width is None and array.ndim == 2 else width
        if array.ndim != 2 or array.shape[1] != width or not width:
            raise LatentError(
                "sequences of latents must fit together",
                legal=f"shape (steps, {width or 'D'}) each",
                received=f"shape {array.shape}",
            )
        if not np.isfinite(array).all():
            raise LatentError("latents are NaN or infinite")
    arrays = [array for array in arrays if len(array)]
    if not arrays:
        raise LatentError("there are no latents", legal="at least one sequence of some steps")
    return arrays
