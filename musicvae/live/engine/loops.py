"""A decoded clip made ready to sound: right rate, right channels, no click at the seam."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Samples, Sound, resample
from musicvae.errors import LatentError
from musicvae.live.engine.channels import SANE, spread
from musicvae.live.fades import equal_power

#: Length of the cross-fade between a loop's end and its beginning.
SEAM_SECONDS = 0.03


class ClipDecoder(Protocol):
    """What the daemon needs of ``musicvae.runtime.decoder.Decoder``."""

    @property
    def info(self) -> ArtifactInfo:
        """What the artifact says about itself."""

    def decode(self, latents: NDArray[np.float32], /) -> Samples:
        """Latents (batch, D) to audio (batch, samples, channels)."""


class Loop:
    """A buffer that repeats without a click.

    Attributes:
        samples: float32, shape (frames, channels), at the engine's rate; never changed.
        latents: what it was decoded from, shape (D,).
    """

    __slots__ = ("latents", "samples")

    def __init__(self, samples: Samples, latents: Samples) -> None:
        self.samples = samples
        self.latents = latents

    def read(self, position: int, out: Samples) -> None:
        """Copy ``len(out)`` frames from ``position`` (any integer ≥ 0) on into ``out``."""
        frames = len(self.samples)
        done = 0
        while done < len(out):
            start = (position + done) % frames
            count = min(len(out) - done, frames - start)
            out[done : done + count] = self.samples[start : start + count]
            done += count


class LoopMaker:
    """Decodes latents to loops; slow, so never called from the audio path.

    Args:
        decoder: of a clip artifact.
        sample_rate: of the engine, in Hz.
        channels: of the engine.
    """

    def __init__(self, decoder: ClipDecoder, sample_rate: int, channels: int) -> None:
        self.decoder = decoder
        self.sample_rate = sample_rate
        self.channels = channels

    def __call__(self, latents: Samples) -> Loop:
        """The loop for latents of shape (D,).

        Raises:
            LatentError: the decoder answers with samples that are not finite.
        """
        decoded = self.decoder.decode(latents[None])[0]
        if not np.isfinite(decoded).all():
            raise LatentError(
                "the decoder gives samples that are NaN or infinite for these latents",
                received=np.array2string(latents, precision=2, threshold=8),
            )
        sound = Sound.of(np.clip(decoded, -SANE, SANE), self.decoder.info.sample_rate)
        resampled = resample(sound, self.sample_rate).samples
        samples = np.zeros((len(resampled), self.channels), np.float32)
        spread(resampled, samples)
        return Loop(seamless(samples, round(SEAM_SECONDS * self.sample_rate)), latents)


def seamless(samples: Samples, overlap: int) -> Samples:
    """Fold the last ``overlap`` frames over the first, at equal power; that much shorter.

    The frame after the result's last one was its neighbour in ``samples``, so the seam is as smooth
    as the sound itself. The overlap is at most a quarter of the sound.
    """
    overlap = min(overlap, len(samples) // 4)
    if overlap == 0:
        return samples
    rising, falling = equal_power(overlap)
    loop = samples[: len(samples) - overlap].copy()
    loop[:overlap] *= rising[:, None]
    loop[:overlap] += samples[len(samples) - overlap :] * falling[:, None]
    return loop
