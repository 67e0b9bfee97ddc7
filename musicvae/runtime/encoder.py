"""Encodes sound with an exported encoder: onnxruntime on the CPU, no TensorFlow.

>>> encoder = Encoder("jazz-encoder.onnx")  # doctest: +SKIP
>>> encoder.tape(musicvae.read("song.wav")).save("song.tape")  # doctest: +SKIP
"""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import ArrayLike

from musicvae.audio import Samples, Sound, no_sound, resample, to_channels
from musicvae.errors import ArtifactError, AudioError
from musicvae.latents.arrays import Latents
from musicvae.latents.tape import Tape
from musicvae.runtime.stateful import Stateful
from musicvae.soundfiles.samples import check_encodable
from musicvae.text import printable

#: Latent steps that :meth:`Encoder.encode` computes at once: some 24 s.
STEPS_AT_ONCE = 1024


class Encoder(Stateful):
    """Turns sound into latents: one for every ``info.hop`` samples, in blocks of any length.

    A latent is computed as soon as its ``hop`` samples are there, and describes the sound
    ``info.latency`` samples before them.

    :meth:`push` and the state belong to one thread at a time; :meth:`encode` does not touch the
    state and may be called from any thread.

    Args:
        path: an artifact of kind ``"encoder"``, or the name of a ready model that has an encoder
            (:mod:`musicvae.models`). The file is read once; what was checked is what is loaded, and
            the file may be replaced afterwards.
        threads: CPU threads for one call.

    Raises:
        ArtifactError: the file cannot be used; see :func:`musicvae.artifact.reading.read_info`.
        RegistryError: there is no ready model of that name, or it cannot be used.
        SettingError: ``threads`` is less than 1.
    """

    _legal = 1.0  # full scale

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        super().__init__(path, "encoder", threads)

    def push(self, audio: ArrayLike, out: Latents | None = None) -> Latents:
        """The latents of the next block of sound, which continues the blocks before it.

        Args:
            audio: shape (samples, channels), or (samples,) for one channel, at ``info.sample_rate``
                and full scale ±1; samples is a multiple of ``info.hop``.
            out: where to write the latents instead of into a new array: float32, shape
                (samples / hop, D). After an error it is what it was.

        Returns:
            ``out``, or a new array, float32, shape (samples / hop, D), standardised.

        Raises:
            AudioError: the shape is wrong, a sample is not finite, or the samples are so large that
                a latent is not finite.
            SettingError: ``out`` is of another shape or type, or cannot be written.
            ArtifactError: onnxruntime fails. After any of these the state is what it was.
        """
        block = self._block(audio)
        steps = len(block) // self._info.hop
        if out is not None:
            self._check_out(out, steps)
        latents = self._continue(block, steps)
        if out is None:
            return latents.copy()
        np.copyto(out, latents)
        return out

    def encode(self, sound: Sound) -> Latents:
        """The latents of a whole sound, from the start state; the state of :meth:`push` stays.

        The sound is converted to the artifact's rate and channels
        (:func:`musicvae.audio.to_channels`) and padded with zeros at its end: with
        ``2 · info.latency`` of them, and up to a whole step. Decode the latents, each repeated for
        the decoder's ``stride`` frames, and drop ``2 · info.latency`` samples from the front: what
        remains begins where the sound began.

        Args:
            sound: samples of any rate and number of channels, full scale ±1.

        Returns:
            float32, shape (steps, D), standardised.

        Raises:
            AudioError: the sound is empty, not finite, far too loud, or has another full scale.
            MissingExtraError: the sound has another rate, and soxr is not installed.
            ArtifactError: onnxruntime fails, for instance because memory runs out.
        """
        return self._encode(self._prepared(sound))

    def tape(self, sound: Sound, source: str = "") -> Tape:
        """The latents of a whole sound as a tape, with what is needed to play them.

        Args:
            sound: see :meth:`encode`.
            source: where it comes from, for people; at most 1000 characters.

        Raises:
            AudioError, MissingExtraError: as :meth:`encode`.
            ArtifactError: as :meth:`encode`, or the artifact does not say how many frames a latent
                lasts.
            TapeError: ``source`` is too long, or a latent is beyond ±65504.
        """
        stride = self._info.stride
        if not stride:
            raise ArtifactError(
                f"{self._name!r} does not say how many frames a latent lasts",
                expected="an encoder with a stride",
                hint="export it again with `musicvae export --encoder`",
            )
        prepared = self._prepared(sound)
        return Tape(
            latents=self._encode(prepared),
            sample_rate=self._info.sample_rate,
            hop=self._info.hop // stride,
            stride=stride,
            samples=len(prepared),
            latent_space=self._info.latent_space,
            source=source,
        )

    def __repr__(self) -> str:
        info = self._info
        return (
            f"Encoder({self._name!r}: {printable(info.genre)}, {info.hop} samples, "
            f"{info.sample_rate} Hz, {info.channels} channel(s) -> {info.latent_dim} latents)"
        )

    def _prepared(self, sound: Sound) -> Samples:
        """The sound at the artifact's rate and channels, unpadded: float32 (samples, channels)."""
        if not isinstance(sound, Sound):
            raise no_sound(sound)
        check_encodable(sound.samples)  # those of a file were taken as they are
        return to_channels(resample(sound, self._info.sample_rate).samples, self._info.channels)

    def _encode(self, samples: Samples) -> Latents:
        """Latents, float32 (steps, D), of sound that :meth:`_prepared` made."""
        hop = self._info.hop
        steps = -(-(len(samples) + 2 * self._info.latency) // hop)
        if steps <= STEPS_AT_ONCE:
            return self._run_once(self._block(_part(samples, 0, steps * hop)))
        # What lies between sound and latents takes a hundred times the memory of the sound.
        bound = self._at_start()
        latents = np.empty((steps, self._info.latent_dim), np.float32)
        for first in range(0, steps, STEPS_AT_ONCE):
            count = min(STEPS_AT_ONCE, steps - first)
            block = self._block(_part(samples, first * hop, count * hop))
            latents[first : first + count] = self._continue(block, count, bound)
        return latents

    def _block(self, audio: ArrayLike) -> Samples:
        """Checked samples, float32 (n · hop, channels), contiguous."""
        hop, channels = self._info.hop, self._info.channels
        expected = f"finite numbers of shape (samples, {channels}), samples a multiple of {hop}"
        try:
            array = np.asarray(audio)
        except ValueError as error:  # rows of different lengths
            raise AudioError(
                "sound must be an array", expected=expected, received=f"{error}"
            ) from None
        if array.dtype.kind not in "biuf":
            raise AudioError(
                "sound must be numbers", expected=expected, received=f"values of type {array.dtype}"
            )
        block = array[:, None] if array.ndim == 1 else array
        if block.ndim != 2 or block.shape[1] != channels or not len(block) or len(block) % hop:
            raise AudioError("wrong shape", expected=expected, received=f"shape {array.shape}")
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, refused below
            block = np.ascontiguousarray(block, dtype=np.float32)
        if not np.isfinite(block).all():
            raise AudioError("samples are NaN or infinite", expected=expected)
        return block

    def _beyond(self, block: Samples) -> AudioError:
        """The error for sound, float32 (samples, channels), with a latent that is not finite."""
        return AudioError(
            "this sound is beyond what the encoder can compute",
            expected="full scale ±1",
            received=f"samples up to {np.abs(block).max():.3g}",
        )


def _part(samples: Samples, start: int, length: int) -> Samples:
    """Sound from ``start`` on, float32 (length, channels), with zeros behind its end."""
    part = samples[start : start + length]
    return np.pad(part, ((0, length - len(part)), (0, 0)))
