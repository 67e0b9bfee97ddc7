"""The parts of an artifact's description that are objects of their own.

They are made from JSON without being trusted: :mod:`musicvae.artifact.checks` looks at the values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class LatentInfo:
    """One latent as a performer meets it: standardised over the training set.

    Attributes:
        name: such as ``"latent 0"``.
        mean: over the training set.
        std: likewise.
        low: first percentile.
        high: 99th percentile.
        explained_variance: share of all latents' variance, 0 to 1; never rises with the index.
    """

    name: str
    mean: float
    std: float
    low: float
    high: float
    explained_variance: float


@dataclass(frozen=True)
class DynamicsInfo:
    """How latents go on: ``z[t + 1] = matrix · z[t] + e``, where e is drawn from N(0, noise).

    Attributes:
        matrix: D × D; its eigenvalues lie inside the unit circle, so that a walk stays bounded.
        noise: D × D, covariance of the innovations.
        one_step_error: share of the variance that a step does not explain, on held-out latents:
            0 is perfect, 1 no better than the mean.
        rate: latent steps per second.
    """

    matrix: Matrix
    noise: Matrix
    one_step_error: float
    rate: float

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> DynamicsInfo:
        """From a JSON object; ``TypeError`` or ``KeyError`` where it is none of these."""
        matrices = {name: matrix(values[name]) for name in ("matrix", "noise")}
        return cls(**{**values, **matrices})

    def rounded(self) -> DynamicsInfo:
        """With six significant digits in both matrices."""
        return dataclasses.replace(
            self, matrix=rounded_matrix(self.matrix), noise=rounded_matrix(self.noise)
        )


@dataclass(frozen=True)
class AttributeInfo:
    """A property of sound that a direction of the latent space moves.

    Attributes:
        name: such as ``"loudness"``.
        unit: such as ``"dB"``.
        direction: D numbers; ``a · direction``, added to the latents, moves the attribute by about
            ``a`` standard deviations.
        mean: over the training set, in ``unit``.
        std: likewise.
        r2: variance of the attribute that the latents explain, on held-out latents; at most 1.
        spearman: rank correlation of the asked move and the attribute measured after decoding, on
            held-out latents; ``None`` where it was not measured.
        method: how it was fitted, such as ``"linear"``.
    """

    name: str
    unit: str
    direction: tuple[float, ...]
    mean: float
    std: float
    r2: float
    spearman: float | None = None
    method: str = "linear"

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> AttributeInfo:
        """From a JSON object; ``TypeError`` or ``KeyError`` where it is none of these."""
        return cls(**{**values, "direction": tuple(values["direction"])})

    def rounded(self) -> AttributeInfo:
        """With six significant digits in the direction."""
        return dataclasses.replace(self, direction=_rounded(self.direction))


def matrix(rows: Iterable[Iterable[Any]]) -> Matrix:
    """Lists of lists as tuples of tuples; ``TypeError`` where they are none."""
    return tuple(tuple(row) for row in rows)


def rounded_matrix(rows: Matrix) -> Matrix:
    """With six significant digits, which is about what float32 holds and half the text."""
    return tuple(_rounded(row) for row in rows)


def _rounded(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(f"{number:.6g}") for number in numbers)
