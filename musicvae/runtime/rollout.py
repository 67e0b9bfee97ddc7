"""Lets a prior go on by itself, step after step, alone or between itself and a memory.

>>> rollout = Rollout(Prior("jazz"), seed=7)  # doctest: +SKIP
>>> row = rollout.next()  # doctest: +SKIP
"""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Float32, Latents
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior

#: Below this trust a prior was never told anything; see :mod:`musicvae.vae.prior.crops`.
_LEAST_TRUST = 0.05
#: How far what a prior hears leans towards the memory, where variation is least; it falls with the
#: square. Hints alone keep a prior near the memory only where it was trained long enough to follow
#: them; more than this, and its movement becomes that of noise.
_LED = 0.4


def trust_of(variation: float) -> float:
    """How far a prior trusts the memory's next step, 1 to 0, at a variation of 0 to 1."""
    trust = 1.0 - variation
    return trust if trust >= _LEAST_TRUST else 0.0


class Rollout:
    """A prior that hears what it made. All buffers are allocated here, so it suits a render path.

    Args:
        prior: whose state and conditions nobody else uses.
        seed: equal seeds give equal music, 0 to 4294967295.

    Attributes:
        prior: as given; what it is asked for is in ``prior.conditions``.
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
        self._noise = StepNoise(prior.prior.noise, seed)
        self._silence: Float32 = np.zeros(prior.prior.noise, np.float32)
        self._number = 0
        prior.reset()

    def restart(self, seed: int) -> None:
        """Begin anew from silence, with another seed or the same.

        Raises:
            SettingError: the seed is out of range.
        """
        self._noise.restart(seed)
        self.prior.reset()
        self._heard[:] = 0.0
        self._number = 0

    def next(
        self,
        temperature: float = 1.0,
        continuation: Latents | None = None,
        variation: float = 1.0,
    ) -> Latents:
        """Make the next step.

        Args:
            temperature: 0 to 4: 1 is as in the music, less is tamer.
            continuation: what a memory would play now, float32 (D,); ``None`` is as variation 1.
            variation: 0 plays the memory, which the prior only hears; 1 the prior alone. Between
                them the prior is told what the memory would play, if it can be told anything, and
                trusts it the less the more this is; and what it hears of itself leans towards it.

        Returns:
            :attr:`row`.

        Raises:
            ArtifactError: see :meth:`Prior.step`; then :attr:`row` is what it was.
        """
        trust = 0.0 if continuation is None else trust_of(variation)
        prior = self.prior
        if prior.prior.hints:
            prior.conditions.set_hint(continuation if trust else None, trust)
        following = prior.step(self._heard, self._noise.row(self._number), temperature)
        alone = continuation is None or variation > 0
        self.row[:] = following if alone else continuation
        self._heard[:] = self.row
        if continuation is not None:
            self._lead(continuation, np.float32(_LED * (1.0 - variation) ** 2))
        self._number += 1
        return self.row

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
        self._lead(hand, share)

    def _lead(self, towards: Latents, share: Float32 | np.float32) -> None:
        """Move what is heard next a share of the way towards other latents."""
        np.subtract(towards, self._heard, out=self._apart)
        np.multiply(self._apart, share, out=self._apart)
        np.add(self._heard, self._apart, out=self._heard)

    def hear(self, row: Latents) -> None:
        """Hear a step that something else played, float32 (D,), after which it then goes on.

        Raises:
            LatentError, ArtifactError: see :meth:`Prior.step`.
        """
        self.prior.step(self._heard, self._silence)
        self._heard[:] = row
