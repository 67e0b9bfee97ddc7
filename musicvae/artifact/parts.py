"""The parts of an artifact's description: one latent, the dynamics, one attribute.

They are made from JSON as it is; :mod:`musicvae.artifact.checks` checks the values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Matrix = tuple[tuple[float, ...], ...]

#: The least spread and range of a latent that is written; what reads it allows a thousandth.
LEAST = 1e-6


@dataclass(frozen=True)
class LatentInfo:
    """One latent as a performer uses it: standardised over the training set.

    Attributes:
        name: such as ``"latent 0"``.
        mean: over the training set.
        std: standard deviation over the training set.
        low: first percentile over the training set.
        high: 99th percentile over the training set.
        explained_variance: its share of the variance of all latents, 0 to 1; never rises with the
            index.
        effect: what one standard deviation up does to the sound of this decoder, by measurement,
            such as ``"bass +8 dB, darker"``; empty where it was not measured.
    """

    name: str
    mean: float
    std: float
    low: float
    high: float
    explained_variance: float
    effect: str = ""

    @classmethod
    def measured(cls, index: int, *numbers: float, effect: str = "") -> LatentInfo:
        """The description of a latent from statistics, which may be those of one that never moved.

        Its spread and its range are then the least that a description may have: not nothing.

        Args:
            index: place of the latent, from 0.
            *numbers: mean, std, low, high and explained variance, as the attributes.
            effect: as the attribute.
        """
        mean, std, low, high, share = map(float, numbers)
        std, high = max(std, LEAST), max(high, low + LEAST)
        return cls(f"latent {index}", mean, std, low, high, share, effect)

    def to_json(self) -> dict[str, Any]:
        """The fields for JSON, without an empty ``effect``: readers of before know no such key."""
        return {name: value for name, value in vars(self).items() if name != "effect" or value}


@dataclass(frozen=True)
class DynamicsInfo:
    """A linear model of how latents change: ``z[t + 1] = matrix · z[t] + e``, e from N(0, noise).

    Attributes:
        matrix: D × D; its eigenvalues lie inside the unit circle, so that a walk stays bounded.
        noise: D × D, covariance of e.
        one_step_error: share of the variance that the prediction of one step leaves unexplained, on
            held-out latents: 0 is perfect, 1 no better than the mean.
        rate: latent steps per second (Hz).
    """

    matrix: Matrix
    noise: Matrix
    one_step_error: float
    rate: float

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> DynamicsInfo:
        """Make one from a JSON object.

        Raises:
            TypeError: a field is unknown, missing, or no list of lists.
            KeyError: a matrix is missing.
        """
        matrices = {name: matrix(values[name]) for name in ("matrix", "noise")}
        return cls(**{**values, **matrices})

    def rounded(self) -> DynamicsInfo:
        """A copy with six significant digits in both matrices."""
        return dataclasses.replace(
            self, matrix=rounded_matrix(self.matrix), noise=rounded_matrix(self.noise)
        )


@dataclass(frozen=True)
class AttributeInfo:
    """An audible property of sound, and the direction of the latent space that changes it.

    Attributes:
        name: such as ``"loudness"``.
        unit: such as ``"dB"``.
        direction: D numbers; adding ``a · direction`` to the latents changes the attribute by about
            ``a`` standard deviations.
        mean: over the training set, in ``unit``.
        std: standard deviation over the training set, in ``unit``.
        r2: share of the attribute's variance that the latents explain, on held-out latents; at
            most 1.
        spearman: rank correlation between the change asked for and the attribute measured after
            decoding, on held-out latents; ``None`` where it was not measured.
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
        """Make one from a JSON object.

        Raises:
            TypeError: a field is unknown, missing or of the wrong type.
            KeyError: the direction is missing.
        """
        return cls(**{**values, "direction": tuple(values["direction"])})

    def rounded(self) -> AttributeInfo:
        """A copy with six significant digits in the direction."""
        return dataclasses.replace(self, direction=_rounded(self.direction))


def matrix(rows: Iterable[Iterable[float]]) -> Matrix:
    """Lists of lists as tuples of tuples.

    Raises:
        TypeError: ``rows`` is not a list of lists.
    """
    return tuple(tuple(row) for row in rows)


def rounded_matrix(rows: Matrix) -> Matrix:
    """A copy with six significant digits: about the precision of float32, and half the text."""
    return tuple(_rounded(row) for row in rows)


def _rounded(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(f"{number:.6g}") for number in numbers)
