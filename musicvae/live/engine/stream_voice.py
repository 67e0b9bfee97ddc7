"""The voice of a stream model: decodes latents frame by frame, and resamples the sound."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Samples
from musicvae.errors import RunStoppedError
from musicvae.latents.arrays import Latents
from musicvae.live.engine.channels import SANE, spread
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.resampling import Resampler
from musicvae.live.engine.work import Work
from musicvae.live.fades import raised_cosine

#: Fade out before a frame that could not be decoded, and in after it; in seconds.
_CONCEAL_SECONDS = 0.01


class FrameDecoder(Protocol):
    """The methods of :class:`musicvae.StreamDecoder` that the daemon uses."""

    @property
    def info(self) -> ArtifactInfo:
        """The description in the artifact."""

    def push(self, latents: Latents, out: Samples) -> Samples:
        """Decode latents, float32 (frames, D), into ``out``, float32 (frames · hop, channels)."""

    def reset(self) -> None:
        """Return to the state before the first frame."""


class StreamVoice:
    """A :class:`musicvae.live.engine.voice.Voice` that decodes frame by frame.

    A frame is one step of the decoder, ``hop`` samples long. It is decoded when its first sample
    is needed, from the settings at that moment. So the samples do not depend on block lengths.

    Args:
        name: name of the model.
        decoder: decoder of a stream artifact; used by this voice alone.
        sample_rate: sample rate of the engine, in Hz.
        channels: number of channels of the engine.
    """

    def __init__(self, name: str, decoder: FrameDecoder, sample_rate: int, channels: int) -> None:
        info = decoder.info
        self.name = name
        self.work = Work()
        self.controls = Controls(info, info.sample_rate / info.hop)
        self._decoder = decoder
        self._hop = np.zeros((info.hop, info.channels), np.float32)
        self._resampler: Resampler | None = None
        most, delay = info.hop, 0.0
        if info.sample_rate != sample_rate:
            self._resampler = Resampler(info.sample_rate, sample_rate, info.channels, info.hop)
            most, delay = self._resampler.most, self._resampler.delay
        self._resampled = np.zeros((most, info.channels), np.float32)
        self._ready = np.zeros((most, channels), np.float32)
        self._at = self._end = 0
        self.latency = (info.latency + delay) / info.sample_rate
        fade = raised_cosine(min(info.hop, round(_CONCEAL_SECONDS * info.sample_rate)))
        self._fade_in = np.ones(info.hop, np.float32)
        self._fade_in[: len(fade)] = fade
        self._fade_out = np.zeros(info.hop, np.float32)
        self._fade_out[: len(fade)] = 1 - fade
        self._broken = False
        self._over = False  # a graph without an end would hold up the sound in each frame

    def read(self, out: Samples) -> None:
        """Write into ``out``, float32 (sample frames, channels); see :class:`Voice`."""
        done = 0
        while done < len(out):
            if self._at == self._end:
                self._decode()
                continue  # the first hop may be too short for the resampler to give any sample
            count = min(len(out) - done, self._end - self._at)
            out[done : done + count] = self._ready[self._at : self._at + count]
            self._at += count
            done += count

    def receive(self, request: int, loop: object) -> None:
        """See :class:`Voice`. A stream requests no clips, so the loop is another voice's."""

    def leave(self) -> None:
        """See :class:`Voice`."""

    def forget(self) -> None:
        """See :class:`Voice`."""
        self._decoder.reset()
        if self._resampler is not None:
            self._resampler.reset()
        self._hop[:] = 0
        self._at = self._end = 0
        self._over = False

    def _decode(self) -> None:
        """Decode one frame, and resample it to the engine's rate and channels."""
        started = time.perf_counter()
        try:
            latents = self.controls.next()
            if self._over:
                self._hop[:] = 0
            else:
                self._decoder.push(latents[None], out=self._hop)
        # Any operator of a graph may raise any error, and the sound must go on regardless. Caught
        # here, at the border of a frame, the result is the same for any block length.
        except Exception as error:  # noqa: BLE001
            self.work.fail(error)
            self._over = isinstance(error, RunStoppedError)
            self._conceal()
        else:
            np.clip(self._hop, -SANE, SANE, out=self._hop)
            if self._broken:
                self._hop *= self._fade_in[:, None]
                self._broken = False
        sound = self._hop
        if self._resampler is not None:
            sound = self._resampled[: self._resampler.push(self._hop, self._resampled)]
        self._at, self._end = 0, len(sound)
        spread(sound, self._ready[: len(sound)])
        self.work.add(started)

    def _conceal(self) -> None:
        """Replace a frame that could not be decoded by the last one, reversed and faded out."""
        if self._broken:
            self._hop[:] = 0
        else:
            self._hop[:] = self._hop[::-1] * self._fade_out[:, None]
            self._decoder.reset()
        self._broken = True
