"""The latent source ``walk``: a random walk with the dynamics that the artifact holds."""

from __future__ import annotations

from functools import partial

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Latents
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.walk import IndependentWalker, Walker
from musicvae.live.commands.address import Row, Target, covers
from musicvae.live.commands.wanted import Reader, floats
from musicvae.live.sources.guidance import Guidance
from musicvae.live.sources.source import Source

#: Largest magnitude of a mean; those of standardised latents are about 0.
_MOST_MEAN = 1000.0
#: Correlation of two successive steps if the artifact has no dynamics, as for clips.
_CORRELATION = 0.8
#: Steps a second, of which a thousand take some ms: with very short frames a walk is slower than it
#: was asked for, but each frame may take one.
_MOST_STEPS = 40_000

_row = partial(Row["WalkSource"], deck=True, target=Target.SOURCE, source="walk", kept=True)


class WalkSource(Source):
    """A random walk in the prior, with the dynamics of the artifact.

    Without dynamics, as for clips, it draws new values once per clip (or latent step), each latent
    independently of the others, and keeps them until the next draw.

    Attributes:
        speed: 1 is the speed of the music that the model was trained on.
        radius: factor of the deviation from the mean of the latents.
        seed: seed of the random numbers.
    """

    name = "walk"
    meaning = "a random walk"
    speed: float
    radius: float
    seed: int
    addresses = (
        _row(
            "/walk",
            "f, or f f, 0 to 100",
            "Walk at random as the music does: speed (1 is its own) and radius. It becomes the "
            "source.",
            Reader(lambda a: a.numbers(1, 2, 0, 100), floats(0, 100, 2)),
            apply=lambda walk, c, _: walk.move(*c.numbers),
            describe=lambda walk: [("", (walk.speed, walk.radius))],
            selects=True,
            replaced_by=covers,
        ),
    )

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.speed = self.radius = 1.0
        self.seed = 0
        width = info.latent_dim
        means = np.array([latent.mean for latent in info.latents] or [0.0] * width)
        self._mean = np.clip(means, -_MOST_MEAN, _MOST_MEAN)
        self._steps = 1 / info.stride if info.kind == "stream" else 1 / (info.seconds * frame_rate)
        self._most = max(1.0, _MOST_STEPS / frame_rate)
        self._walker: Walker | IndependentWalker
        if info.dynamics is not None:
            self._walker = Walker(LinearDynamics.from_info(info.dynamics), self.seed)
        else:
            self._walker = IndependentWalker(width, _CORRELATION, self.seed)
        self._share = 0.0
        self._begins = False  # anew, with the next frame: seeds may come in thousands
        self._guidance = Guidance(width, info.stride)

    def attend(self, guidance: Guidance) -> None:
        """See :class:`Source`."""
        self._guidance = guidance

    def move(self, speed: float, radius: float | None = None) -> None:
        """Set the speed, which is that of other sources too, and, if it is given, the radius."""
        self.speed = self._guidance.speed = speed
        self.radius = self.radius if radius is None else radius

    def restart(self, seed: int) -> None:
        """Begin again; the same seed gives the same walk."""
        self.seed = seed
        self._begins = True

    def adopt(self, other: WalkSource) -> None:
        """See :class:`Source`."""
        self.speed, self.radius, self.seed = other.speed, other.radius, other.seed
        self._walker = other._walker.twin()
        self._share, self._begins = other._share, other._begins

    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, float32 (D,); see :class:`Source`."""
        if self._begins:
            self._walker.restart(self.seed % 2**32)  # numpy takes no negative seeds
            self._share, self._begins = 0.0, False
        out[:] = self._mean + self.radius * self._walker.row()
        steps = min(self.speed * self._steps, self._most)
        if isinstance(self._walker, Walker):
            self._walker.advance(steps)
            return
        self._share += steps
        self._walker.advance(int(self._share))
        self._share %= 1
