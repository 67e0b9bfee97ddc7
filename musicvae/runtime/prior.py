"""Makes new music from a seed with an exported prior: onnxruntime on the CPU, no TensorFlow.

>>> prior = Prior("jazz")  # or a file  # doctest: +SKIP
>>> latents = prior.walk(prior.steps(60), seed=7)  # doctest: +SKIP
>>> sound = musicvae.StreamDecoder("jazz").play(latents)  # doctest: +SKIP
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact import ArtifactInfo, PriorInfo
from musicvae.errors import (
    ArtifactError,
    CorruptArtifactError,
    LatentError,
    RunStoppedError,
    SettingError,
)
from musicvae.latents.arrays import Float32, Latents, latent_rows
from musicvae.runtime.conditions import Conditions
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior_session import PriorSession
from musicvae.runtime.sections import Sections
from musicvae.runtime.session import first_line, open_artifact
from musicvae.runtime.stateful import StreamState, state_values
from musicvae.text import printable

#: Latents up to this magnitude are taken in; beyond, they are cut, since a hand may send any.
REACH = 12.0
#: The highest temperature.
HOTTEST = 4.0


class Prior:
    """A model of how music goes on, one latent step after another.

    Each step hears what was played last, and proposes what comes next:

    >>> following = prior.step(played, noise.row(number))  # doctest: +SKIP

    What it hears need not be what it proposed: what a hand set, or a tape played, becomes its past.
    :meth:`step` and the state belong to one thread at a time; :meth:`walk` does not touch them.

    Args:
        path: an artifact of kind ``"prior"``, or the name of a ready model that brings one. The
            file is read once, and may be replaced then.
        threads: CPU threads for one step.

    Attributes:
        conditions: what it is asked for: genre, attributes, a proposal.

    Raises:
        ArtifactError: the file cannot be used; see :func:`musicvae.artifact.reading.read_info`.
        SettingError: ``threads`` is less than 1.
    """

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        opened = open_artifact(path, "prior", threads)
        self._opened, self._info = opened, opened.info
        self._bound = self._session()
        self.conditions = Conditions(self.prior, self._info.latent_dim)
        self._try()

    @property
    def info(self) -> ArtifactInfo:
        """The artifact's description."""
        return self._info

    @property
    def prior(self) -> PriorInfo:
        """What the description says of noise and conditions."""
        if self._info.prior is None:
            raise CorruptArtifactError("a prior without its description")  # refused when it is read
        return self._info.prior

    @property
    def graph_sha256(self) -> str:
        """SHA-256 of the graph that was loaded, 64 hex digits."""
        return self._opened.digest

    def steps(self, seconds: float) -> int:
        """Latent steps of so many seconds, at least 1."""
        return max(1, round(seconds * self._info.latent_rate))

    @property
    def state(self) -> StreamState:
        """A copy of the current state; set it to continue from there.

        Raises:
            StateError: on setting, it is not a state, or that of another prior.
        """
        return StreamState(self.graph_sha256, self._bound.state.copy())

    @state.setter
    def state(self, state: StreamState) -> None:
        name, size = self._opened.name, self._info.state_size
        self._bound.load(state_values(state, name, self.graph_sha256, size))

    def warm_up(self) -> None:
        """Take a step and drop the result; the state stays."""
        self._bound.run()
        self._bound.surprise[:] = 0

    def limit(self, seconds: float) -> None:
        """End each step that takes longer, where a daemon looks; see ``runtime/stopping.py``."""
        self._bound.present.patience = seconds

    def reset(self) -> None:
        """Forget what was heard."""
        self._bound.load(0.0)
        self._bound.surprise[:] = 0

    def check_space(self, latent_space: str) -> None:
        """Refuse the latents of another space.

        Raises:
            LatentError: they are of another space than this prior's.
        """
        if latent_space != self._info.latent_space:
            raise LatentError(
                f"the prior {self._opened.name!r} is of another latent space",
                expected=self._info.latent_space,
                received=latent_space or "an unstated one",
                hint="use a prior and a decoder that share one encoder",
            )

    def step(self, heard: Float32, noise: Float32, temperature: float = 1.0) -> Float32:
        """Hear one step, and propose the next; allocates nothing that stays.

        Args:
            heard: what was played last, float32 (D,); zeros at the very start.
            noise: standard-normal numbers, float32 (N,), as :class:`StepNoise` draws them.
            temperature: factor of the noise, 0 to 4: 1 is as in the music, less is tamer.

        Returns:
            Standardised latents, float32 (D,), which the next step overwrites.

        Raises:
            LatentError: what was heard is not finite; the state is what it was.
            ArtifactError: onnxruntime fails, or the result is not finite.
        """
        self._prepare(heard, noise, temperature)
        self._run(self._bound)
        self._bound.keep()
        following: Float32 = self._bound.following
        return following

    def foresee(self, heard: Float32, noise: Float32, temperature: float = 1.0) -> None:
        """Compute :meth:`step` in advance: one that is the same then has nothing left to do.

        The state stays. Any other step is what it would be without this. Arguments and errors are
        those of :meth:`step`.
        """
        self._prepare(heard, noise, temperature)
        if not self._bound.foreseen:
            self._run(self._bound)
            self._bound.remember()

    @property
    def surprise(self) -> float:
        """How unlikely the last step heard was after those before, in nats per latent.

        About 1.4 is a draw from a normal distribution of deviation 1; the lower, the more expected;
        0 before the first.
        """
        return float(self._bound.surprise[0])

    def listen(self, latents: ArrayLike) -> None:
        """Hear several steps, such as the last seconds that were played; they become the context.

        Args:
            latents: standardised, shape (steps, D).

        Raises:
            LatentError: the shape is wrong, or a number is not finite.
            ArtifactError: as :meth:`step`.
        """
        silent = np.zeros(self.prior.noise, np.float32)
        for row in latent_rows(latents, self._info.latent_dim, "steps"):
            self.step(row, silent)

    def walk(
        self,
        steps: int,
        seed: int = 0,
        temperature: float = 1.0,
        context: ArrayLike | None = None,
        genre: str | Mapping[str, float] | None = None,
        attributes: Mapping[str, float] | None = None,
    ) -> Latents:
        """New music as latents, in sections (:mod:`musicvae.runtime.sections`).

        Args:
            steps: how many rows; :meth:`steps` counts those of seconds.
            seed: equal seeds give equal music, and a longer walk begins like a shorter one.
            temperature: 0 to 4.
            context: music to go on from, standardised latents of shape (steps, D); it is not part
                of the result.
            genre: a name, or weights by name; by default the only genre where there is one.
            attributes: what is asked for, by name, in standard deviations.

        Returns:
            Standardised latents, float32 (steps, D).

        Raises:
            SettingError: a number is out of range, or the prior knows no such genre or attribute.
            LatentError: the context has another shape, or is not finite.
            ArtifactError: onnxruntime fails.
        """
        if steps < 1:
            raise SettingError("too few steps", expected="at least 1", received=steps)
        if not 0 <= temperature <= HOTTEST:  # NaN is not
            raise SettingError(
                "the temperature is out of range",
                expected=f"0 to {HOTTEST:g}",
                received=temperature,
            )
        other = self._twin(genre, attributes or {})
        noise = StepNoise(self.prior.noise, seed)
        sections = Sections(self._info.latent_rate, seed)
        heard = np.zeros(self._info.latent_dim, np.float32)
        if context is not None:
            rows = latent_rows(context, self._info.latent_dim, "steps")
            if len(rows) > 1:
                other.listen(rows[:-1])
            heard = rows[-1]
        latents = np.empty((steps, self._info.latent_dim), np.float32)
        for number in range(steps):
            latents[number] = other.step(heard, noise.row(number), temperature)
            heard = latents[number]
            if sections.ends():
                other.reset()
        return latents

    def _twin(
        self, genre: str | Mapping[str, float] | None, attributes: Mapping[str, float]
    ) -> Prior:
        """The same prior at its start, with conditions of its own."""
        twin = object.__new__(Prior)
        twin._opened, twin._info, twin._bound = self._opened, self._info, self._session()
        twin.conditions = Conditions(self.prior, self._info.latent_dim)
        if genre is None and len(self.prior.genres) == 1:
            genre = self.prior.genres[0]
        twin.conditions.set_genre(genre)
        for name, value in attributes.items():
            twin.conditions.set_attribute(name, value)
        return twin

    def _session(self) -> PriorSession:
        opened = self._opened
        return PriorSession(opened.session, opened.info, opened.name, loops=opened.loops)

    def _prepare(self, heard: Float32, noise: Float32, temperature: float) -> None:
        """Write what the next step is computed from; see :meth:`step`."""
        bound = self._bound
        np.clip(heard, -REACH, REACH, out=bound.latent)
        if not math.isfinite(float(bound.latent.sum())):
            raise LatentError("what the prior hears is not finite", expected="finite latents")
        np.multiply(noise, np.float32(temperature), out=bound.noise)
        bound.condition[:] = self.conditions.row

    def _run(self, bound: PriorSession, first: bool = False) -> None:
        """Compute a step, which is not kept, unless that was done in advance."""
        if bound.foreseen:
            return
        try:
            bound.run(first)
        except RunStoppedError:
            raise
        except Exception as error:  # onnxruntime's errors have no common base but this
            raise ArtifactError(
                f"{self._opened.name!r} could not be run", received=first_line(error)
            ) from error
        if not bound.is_finite():
            raise CorruptArtifactError(
                f"the prior {self._opened.name!r} computes NaN or infinite numbers",
                expected=f"finite latents after latents up to {REACH:g}",
                hint="export it again with `musicvae export`",
            )

    def _try(self) -> None:
        """Take a step at the edge of what may come, so that a broken file is refused here."""
        bound = self._session()
        bound.latent[:] = REACH
        for first in (True, False):
            self._run(bound, first)
            bound.keep()

    def __repr__(self) -> str:
        info, prior = self._info, self.prior
        return (
            f"Prior({self._opened.name!r}: {printable(', '.join(prior.genres))}, "
            f"{info.latent_dim} latents, {info.latent_rate:.4g} steps/s)"
        )
