"""Decoding latents with an exported artifact: onnxruntime on the CPU, no TensorFlow.

>>> decoder = Decoder("jazz.onnx")  # doctest: +SKIP
>>> audio = decoder.decode(decoder.random_latents(1, seed=7))  # doctest: +SKIP
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.artifact_file import load
from musicvae.audio import Samples, Sound
from musicvae.errors import ArtifactError, CorruptArtifactError, LatentError, SettingError

Latents = NDArray[np.float32]


class Decoder:
    """Turns latents into sound.

    The same latents give the same samples, bit for bit on one machine. ``decode`` may be called
    from several threads at once.

    Args:
        path: an artifact, as ``musicvae export`` wrote it. The file is read once; what was checked
            is what is loaded, and the file may be replaced afterwards.
        threads: CPU threads for one call. One is steady beside an audio thread; more may be faster
            for long clips.

    Raises:
        ArtifactError: the file cannot be played; see :func:`musicvae.artifact_file.read_info`.
        SettingError: ``threads`` is less than 1.
    """

    def __init__(self, path: str | os.PathLike[str], threads: int = 1) -> None:
        if threads < 1:
            raise SettingError("too few threads", legal="at least 1", received=threads)
        self._name = Path(path).name
        data, self._info = load(path)
        if self._info.kind != "clip":
            raise ArtifactError(
                f"{self._name!r} cannot be played by this version",
                legal="an artifact of kind 'clip'",
                received=f"kind {self._info.kind!r}",
                mend="pip install --upgrade musicvae",
            )
        self._threads = threads
        self._session = _open_session(data, threads, self._name)
        _check_ports(self._session, self._info, self._name)

    @property
    def info(self) -> ArtifactInfo:
        """What the artifact says about itself."""
        return self._info

    def decode(self, latents: ArrayLike) -> Samples:
        """The sound of each latent vector.

        Args:
            latents: shape (D,) or (batch, D), any numbers; standardised, so that ±2.3 is about the
                range of the training set.

        Returns:
            float32, shape (batch, samples, channels), full scale ±1 (which it may exceed a little).

        Raises:
            LatentError: the shape is wrong, a value is not finite, or the values are so large that
                the sound is not finite.
            ArtifactError: onnxruntime fails, for instance for want of memory.
        """
        batch = self._as_batch(latents)
        try:
            (audio,) = self._session.run(["audio"], {"latent": batch})
        except Exception as error:  # onnxruntime's errors have no common base but this
            raise ArtifactError(
                f"{self._name!r} could not be decoded", received=_first_line(error)
            ) from error
        expected = (len(batch), self._info.samples, self._info.channels)
        if audio.shape != expected:
            raise CorruptArtifactError(
                f"{self._name!r} does not decode to what it says",
                legal=f"audio of shape {expected}",
                received=f"shape {audio.shape}",
            )
        if not np.isfinite(audio).all():
            raise LatentError(
                "these latents are beyond what the decoder can compute",
                legal="standardised latents, most of them between -3 and 3",
                received=f"values up to {np.abs(batch).max():.3g}",
            )
        samples: Samples = audio
        return samples

    def decode_sound(self, latents: ArrayLike) -> Sound:
        """The sound of one latent vector.

        Args:
            latents: shape (D,) or (1, D); see :meth:`decode`.

        Raises:
            LatentError: as :meth:`decode`, or there is more than one vector.
        """
        batch = self._as_batch(latents)
        if len(batch) != 1:
            raise LatentError("one sound needs one latent vector", received=f"{len(batch)} vectors")
        return Sound(self.decode(batch)[0], self._info.sample_rate)

    def random_latents(self, n: int = 1, seed: int | None = None) -> Latents:
        """Latents from the standard normal prior, shape (n, D), float32; repeatable by seed.

        Raises:
            LatentError: ``n`` is less than 1.
        """
        if n < 1:
            raise LatentError("too few latents", legal="at least 1", received=n)
        generator = np.random.default_rng(seed)
        return generator.standard_normal((n, self._info.latent_dim), dtype=np.float32)

    def warm_up(self) -> None:
        """Decode once for nothing, so that the first real call does not pay for allocations."""
        self.decode(np.zeros(self._info.latent_dim, dtype=np.float32))

    def __repr__(self) -> str:
        info = self._info
        return (
            f"Decoder({self._name!r}: {info.genre}, {info.latent_dim} latents -> "
            f"{info.seconds:.2f} s, {info.sample_rate} Hz, {info.channels} channel(s))"
        )

    def _as_batch(self, latents: ArrayLike) -> Latents:
        width = self._info.latent_dim
        legal = f"finite numbers of shape ({width},) or (batch, {width})"
        try:
            array = np.asarray(latents)
        except ValueError as error:  # rows of different lengths
            raise LatentError(
                "latents must be an array", legal=legal, received=f"{error}"
            ) from None
        if array.dtype.kind not in "biuf":
            raise LatentError(
                "latents must be numbers", legal=legal, received=f"values of type {array.dtype}"
            )
        batch = array[None, :] if array.ndim == 1 else array
        if batch.ndim != 2 or batch.shape[1] != width or not len(batch):
            raise LatentError("wrong shape", legal=legal, received=f"shape {array.shape}")
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, refused below
            batch = np.ascontiguousarray(batch, dtype=np.float32)
        if not np.isfinite(batch).all():
            raise LatentError("latents are NaN or infinite", legal=legal)
        return batch


def _open_session(data: bytes, threads: int, name: str) -> Any:
    import onnxruntime  # late: it takes a tenth of a second and is not needed to read a description

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Spinning threads burn a core that the audio thread or the patch may need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base but this
        raise CorruptArtifactError(
            f"onnxruntime cannot load {name!r}",
            legal="an ONNX file that onnxruntime can run",
            received=_first_line(error),
            mend="pip install --upgrade onnxruntime, or export it again with `musicvae export`",
        ) from error


def _check_ports(session: Any, info: ArtifactInfo, name: str) -> None:
    """Refuse a graph whose inputs and outputs are not those of a clip artifact."""
    shapes = {
        "inputs": {"latent": (info.latent_dim,)},
        "outputs": {"audio": (info.samples, info.channels)},
    }
    ports = {"inputs": session.get_inputs(), "outputs": session.get_outputs()}
    for side, expected in shapes.items():
        # Without the batch axis, which is free.
        found = {port.name: tuple(port.shape[1:]) for port in ports[side]}
        if found != expected or any(port.type != "tensor(float)" for port in ports[side]):
            raise CorruptArtifactError(
                f"the graph of {name!r} does not fit its description",
                legal=f"{side} {expected} of type tensor(float)",
                received=f"{side} {found} of type {', '.join(port.type for port in ports[side])}",
            )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
