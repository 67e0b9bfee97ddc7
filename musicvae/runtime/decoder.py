"""Decodes clips with an exported artifact: onnxruntime on the CPU, no TensorFlow.

>>> decoder = Decoder("jazz.onnx")  # doctest: +SKIP
>>> audio = decoder.decode(decoder.random_latents(1, seed=7))  # doctest: +SKIP
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.ports import AUDIO, LATENT
from musicvae.audio import Samples, Sound
from musicvae.errors import (
    ArtifactError,
    CorruptArtifactError,
    LatentError,
    RunStoppedError,
)
from musicvae.latents.arrays import Latents, beyond, latent_rows
from musicvae.recipes.ranges import checked_seed
from musicvae.runtime.session import LEGAL, broken, first_line, open_artifact
from musicvae.runtime.stopping import Run
from musicvae.text import printable


class Decoder:
    """Turns latent vectors into clips: sounds of a fixed length.

    The same latents give the same samples, bit for bit on one machine. ``decode`` may be called
    from several threads at once.

    Args:
        path: an artifact of kind ``"clip"``, or the name of a ready model (:mod:`musicvae.models`).
            The file is read once; what was checked is what is loaded, and the file may be replaced
            afterwards.
        threads: CPU threads for one call. One disturbs an audio thread least; more may be faster
            for long clips.

    Raises:
        ArtifactError: the file cannot be played; see :func:`musicvae.artifact.reading.read_info`.
        RegistryError: there is no ready model of that name, or it cannot be used.
        SettingError: ``threads`` is less than 1.
    """

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        opened = open_artifact(path, "clip", threads)
        self._session, self._info, self._name, self._digest, _ = opened
        self._patience: float | None = None

    @property
    def info(self) -> ArtifactInfo:
        """The artifact's description."""
        return self._info

    @property
    def graph_sha256(self) -> str:
        """SHA-256 of the graph that was loaded, 64 hex digits; the file may have changed since."""
        return self._digest

    def limit(self, seconds: float) -> None:
        """End each call that takes longer, where a daemon looks; see ``runtime/stopping.py``."""
        self._patience = seconds

    def decode(self, latents: ArrayLike) -> Samples:
        """The sound of each latent vector.

        Args:
            latents: shape (D,) or (batch, D), numbers of any type; standardised, so that about 98 %
                of the training set lies within ±2.3.

        Returns:
            float32, shape (batch, samples, channels), full scale ±1, which a sample may exceed a
            little; at ``info.sample_rate``.

        Raises:
            LatentError: the shape is wrong, a value is not finite, or the values are so large that
                the sound is not finite.
            ArtifactError: onnxruntime fails, for instance because memory runs out.
        """
        batch = self._as_batch(latents)
        try:
            (audio,) = Run(self._name, self._patience)(
                lambda options: self._session.run([AUDIO], {LATENT: batch}, options)
            )
        except RunStoppedError:
            raise
        except Exception as error:  # onnxruntime's errors have no common base but this
            raise ArtifactError(
                f"{self._name!r} could not be decoded", received=first_line(error)
            ) from error
        expected = (len(batch), self._info.samples, self._info.channels)
        if audio.shape != expected:
            raise CorruptArtifactError(
                f"{self._name!r} decodes to another shape than its description says",
                expected=f"audio of shape {expected}",
                received=f"shape {audio.shape}",
            )
        if not np.isfinite(audio).all():
            largest = float(np.abs(batch).max())
            raise broken(self._name, largest) if largest <= LEGAL else beyond(batch)
        samples: Samples = audio
        return samples

    def decode_sound(self, latents: ArrayLike) -> Sound:
        """The sound of one latent vector.

        Args:
            latents: shape (D,) or (1, D), standardised; see :meth:`decode`.

        Returns:
            The sound, float32 (samples, channels), at ``info.sample_rate``.

        Raises:
            LatentError: as :meth:`decode`, or there is more than one vector.
            ArtifactError: as :meth:`decode`.
        """
        batch = self._as_batch(latents)
        if len(batch) != 1:
            raise LatentError("one sound needs one latent vector", received=f"{len(batch)} vectors")
        return Sound(self.decode(batch)[0], self._info.sample_rate)

    def random_latents(self, n: int = 1, seed: int | None = None) -> Latents:
        """Latents drawn from the standard normal prior.

        Args:
            n: how many vectors.
            seed: equal seeds give equal latents; ``None`` gives others each time.

        Returns:
            Standardised latents, float32, shape (n, D).

        Raises:
            LatentError: ``n`` is less than 1.
            SettingError: ``seed`` is not from 0 to 4294967295.
        """
        if n < 1:
            raise LatentError("too few latents", expected="at least 1", received=n)
        generator = np.random.default_rng(checked_seed(seed))
        return generator.standard_normal((n, self._info.latent_dim), dtype=np.float32)

    def warm_up(self) -> None:
        """Decode once and drop the result, so that the first real call allocates nothing new."""
        self.decode(np.zeros(self._info.latent_dim, dtype=np.float32))

    def __repr__(self) -> str:
        info = self._info
        return (
            f"Decoder({self._name!r}: {printable(info.genre)}, {info.latent_dim} latents -> "
            f"{info.seconds:.2f} s, {info.sample_rate} Hz, {info.channels} channel(s))"
        )

    def _as_batch(self, latents: ArrayLike) -> Latents:
        """Checked latents, float32 (batch, D), contiguous."""
        return latent_rows(latents, self._info.latent_dim, "batch")
