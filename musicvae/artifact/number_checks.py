"""Checks the numbers of an artifact's description: latents, matrices, directions, differences.

Hosts compute with them in float32, one with the other, and add up the results. So it is not enough
that each is finite: each must lie within a range in which everything that is made of them stays
finite too. ``docs/artifact.md`` lists the ranges.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard, cast

from musicvae.artifact.info import ArtifactInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo, LatentInfo, Matrix

#: Largest magnitude of a latent, and of a number in a matrix or a direction. Standardised latents,
#: and what is computed from them, are about 1.
_LARGEST = 1e4
#: Largest magnitude in a covariance: the square of what a latent can be thought to spread.
_LARGEST_VARIANCE = 1e6
#: Largest magnitude of a figure in a unit of its own, such as Hz, or of a share of something.
_LARGEST_FIGURE = 1e6
#: Smallest standard deviation: something is divided by it.
_SMALLEST = 1e-9
#: Largest number that is only shown: far within float32.
_LARGEST_SHOWN = 1e30
#: Largest variance of an endless walk: the matrices may be small, and their powers not.
WIDEST = _LARGEST**2
#: Shares were rounded.
_SHARE_SLACK = 1e-3
#: Covariances are written with six digits; rounding may push an eigenvalue this far below zero.
_ROUNDING = 1e-4


def is_whole(value: object) -> TypeGuard[int]:
    """Whether the value is an integer; JSON's ``true`` is not one."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(
    value: object, lowest: float = -_LARGEST_SHOWN, highest: float = _LARGEST_SHOWN
) -> TypeGuard[float]:
    """Whether the value is a number in this range; a truth value, a text and NaN are not."""
    # Compared without conversion: JSON may hold an integer that is too large for a float.
    return (isinstance(value, float) or is_whole(value)) and lowest <= value <= highest


def latent_problems(latent: LatentInfo) -> Iterator[str]:
    """What is wrong with the numbers of one latent."""
    for name in ("mean", "low", "high"):
        if not is_number(getattr(latent, name), -_LARGEST, _LARGEST):
            yield f"a {name} that is no number from {-_LARGEST:g} to {_LARGEST:g}"
            return
    if not latent.low < latent.high:
        yield f"a low of {latent.low:.6g}, not less than its high of {latent.high:.6g}"
    if not is_number(latent.std, _SMALLEST, _LARGEST):
        yield f"a std that is no number from {_SMALLEST:g} to {_LARGEST:g}"
    if not is_number(latent.explained_variance, -_SHARE_SLACK, 1 + _SHARE_SLACK):
        yield "an explained_variance that is no number from 0 to 1"


def parity_problems(parity: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the differences that the export measured."""
    few = isinstance(parity, dict) and len(parity) <= 64 and all(len(key) <= 64 for key in parity)
    if not few or not all(is_number(value, 0, _LARGEST_FIGURE) for value in parity.values()):
        yield f"parity is not an object of up to 64 numbers from 0 to {_LARGEST_FIGURE:g}"


def space_problems(info: ArtifactInfo) -> Iterator[str]:
    """What is wrong with a stream's covariance, dynamics and attributes; its sizes are right."""
    if info.covariance:
        yield from _covariance("covariance", info.covariance, info.latent_dim)
    if info.dynamics is not None:
        yield from _dynamics(info.dynamics, info)
    for index, attribute in enumerate(info.attributes):
        yield from _attribute(f"attribute {index}", attribute, info.latent_dim)


def _dynamics(dynamics: DynamicsInfo, info: ArtifactInfo) -> Iterator[str]:
    bad = list(_matrix("dynamics.matrix", dynamics.matrix, info.latent_dim))
    bad += _covariance("dynamics.noise", dynamics.noise, info.latent_dim)
    yield from bad
    if not bad and not _is_stable(dynamics):
        yield "dynamics that grow without bound"
    if not is_number(dynamics.one_step_error, 0, _LARGEST_SHOWN):
        yield "dynamics with a one_step_error that is not a share of variance"
    rate = info.latent_rate
    if not is_number(dynamics.rate) or abs(dynamics.rate - rate) > 1e-3 * rate:
        yield f"dynamics at a rate of {dynamics.rate!r:.40} where the latents have {rate:.6g}"


def _attribute(name: str, attribute: AttributeInfo, width: int) -> Iterator[str]:
    if len(attribute.direction) != width or not _are_within(attribute.direction, _LARGEST):
        yield f"{name} has a direction that is not {width} finite numbers up to {_LARGEST:g}"
    if not is_number(attribute.mean, -_LARGEST_FIGURE, _LARGEST_FIGURE):
        yield f"{name} has a mean that is not finite, or beyond {_LARGEST_FIGURE:g}"
    silent = is_number(attribute.std, 0, 0)  # nothing in the training set has the attribute
    if not silent and not is_number(attribute.std, _SMALLEST, _LARGEST_FIGURE):
        yield f"{name} has an impossible std, not 0 and not {_SMALLEST:g} to {_LARGEST_FIGURE:g}"
    if not is_number(attribute.r2, -_LARGEST_FIGURE, 1):
        yield f"{name} has an impossible r2, not {-_LARGEST_FIGURE:g} to 1"
    if attribute.spearman is not None and not is_number(attribute.spearman, -1, 1):
        yield f"{name} has a spearman that is no number from -1 to 1"


def _matrix(name: str, rows: Matrix, width: int, largest: float = _LARGEST) -> Iterator[str]:
    if len(rows) != width or any(len(row) != width for row in rows):
        yield f"{name} is not {width} × {width}"
    elif not all(_are_within(row, largest) for row in rows):
        yield f"{name} has a number that is not finite, or beyond {largest:g}"


def _covariance(name: str, rows: Matrix, width: int) -> Iterator[str]:
    bad = list(_matrix(name, rows, width, _LARGEST_VARIANCE))
    yield from bad
    if bad:
        return
    import numpy as np  # late: clips, and `import musicvae`, do without it

    array = np.array(rows, dtype=np.float64)
    slack = _ROUNDING * float(np.abs(array).max())
    if np.abs(array - array.T).max() > slack or np.linalg.eigvalsh(array).min() < -slack:
        yield f"{name} is not symmetric with eigenvalues of at least zero"


def _is_stable(dynamics: DynamicsInfo) -> bool:
    """Whether the steps of an endless walk stay within bounds, from the first on.

    Eigenvalues inside the unit circle do not tell: the powers of a matrix can be huge before they
    vanish. (And ``numpy.linalg.eigvals`` keeps all other threads waiting, for 0.05 s at D = 256.)
    """
    import numpy as np

    # Smith's doubling: after n rounds the covariance of 2ⁿ steps, and the matrix to the power 2ⁿ.
    covariance, power = np.array(dynamics.noise, float), np.array(dynamics.matrix, float)
    with np.errstate(all="ignore"):
        for _ in range(64):
            covariance = covariance + power @ covariance @ power.T
            power = power @ power
            largest = np.abs(power).max()
            if not (largest <= WIDEST and np.abs(covariance).max() <= WIDEST):
                return False  # or not a number
            if largest < 1e-9:
                return True
    return False


def _are_within(values: Sequence[object], largest: float) -> bool:
    """Whether all are numbers up to ``largest``; quick, since a matrix has thousands."""
    if not set(map(type, values)) <= {float, int}:  # the type of a truth value is neither
        return False
    numbers = cast(Sequence[float], values)
    if not (min(numbers, default=0) >= -largest and max(numbers, default=0) <= largest):
        return False
    return not math.isnan(sum(numbers))  # as it is where one is, which min and max may pass over
