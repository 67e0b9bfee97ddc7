"""Latents as callers give them, made into what a graph takes, or refused."""

from __future__ import annotations

from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import LatentError

Latents = NDArray[np.float32]


def latent_rows(latents: ArrayLike, width: int, axis: str) -> Latents:
    """Latents as contiguous float32 rows.

    Args:
        latents: shape (D,) or (n, D), any numbers.
        width: D.
        axis: what n counts, for messages: ``"batch"`` or ``"frames"``.

    Returns:
        float32, shape (n, D), n ≥ 1; the very array where it was that already.

    Raises:
        LatentError: the shape is wrong, or a value is not finite.
    """
    rows = latents if _is_ready(latents, width) else _converted(latents, width, axis)
    if not np.isfinite(rows).all():
        raise LatentError("latents are NaN or infinite", legal=_legal(width, axis))
    return rows


def _is_ready(latents: ArrayLike, width: int) -> TypeGuard[Latents]:
    """Whether nothing is to be converted: the way of a host that sends frame after frame."""
    return (
        isinstance(latents, np.ndarray)
        and latents.dtype == np.float32
        and latents.ndim == 2
        and latents.shape[1] == width
        and len(latents) > 0
        and latents.flags.c_contiguous
    )


def _converted(latents: ArrayLike, width: int, axis: str) -> Latents:
    legal = _legal(width, axis)
    try:
        array = np.asarray(latents)
    except ValueError as error:  # rows of different lengths
        raise LatentError("latents must be an array", legal=legal, received=f"{error}") from None
    if array.dtype.kind not in "biuf":
        raise LatentError(
            "latents must be numbers", legal=legal, received=f"values of type {array.dtype}"
        )
    rows = array[None, :] if array.ndim == 1 else array
    if rows.ndim != 2 or rows.shape[1] != width or not len(rows):
        raise LatentError("wrong shape", legal=legal, received=f"shape {array.shape}")
    with np.errstate(over="ignore"):  # too large for float32 becomes infinite, refused above
        return np.ascontiguousarray(rows, dtype=np.float32)


def _legal(width: int, axis: str) -> str:
    return f"finite numbers of shape ({width},) or ({axis}, {width})"


def beyond(latents: Latents) -> LatentError:
    """The error for latents whose sound is not finite."""
    return LatentError(
        "these latents are beyond what the decoder can compute",
        legal="standardised latents, most of them between -3 and 3",
        received=f"values up to {np.abs(latents).max():.3g}",
    )
