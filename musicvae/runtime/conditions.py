"""What a prior is asked for: genre, attributes, and a proposal for the next step."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from musicvae.artifact import PriorInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.arrays import Float32
from musicvae.recipes.ranges import nearest

#: The farthest that an attribute can be asked for, in standard deviations.
FARTHEST = 8.0


class Conditions:
    """The row of conditions of one prior, float32 (C,), which is written in place.

    At first nothing is asked for. See :mod:`musicvae.artifact.prior` for the layout.

    Args:
        prior: what the prior says of itself.
        latent_dim: D.

    Attributes:
        row: what the prior reads, float32 (C,).
    """

    def __init__(self, prior: PriorInfo, latent_dim: int) -> None:
        self.row: Float32 = np.zeros(prior.condition_size(latent_dim), np.float32)
        self._genres = {name: place for place, name in enumerate(prior.genres)}
        self._attributes = {knob.name: place for place, knob in enumerate(prior.attributes)}
        first, count = len(prior.genres), len(prior.attributes)
        self._genre = self.row[:first]
        self._wanted = self.row[first : first + count]
        self._known = self.row[first + count : first + 2 * count]
        self._hint = self.row[first + 2 * count :]

    def clear(self) -> None:
        """Ask for nothing."""
        self.row[:] = 0.0

    def set_genre(self, genre: str | Mapping[str, float] | None) -> None:
        """Ask for a genre, for a mixture of genres by weight, or for none.

        Raises:
            SettingError: the prior knows no such genre, or a weight is not from 0 to 1.
        """
        weights = {genre: 1.0} if isinstance(genre, str) else dict(genre or {})
        for name, weight in weights.items():
            _place("genre", name, self._genres)
            if not 0 <= weight <= 1:  # NaN is not
                raise SettingError(
                    f"the weight of the genre {name} cannot be used",
                    expected="0 to 1",
                    received=weight,
                )
        self._genre[:] = 0.0
        for name, weight in weights.items():
            self._genre[self._genres[name]] = weight

    def set_attribute(self, name: str, value: float | None) -> None:
        """Ask for an attribute, in standard deviations from the training tracks' mean, or for any.

        Raises:
            SettingError: the prior knows no such attribute, or the value is beyond ±8.
        """
        place = _place("attribute", name, self._attributes)
        if value is not None and not (math.isfinite(value) and abs(value) <= FARTHEST):
            raise SettingError(
                f"{name} cannot be asked for like this",
                expected=f"-{FARTHEST:g} to {FARTHEST:g} standard deviations",
                received=value,
            )
        self._wanted[place] = 0.0 if value is None else value
        self._known[place] = value is not None

    def set_hint(self, latents: Float32 | None, trust: float = 1.0) -> None:
        """Propose latents for the next step.

        Args:
            latents: float32 (D,), or ``None`` for no proposal.
            trust: how much it counts, 0 to 1.

        Raises:
            SettingError: the prior takes no proposals, or ``trust`` is out of range.
            LatentError: the latents do not have the shape (D,).
        """
        if latents is None or not len(self._hint):
            if latents is not None:
                raise SettingError("this prior takes no proposals for the next step")
            self._hint[:] = 0.0
            return
        if not 0 <= trust <= 1:
            raise SettingError("trust is out of range", expected="0 to 1", received=trust)
        if np.shape(latents) != (len(self._hint) - 1,):
            raise LatentError(
                "a proposal has the wrong shape",
                expected=f"({len(self._hint) - 1},)",
                received=f"{np.shape(latents)}",
            )
        np.multiply(latents, np.float32(trust), out=self._hint[:-1])
        self._hint[-1] = trust


def _place(noun: str, name: str, known: Mapping[str, int]) -> int:
    if name not in known:
        raise SettingError(
            f"this prior knows no {noun} {name!r:.80}",
            expected=", ".join(known) or f"none: it knows no {noun}",
            received=name,
            hint=nearest(name, known),
        )
    return known[name]
