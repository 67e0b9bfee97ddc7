"""Makes loops of decoded clips: resampled, with the engine's channels, and without a click."""

from __future__ import annotations

from math import ceil
from typing import Protocol

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Samples, Sound, resample
from musicvae.errors import ArtifactError, LatentError
from musicvae.latents.arrays import Float32, Latents
from musicvae.latents.tails import Tails
from musicvae.live.channels import SANE, spread
from musicvae.live.fades import equal_power

#: Length of the cross-fade between a loop's end and its beginning.
SEAM_SECONDS = 0.03
#: Shortest array that is read, in sample frames; a shorter loop is repeated in it, so that a block
#: takes few copies.
_SHORTEST = 2048


class ClipDecoder(Protocol):
    """The methods of :class:`musicvae.runtime.decoder.Decoder` that the daemon uses."""

    @property
    def info(self) -> ArtifactInfo:
        """The description in the artifact."""

    def decode(self, latents: Latents, /) -> Samples:
        """Decode latents, float32 (batch, D), to sound, float32 (batch, samples, channels)."""


class Loop:
    """A buffer that repeats without a click.

    Attributes:
        samples: float32, shape (sample frames, channels), at the engine's rate; never changed.
        latents: float32, shape (D,), that it was decoded from.
    """

    __slots__ = ("_repeated", "latents", "samples")

    def __init__(self, samples: Samples, latents: Float32) -> None:
        self.samples = samples
        self.latents = latents
        times = ceil(_SHORTEST / max(1, len(samples)))
        self._repeated = samples if times == 1 else np.tile(samples, (times, 1))

    def read(self, position: int, out: Samples) -> None:
        """Copy sample frames into ``out``, repeating the loop as often as needed.

        Args:
            position: position of the first one, 0 or more, counted over all repetitions.
            out: float32, shape (any number of sample frames, channels).
        """
        frames = len(self._repeated)
        done = 0
        while done < len(out):
            start = (position + done) % frames
            count = min(len(out) - done, frames - start)
            out[done : done + count] = self._repeated[start : start + count]
            done += count


class LoopMaker:
    """Decodes latents to loops; slow, so never called on the rendering thread.

    Args:
        decoder: decoder of a clip artifact.
        sample_rate: sample rate of the engine, in Hz.
        channels: number of channels of the engine.
    """

    def __init__(self, decoder: ClipDecoder, sample_rate: int, channels: int) -> None:
        self.decoder = decoder
        self.sample_rate = sample_rate
        self.channels = channels

    def __call__(self, latents: Float32) -> Loop:
        """The loop of latents, float32, shape (D,).

        Raises:
            LatentError: the decoded samples are not finite.
            ArtifactError: resampled to the engine's rate, no sample is left.
        """
        decoded = self.decoder.decode(latents[None])[0]
        if not np.isfinite(decoded).all():
            raise LatentError(
                "the decoder gives samples that are NaN or infinite for these latents",
                received=np.array2string(latents, precision=2, threshold=8),
            )
        sound = Sound.of(np.clip(decoded, -SANE, SANE), self.decoder.info.sample_rate)
        Tails(sound.samples.shape).cut(sound.samples)
        resampled = resample(sound, self.sample_rate).samples
        if not len(resampled):
            raise ArtifactError(
                "this clip is too short to be played",
                expected=f"at least one sample at the output's rate, {self.sample_rate} Hz",
                received=f"{len(decoded)} sample(s) at {sound.sample_rate} Hz",
                hint="play it at a higher --rate",
            )
        samples = np.zeros((len(resampled), self.channels), np.float32)
        spread(resampled, samples)
        return Loop(seamless(samples, round(SEAM_SECONDS * self.sample_rate)), latents)


def seamless(samples: Samples, overlap: int) -> Samples:
    """Cross-fade the end of a sound into its beginning, at equal power, so that it can loop.

    The sample frame that follows the end of the result is the one that followed it in ``samples``,
    so the seam is as smooth as the sound itself.

    Args:
        samples: float32, shape (sample frames, channels).
        overlap: in sample frames; at most a quarter of the sound is used.

    Returns:
        float32, shape (sample frames - overlap, channels).
    """
    overlap = min(overlap, len(samples) // 4)
    if overlap == 0:
        return samples
    rising, falling = equal_power(overlap)
    loop = samples[: len(samples) - overlap].copy()
    loop[:overlap] *= rising[:, None]
    loop[:overlap] += samples[len(samples) - overlap :] * falling[:, None]
    return loop
