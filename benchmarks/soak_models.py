"""Decoders for the soak, in numpy: very small, smooth, and with a record of slope and level."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo, AttributeInfo, DynamicsInfo, LatentInfo
from musicvae.errors import LatentError
from musicvae.latents.tape import Tape

Array = NDArray[np.float32]

LEVEL = 0.9


class Signal:
    """The largest slope and level of a sound so far.

    Attributes:
        slope: largest step between two samples of one channel.
        peak: largest sample.
    """

    def __init__(self) -> None:
        self.slope = self.peak = 0.0
        self._last: Array | None = None

    def hear(self, sound: Array) -> None:
        """Sound, (samples, channels), that goes on where the last one ended."""
        if self._last is not None:
            self.slope = max(self.slope, float(np.abs(sound[0] - self._last).max()))
        self.slope = max(self.slope, float(np.abs(sound[1:] - sound[:-1]).max()))
        self.peak = max(self.peak, float(np.abs(sound).max()))
        self._last = sound[-1].copy()

    def cut(self) -> None:
        """Note that the next sound does not continue the last one."""
        self._last = None


class Heard:
    """A decoder of either kind whose sound is measured.

    Args:
        decoder: a ``StreamDecoder``, a ``Decoder``, or one of the below.
    """

    def __init__(self, decoder: Any) -> None:
        self.info: ArtifactInfo = decoder.info
        self.signal = Signal()
        self._decoder = decoder

    def push(self, latents: Array, out: Array) -> Array:
        """The same as a stream decoder's method, measured."""
        self._decoder.push(latents, out=out)
        self.signal.hear(out)
        return out

    def reset(self) -> None:
        """The same as a stream decoder's method, measured."""
        self._decoder.reset()
        self.signal.cut()

    def decode(self, latents: Array) -> Array:
        """The same as a clip decoder's method, measured."""
        sound: Array = self._decoder.decode(latents)
        for clip in sound:
            self.signal.cut()
            self.signal.hear(clip)
        return sound


class Waves:
    """A stream model: each latent is the amplitude of a sine, and glides from frame to frame.

    Args:
        info: of :func:`stream_info`.
        fails: every so manieth frame raises; 0 never.
    """

    def __init__(self, info: ArtifactInfo, fails: int = 0) -> None:
        self.info = info
        self._fails = fails
        self._pushed = 0
        # Whole periods for each hop, so that the sines go on from frame to frame.
        time = np.arange(info.hop) / info.hop
        periods = np.arange(1, info.latent_dim + 1) * max(1, info.hop // 512)
        self._waves = _sines(np.outer(periods, time))
        self._rise = np.linspace(0, 1, info.hop, endpoint=False, dtype=np.float32)
        self._loudness = np.zeros(info.latent_dim, np.float32)

    def push(self, latents: Array, out: Array) -> Array:
        """One frame, (1, D), into (hop, channels)."""
        self._pushed += 1
        if self._fails and self._pushed % self._fails == 0:
            raise LatentError("this frame fails on purpose")
        loudness = np.tanh(latents[0])
        mono = self._loudness @ self._waves
        mono += self._rise * ((loudness - self._loudness) @ self._waves)
        out[:] = mono[:, None]
        self._loudness = loudness
        return out

    def reset(self) -> None:
        """All sines are silent."""
        self._loudness = np.zeros_like(self._loudness)


class Chord:
    """A clip model: each latent is the amplitude of a sine."""

    def __init__(self, info: ArtifactInfo) -> None:
        self.info = info
        pitches = 55.0 * np.arange(1, info.latent_dim + 1)
        time = np.arange(info.samples) / info.sample_rate
        self._waves = _sines(np.outer(pitches, time))

    def decode(self, latents: Array) -> Array:
        """(batch, D) to (batch, samples, channels)."""
        mono: Array = np.tanh(latents) @ self._waves
        return np.repeat(mono[:, :, None], self.info.channels, axis=2)


def _sines(periods: NDArray[np.float64]) -> Array:
    """One row each; none is 0 where frames meet, or a fade that is missing there would not show."""
    phases = 0.1 + 0.3 * np.arange(len(periods))[:, None] / len(periods)
    waves: Array = (LEVEL / len(periods) * np.sin(2 * np.pi * (periods + phases))).astype(
        np.float32
    )
    return waves


def stream_info(
    latent_dim: int, rate: int, hop: int, space: str, stride: int = 2, channels: int = 1
) -> ArtifactInfo:
    """The description of a stream with dynamics and two attributes, one of them by contrast."""
    unit = np.eye(latent_dim)
    return ArtifactInfo(
        "stream",
        "test",
        "stream",
        rate,
        channels,
        latent_dim,
        hop=hop,
        state_size=latent_dim,
        stride=stride,
        latent_space=space,
        latents=_latents(latent_dim),
        dynamics=DynamicsInfo(_tuples(0.9 * unit), _tuples(0.19 * unit), 0.2, rate / hop / stride),
        attributes=(
            AttributeInfo("loudness", "dB", _tuples(unit)[0], -20.0, 6.0, 0.9),
            AttributeInfo("onsets", "1/s", _tuples(unit)[-1], 3.0, 1.0, 0.5, method="contrast"),
        ),
    )


def clip_info(latent_dim: int, rate: int, seconds: float, channels: int = 1) -> ArtifactInfo:
    """The description of a clip."""
    samples = round(seconds * rate)
    return ArtifactInfo(
        "clip", "test", "clip", rate, channels, latent_dim, samples, latents=_latents(latent_dim)
    )


def tape(info: ArtifactInfo, steps: int, seed: int) -> Tape:
    """A tape of a stream's latent space."""
    rows = np.random.default_rng(seed).standard_normal((steps, info.latent_dim))
    samples = steps * info.stride * info.hop
    return Tape(
        rows.astype(np.float32), info.sample_rate, info.hop, info.stride, samples, info.latent_space
    )


def _latents(count: int) -> tuple[LatentInfo, ...]:
    return tuple(LatentInfo(f"latent {i}", 0.0, 1.0, -2.3, 2.3, 0.1) for i in range(count))


def _tuples(array: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in array)
