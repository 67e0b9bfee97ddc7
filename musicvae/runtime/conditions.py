"""What a prior is asked for: genre, attributes, and a proposal for the next step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from musicvae.artifact import ArtifactInfo, PriorInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.arrays import Float32
from musicvae.runtime.moods import Usual, usual
from musicvae.similar import did_you_mean

#: The farthest that an attribute can be asked for, in standard deviations.
FARTHEST = 8.0
#: How much a genre is asked for, where there are several. At 1, as in training, rollouts drift
#: towards what is common to all genres; at 2.2 they leave the music of some.
EMPHASIS = 1.8


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
        self._knobs, self._emphasis = prior.attributes, EMPHASIS if first > 1 else 1.0
        self._model: ArtifactInfo | None = None
        self._seed = 0
        self._usual: dict[str, Usual] = {}
        self._asked: dict[str, float | None] = dict.fromkeys(self._attributes)
        self._genre = self.row[:first]
        self._wanted = self.row[first : first + count]
        self._known = self.row[first + count : first + 2 * count]
        self._hint = self.row[first + 2 * count :]

    def clear(self) -> None:
        """Ask for nothing."""
        self.row[:] = 0.0
        self._model, self._usual = None, {}
        self._asked = dict.fromkeys(self._attributes)

    def suit(
        self, model: ArtifactInfo, named: Sequence[str] = (), seed: int = 0, section: int = 0
    ) -> None:
        """Ask for genres, by default for that of a model, and then for its music, too.

        A prior of one genre is asked for that one; where neither is known, for none.

        Args:
            model: which plays what the prior makes.
            named: genres that somebody wants, in equal parts.
            seed: of the mood, 0 to 4294967295; see :meth:`liken`.
            section: that is played, from 0.

        Raises:
            SettingError: the prior knows no such genre.
        """
        known = list(self._genres)
        own = [model.genre] if model.genre in known else known if len(known) == 1 else []
        chosen = [*named] or own
        self.set_genre({name: 1 / len(chosen) for name in chosen})
        self.liken(model if own and chosen == own else None, seed, section)

    def liken(self, model: ArtifactInfo | None, seed: int = 0, section: int = 0) -> None:
        """Ask for attributes as the music of a model has them, and from now on in its terms.

        Where nothing else is asked for, they are asked for as they are in what the model learnt
        from, on average and a mood; and :meth:`set_attribute` counts from there, in the standard
        deviations that means over a second have in it.

        Args:
            model: whose attributes it has in common with the prior count; ``None`` goes back to
                the terms of the prior.
            seed: of the mood, 0 to 4294967295.
            section: that is played, from 0.
        """
        self._model, self._seed = model, seed
        self._asked = dict.fromkeys(self._attributes)
        self.change_mood(section)

    def change_mood(self, section: int) -> None:
        """Draw the mood of another section, see :meth:`liken`; what is asked for stays.

        Args:
            section: its number, from 0.
        """
        model = self._model
        self._usual = {} if model is None else usual(model, self._knobs, self._seed, section)
        for name, value in self._asked.items():
            self.set_attribute(name, value)

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
            self._genre[self._genres[name]] = weight * self._emphasis

    def set_attribute(self, name: str, value: float | None) -> None:
        """Ask for an attribute, in standard deviations from the training tracks' mean, or for any.

        After :meth:`liken` both are the model's, and any is as the model's music has it. No more is
        asked for than ±8 standard deviations of the prior's training tracks.

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
        self._asked[name] = value
        mean, deviation = self._usual.get(name, Usual(0.0, 1.0))
        wanted = mean + deviation * (value or 0.0)
        self._known[place] = value is not None or name in self._usual
        self._wanted[place] = max(-FARTHEST, min(wanted, FARTHEST))

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
            hint=did_you_mean(name, known),
        )
    return known[name]
