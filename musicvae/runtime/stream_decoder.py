"""Decodes latents to sound frame by frame: onnxruntime on the CPU, no TensorFlow.

>>> stream = StreamDecoder("jazz.onnx")  # doctest: +SKIP
>>> for latents in stream.walk(1000, seed=7):  # doctest: +SKIP
...     play(stream.push(latents))
"""

from __future__ import annotations

import os
import time

import numpy as np
from numpy.typing import ArrayLike

from musicvae.audio import Samples
from musicvae.errors import ArtifactError, LatentError, MusicVAEError, SettingError
from musicvae.latents.arrays import Latents, beyond, latent_rows
from musicvae.latents.dynamics import MAX_SPEED, LinearDynamics
from musicvae.latents.tape import Tape, no_tape
from musicvae.runtime.session import LEGAL
from musicvae.runtime.stateful import Stateful
from musicvae.text import printable

#: Seconds of a frame from which on each is decoded alone.
_LONG = 0.01


class StreamDecoder(Stateful):
    """Turns a sequence of latents into sound, in blocks of any length.

    One *frame* is one latent vector in and ``info.hop`` samples out. However a sequence is cut into
    blocks, :meth:`push` gives what :meth:`decode` gives for the whole, up to float rounding. Frame
    t changes no sample before ``t · hop``; its sound is centred ``info.latency`` samples later.

    :meth:`push` and the state belong to one thread at a time; :meth:`decode` does not touch the
    state and may be called from any thread.

    Args:
        path: an artifact of kind ``"stream"``, or the name of a ready model
            (:mod:`musicvae.models`). The file is read once; what was checked is what is loaded, and
            the file may be replaced afterwards.
        threads: CPU threads for one call. One disturbs an audio thread least, and is as fast as any
            number for blocks of a few frames.

    Raises:
        ArtifactError: the file cannot be played; see :func:`musicvae.artifact.reading.read_info`.
        RegistryError: there is no ready model of that name, or it cannot be used.
        SettingError: ``threads`` is less than 1.
    """

    _legal = LEGAL

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        super().__init__(path, "stream", threads)

    def decode(self, latents: ArrayLike) -> Samples:
        """The sound of a whole sequence, from the start state; the state of :meth:`push` stays.

        Args:
            latents: shape (D,) or (frames, D), standardised.

        Returns:
            float32, shape (frames · hop, channels), full scale ±1, which a sample may exceed a
            little; at ``info.sample_rate``.

        Raises:
            LatentError: the shape is wrong, a value is not finite, or the values are so large that
                the sound is not finite.
            ArtifactError: onnxruntime fails, for instance because memory runs out.
        """
        return self._run_once(self._rows(latents))

    def push(self, latents: ArrayLike, out: Samples | None = None) -> Samples:
        """The sound of the next frames, which continue the frames before them.

        Args:
            latents: shape (D,) or (frames, D), standardised. A contiguous float32 array of two
                dimensions is not copied.
            out: where to write the sound instead of into a new array: float32, shape
                (frames · hop, channels). After an error it is what it was.

        Returns:
            ``out``, or a new array like it, full scale ±1, which a sample may exceed a little.

        Raises:
            LatentError: as :meth:`decode`.
            SettingError: ``out`` is of another shape or type, or cannot be written.
            ArtifactError: onnxruntime fails. After any of these the state is what it was.
        """
        rows = self._rows(latents)
        if out is not None:
            self._check_out(out, len(rows))
        audio = self._continue(rows, len(rows))
        if out is None:
            return audio.copy()
        np.copyto(out, audio)
        return out

    def frames_at_once(self, most: int) -> int:
        """How many frames :meth:`push` may take at once without a change of any bit.

        Larger blocks are cheaper, but a processor may add up in another order then. So it is tried,
        with latents of all kinds; blocks of these lengths allocate nothing from then on.

        Args:
            most: frames at most.

        Returns:
            1 to ``most``; shorter blocks do as well. 1 where one frame takes 10 ms: more than one
            would hold up the sound.
        """
        before = self.state
        scales = np.linspace(0.0, 4.0, most)[:, None]
        shape = (most, self._info.latent_dim)
        rows = (np.random.default_rng(0).standard_normal(shape) * scales).astype(np.float32)
        try:
            self.reset()
            single, states = [], []
            for row in rows:
                started = time.thread_time()  # without that of others on a busy machine
                single.append(self.push(row[None]))
                if time.thread_time() - started > _LONG:
                    return 1
                states.append(self.state.values)
            expected = np.concatenate(single)
            for count in range(2, most + 1):
                self.reset()
                sound = self.push(rows[:count])
                same = np.array_equal(sound, expected[: len(sound)])
                if not (same and np.array_equal(self.state.values, states[count - 1])):
                    return count - 1
        except MusicVAEError:  # whoever plays it will hear of it
            return 1
        finally:
            self.state = before
        return most

    def hold(self, steps: ArrayLike) -> Latents:
        """Latents for each frame from latents for each step: each one ``info.stride`` times.

        An encoder makes a step, and a tape has one, for every ``info.stride`` frames.

        Args:
            steps: shape (D,) or (steps, D), standardised.

        Returns:
            Standardised latents, float32, shape (steps · stride, D).

        Raises:
            LatentError: the shape is wrong, or a value is not finite.
        """
        rows = latent_rows(steps, self._info.latent_dim, "steps")
        return np.repeat(rows, self._info.stride, axis=0)

    def play(self, tape: Tape) -> Samples:
        """The sound of a tape, aligned with its source and equally long; see :meth:`decode`.

        Returns:
            float32, shape (tape.samples, channels), full scale ±1, at ``info.sample_rate``.

        Raises:
            TapeError: it is no tape.
            LatentError: the tape was made with another encoder, or as :meth:`decode`.
            ArtifactError: as :meth:`decode`.
        """
        if not isinstance(tape, Tape):
            raise no_tape(tape)
        tape.check_space(self._info.latent_space)
        # The encoder's latency is that of the decoder.
        delay = 2 * self._info.latency
        return self.decode(self.hold(tape.latents))[delay : delay + tape.samples]

    def walk(self, frames: int, seed: int | None = None, speed: float = 1.0) -> Latents:
        """A random walk: latents that move as those of music do, with the artifact's dynamics.

        The dynamics make a step, about the latents' mean, for every ``info.stride`` frames; the
        frames between two steps are cross-faded from one to the other. See
        :meth:`musicvae.latents.dynamics.LinearDynamics.walk`.

        Args:
            frames: how many.
            seed: equal seeds give equal walks; ``None`` gives another walk each time.
            speed: 1 moves as fast as the music it was learnt from, 0 not at all; up to 100.

        Returns:
            float32, shape (frames, D), standardised.

        Raises:
            SettingError: ``frames`` is less than 1, or ``speed`` is not from 0 to 100.
            ArtifactError: the artifact has no dynamics.
        """
        if frames < 1:
            raise SettingError("too few frames", expected="at least 1", received=frames)
        if not 0 <= speed <= MAX_SPEED:  # NaN is not
            raise SettingError(
                "speed is out of range", expected=f"0 to {MAX_SPEED:g}", received=speed
            )
        if self._info.dynamics is None:
            raise ArtifactError(
                f"{self._name!r} has no dynamics to walk with",
                expected="an artifact whose description has dynamics",
            )
        dynamics = LinearDynamics.from_info(self._info.dynamics)
        mean = np.array([latent.mean for latent in self._info.latents], np.float32)
        return dynamics.walk(frames, seed, speed=speed / self._info.stride) + mean

    def __repr__(self) -> str:
        info = self._info
        return (
            f"StreamDecoder({self._name!r}: {printable(info.genre)}, {info.latent_dim} latents -> "
            f"{info.hop} samples a frame, {info.sample_rate} Hz, {info.channels} channel(s))"
        )

    def _rows(self, latents: ArrayLike) -> Latents:
        """Checked latents, float32 (frames, D), contiguous."""
        return latent_rows(latents, self._info.latent_dim, "frames")

    def _beyond(self, block: Latents) -> LatentError:
        """The error for latents, float32 (frames, D), whose sound or state is not finite."""
        return beyond(block)
