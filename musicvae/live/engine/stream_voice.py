"""The voice of a stream model: decodes latents frame by frame, and resamples the sound."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Samples
from musicvae.errors import MusicVAEError
from musicvae.live.engine.channels import SANE, spread
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.resampling import Resampler
from musicvae.live.engine.work import Work
from musicvae.live.fades import raised_cosine

#: Fade out of a frame that could not be decoded, and into the next one that could; in seconds.
_MEND_SECONDS = 0.01


class Decoder(Protocol):
    """What a voice needs of :class:`musicvae.StreamDecoder`."""

    @property
    def info(self) -> ArtifactInfo:
        """What the artifact says about itself."""

    def push(self, latents: NDArray[np.float32], out: Samples) -> Samples:
        """The next frames' sound, written into ``out``."""

    def reset(self) -> None:
        """Forget everything."""


class StreamVoice:
    """See :class:`musicvae.live.engine.voice.Voice`.

    A frame is decoded when its first sample is needed, from what is set at that moment. So the
    samples do not depend on how the sound is cut into blocks.

    Args:
        name: of the model.
        decoder: of a stream artifact; nobody else may use it.
        sample_rate: of the engine, in Hz.
        channels: of the engine.
    """

    def __init__(self, name: str, decoder: Decoder, sample_rate: int, channels: int) -> None:
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
        fade = raised_cosine(min(info.hop, round(_MEND_SECONDS * info.sample_rate)))
        self._fade_in = np.ones(info.hop, np.float32)
        self._fade_in[: len(fade)] = fade
        self._fade_out = np.zeros(info.hop, np.float32)
        self._fade_out[: len(fade)] = 1 - fade
        self._broken = False

    def read(self, out: Samples) -> None:
        """See :class:`Voice`."""
        done = 0
        while done < len(out):
            if self._at == self._end:
                self._make()
                continue  # a first hop may be too short for a resampler to give anything
            count = min(len(out) - done, self._end - self._at)
            out[done : done + count] = self._ready[self._at : self._at + count]
            self._at += count
            done += count

    def receive(self, request: int, loop: object) -> None:
        """See :class:`Voice`. A stream decodes by itself, so the loop was another voice's."""

    def leave(self) -> None:
        """See :class:`Voice`."""

    def forget(self) -> None:
        """See :class:`Voice`."""
        self._decoder.reset()
        if self._resampler is not None:
            self._resampler.reset()
        self._hop[:] = 0
        self._at = self._end = 0

    def _make(self) -> None:
        """Decode one frame and make it ready."""
        started = time.perf_counter()
        latents = self.controls.next()
        try:
            self._decoder.push(latents[None], out=self._hop)
        except MusicVAEError as error:
            self.work.fail(error)
            self._mend()
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

    def _mend(self) -> None:
        """In place of a frame that could not be decoded: the last one, mirrored and faded out."""
        if self._broken:
            self._hop[:] = 0
        else:
            self._hop[:] = self._hop[::-1] * self._fade_out[:, None]
            self._decoder.reset()
        self._broken = True
