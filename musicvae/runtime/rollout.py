"""Lets a prior go on by itself, step after step, alone or in turns with a memory.

>>> rollout = Rollout(Prior("jazz"), seed=7)  # doctest: +SKIP
>>> row = rollout.next()  # doctest: +SKIP
"""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Float32, Latents
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior
from musicvae.runtime.sections import Sections
from musicvae.runtime.turns import Turns


class Rollout:
    """A prior that hears what it made, section by section.

    All buffers are allocated here, so it suits a render path.

    Args:
        prior: whose state and conditions nobody else uses.
        seed: equal seeds give equal music, 0 to 4294967295.

    Attributes:
        prior: as given; what it is asked for is in ``prior.conditions``.
        turns: whose turn it is, where a memory plays too.
        sections: when it forgets what it heard, and is in another mood.
        row: the last step that it made, standardised latents, float32 (D,), overwritten by the
            next one.

    Raises:
        SettingError: the seed is out of range.
    """

    def __init__(self, prior: Prior, seed: int = 0) -> None:
        self.prior = prior
        width = prior.info.latent_dim
        self.row: Latents = np.zeros(width, np.float32)
        self._heard: Latents = np.zeros(width, np.float32)
        self._share: Float32 = np.zeros(width, np.float32)
        self._apart: Float32 = np.zeros(width, np.float32)
        self.turns = Turns(prior.info.latent_rate, seed)
        self.sections = Sections(prior.info.latent_rate, seed)
        self._noise = StepNoise(prior.prior.noise, seed)
        self._silence: Float32 = np.zeros(prior.prior.noise, np.float32)
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Begin anew from silence, with another seed or the same.

        Raises:
            SettingError: the seed is out of range.
        """
        self._noise.restart(seed)
        self.turns.restart(seed)
        self.sections.restart(seed)
        self.prior.reset()
        self._heard[:] = 0.0
        self._number, self._seed = 0, seed

    def succeed(self, other: Rollout) -> None:
        """Go on where another one is, whose prior is another one: as a section begins.

        Args:
            other: of the same latent space, which does not go on itself.
        """
        self.restart(other._seed)
        self.row[:], self._heard[:] = other.row, other._heard
        self._number, self.turns = other._number, other.turns

    def next(self, temperature: float = 1.0, remembered: Latents | None = None) -> Latents:
        """Make the next step.

        Args:
            temperature: 0 to 4: 1 is as in the music, less is tamer.
            remembered: what a memory plays now, float32 (D,), which the prior then hears; ``None``
                lets the prior play.

        Returns:
            :attr:`row`.

        Raises:
            ArtifactError: see :meth:`Prior.step`; then :attr:`row` is what it was.
        """
        following = self.prior.step(self._heard, self._noise.row(self._number), temperature)
        self.row[:] = following if remembered is None else remembered
        self._heard[:] = self.row
        self._number += 1
        if remembered is not None:
            self.sections.lengthen()
        elif self.sections.ends():  # now, so that the first step of the next can be foreseen
            self.prior.reset()
            self.prior.conditions.change_mood(self.sections.number)
        return self.row

    def foresee(self, temperature: float = 1.0) -> None:
        """Take the next step in advance; :meth:`next` need not, if it is the same by then.

        Raises:
            ArtifactError: see :meth:`Prior.step`.
        """
        self.prior.foresee(self._heard, self._noise.row(self._number), temperature)

    def lead(self, hand: Latents, amount: float) -> None:
        """Write what a hand set into what the prior hears next, in place of what it made itself.

        Args:
            hand: standardised latents, float32 (D,). One at 0 is not set; one at ±1 or beyond is
                written wholly.
            amount: how much of it, 0 to 1.
        """
        share = np.abs(hand, out=self._share)
        np.minimum(share, np.float32(1.0), out=share)
        np.multiply(share, np.float32(amount), out=share)
        np.subtract(hand, self._heard, out=self._apart)
        np.multiply(self._apart, share, out=self._apart)
        np.add(self._heard, self._apart, out=self._heard)

    def hear(self, row: Latents) -> None:
        """Hear a step that something else played, float32 (D,), after which it then goes on.

        Raises:
            LatentError, ArtifactError: see :meth:`Prior.step`.
        """
        self.sections.lengthen()
        self.prior.step(self._heard, self._silence)
        self._heard[:] = row
