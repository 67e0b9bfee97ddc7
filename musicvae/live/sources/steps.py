"""The two latent steps between which a source moves, frame by frame."""

from __future__ import annotations

import numpy as np

from musicvae.latents.arrays import Latents


class Steps:
    """The step that is played and the one that follows.

    At the speed of the music each step lasts ``stride`` frames, as in training; at lower speeds,
    neighbouring steps are interpolated.

    Args:
        latent_dim: D.
        stride: frames that a step lasts.
        most: steps in one frame at most.

    Attributes:
        last: the step that is played, float32 (D,).
        following: the next one.
        share: how much of the way from one to the other is done; from 1 on the next is due.
    """

    def __init__(self, latent_dim: int, stride: int, most: float) -> None:
        self.last: Latents = np.zeros(latent_dim, np.float32)
        self.following: Latents = np.zeros(latent_dim, np.float32)
        self.share = 0.0
        self._stride, self._most = max(1, stride), most

    @property
    def due(self) -> bool:
        """Whether the next step must be played, and another one made to follow it."""
        return self.share >= 1

    def turn(self) -> Latents:
        """Let the next step be the last one; returns the place of the one that follows."""
        self.share -= 1
        self.last[:] = self.following
        return self.following

    def write(self, out: Latents, speed: float) -> None:
        """Write the latents of this frame into ``out``, float32 (D,), and go on at a speed."""
        if speed >= 1 or not self.share:
            out[:] = self.last
        else:
            np.subtract(self.following, self.last, out=out)
            out *= np.float32(self.share)
            out += self.last
        self.share += min(speed / self._stride, self._most)

    def adopt(self, other: Steps) -> None:
        """Take over the steps of another model of the same latent space."""
        self.last[:], self.following[:] = other.last, other.following
        self.share = other.share
