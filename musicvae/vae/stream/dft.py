"""Makes the matrices of a fast Fourier transform, for graphs that have no such operator.

One full matrix for 1024 points has a million entries, and with one frame at a time most of the time
would go into reading them. Splitting N = R × R (Cooley & Tukey 1965) leaves two matrices with 4·R²
entries each, and as many twiddle factors between them:

    spectrum bin k = R·a + b,  sample n = R·m + r  (a < R/2, as real signals need half the bins)

    inverse   T[b, r] = e^(2πi·r·b/N) Σ_a C[R·a + b] e^(2πi·r·a/R)
              y[R·m + r] = w[n] · Re Σ_b T[b, r] e^(2πi·m·b/R)
    forward   T[b, r] = e^(-2πi·r·b/N) Σ_m w[n] y[R·m + r] e^(-2πi·m·b/R)
              C[R·a + b] = Σ_r T[b, r] e^(-2πi·r·a/R)

A product of complex numbers is four real products and two sums. Here the first matrix product
gives x + iy as (x, -y, y, x), these are multiplied by (cos, sin, cos, sin), and the second matrix
product adds them up. So a transform is a matrix product, a product number by number, and a matrix
product, without exchanging axes in between.

The highest bin, N/2, is left out: music has no energy there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

#: Maps (x, y), the parts of x + iy, to (x, -y, y, x).
_QUADRUPLE = np.array([[1, 0], [0, -1], [0, 1], [1, 0]], np.float64)


class Transform(NamedTuple):
    """The factors of a transform, all float32.

    Attributes:
        scale: (R, R), multiplied with the samples; see :func:`inverse` and :func:`forward`.
        first: the first matrix product: (4·R, R) from the left, inverse (R, 4·R) from the right.
        twiddle: multiplied number by number with its result.
        second: the second one: (4·R, R) from the right, inverse (R, 4·R) from the left.
    """

    scale: Matrix
    first: Matrix
    twiddle: Matrix
    second: Matrix


def root(size: int) -> int:
    """R for a transform of ``size`` = R² samples.

    Raises:
        ValueError: ``size`` is not the square of an even number.
    """
    found = math.isqrt(size)
    if found * found != size or found % 2:
        raise ValueError(f"a transform of R² points with an even R is needed, not {size}")
    return found


def inverse(window: NDArray[np.float64]) -> Transform:
    """The windowed inverse transform of half a spectrum.

    With the spectrum's real and imaginary parts as x (R [b], R [re a, im a]), it is

        y = second @ ((x @ first) · twiddle) reshaped to (4·R, R [r])        (R [m], R [r])

    so that the samples come out in their order.

    Args:
        window: float64 (N,), multiplied with the resulting samples.

    Returns:
        The factors. ``scale`` (R [m], R [r]) is the window, and is multiplied with y. Each bin
        counts twice, as those of a real signal do except the one at 0 Hz: halve that one.
    """
    size = len(window)
    R = root(size)
    whole, half = np.arange(R), np.arange(R // 2)
    turn = np.exp(2j * np.pi * np.outer(whole, half) / R) * (2.0 / size)  # (r, a)
    parts = np.stack([np.stack([turn.real, -turn.imag], 1), np.stack([turn.imag, turn.real], 1)], 1)
    first = np.einsum("qp,rpsa->saqr", _QUADRUPLE, parts)  # (re/im, a, 4, r)
    back = np.exp(2j * np.pi * np.outer(whole, whole) / R)  # (m, b)
    real, imaginary = back.real, -back.imag
    second = np.stack([real, real, imaginary, imaginary], axis=2)  # (m, b, 4)
    return Transform(
        _single(window.reshape(R, R)),
        _single(first.reshape(R, 4 * R)),
        _twiddle(np.outer(whole, whole) / size).reshape(R, 4 * R),
        _single(second.reshape(R, 4 * R)),
    )


def order(size: int) -> NDArray[np.int64]:
    """The bins of half a spectrum in the order b, a, in which :func:`inverse` takes them.

    Returns:
        Numbers of bins, int64 (N // 2,).
    """
    R = root(size)
    return np.arange(size // 2).reshape(R // 2, R).T.ravel()


def forward(window: NDArray[np.float64]) -> Transform:
    """The transform of windowed samples to half a spectrum.

    With the windowed samples as x (R [m], R [r]), it is

        C = ((first @ x) · twiddle) reshaped to (R [b], 4·R) @ second        (R [b], R [re a, im a])

    Args:
        window: float64 (N,), multiplied with the samples.

    Returns:
        The factors. ``scale`` (R [m], R [r]) is the window, and is multiplied with the samples.
    """
    size = len(window)
    R = root(size)
    whole, half = np.arange(R), np.arange(R // 2)
    turn = np.exp(-2j * np.pi * np.outer(whole, whole) / R)  # (b, m)
    first = np.einsum("qp,bpm->bqm", _QUADRUPLE, np.stack([turn.real, turn.imag], axis=1))
    back = np.exp(-2j * np.pi * np.outer(whole, half) / R)  # (r, a)
    real, imaginary = np.hstack([back.real, back.imag]), np.hstack([-back.imag, back.real])
    second = np.stack([real, real, imaginary, imaginary])  # (4, r, [re a, im a])
    return Transform(
        _single(window.reshape(R, R)),
        _single(first.reshape(4 * R, R)),
        _twiddle(-np.outer(whole, whole) / size),
        _single(second.reshape(4 * R, R)),
    )


def _twiddle(turns: NDArray[np.float64]) -> Matrix:
    """Factors of (x, -y, y, x) that rotate x + iy.

    Args:
        turns: angles in turns (1 is 360°), float64 (R, R).

    Returns:
        float32 (4·R, R).
    """
    cosine, sine = np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)
    return _single(np.stack([cosine, sine, cosine, sine], axis=1).reshape(-1, len(turns)))


def _single(matrix: NDArray[np.float64]) -> Matrix:
    """A float64 matrix of any shape as contiguous float32."""
    return np.ascontiguousarray(matrix, np.float32)
