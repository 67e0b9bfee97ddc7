"""The voice of a stream model: decodes latents frame by frame, and resamples the sound."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Samples
from musicvae.errors import RunStoppedError
from musicvae.latents.arrays import Latents, surely_within
from musicvae.latents.tails import SOUND_FLOOR, Tails
from musicvae.live.channels import SANE, spread
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.work import Work
from musicvae.live.fades import raised_cosine
from musicvae.live.resampling import Resampler

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
    is needed, from the settings at that moment; frames that are needed at one moment are decoded
    together. So the samples do not depend on block lengths.

    Args:
        name: name of the model.
        decoder: decoder of a stream artifact; used by this voice alone.
        sample_rate: sample rate of the engine, in Hz.
        channels: number of channels of the engine.
        together: how many frames may be decoded at once: as many as give the sound that they give
            one after another, to the bit.
    """

    def __init__(
        self,
        name: str,
        decoder: FrameDecoder,
        sample_rate: int,
        channels: int,
        together: int = 1,
    ) -> None:
        info = decoder.info
        self.name = name
        self.work = Work()
        self.controls = Controls(info, info.sample_rate / info.hop)
        self._decoder = decoder
        self._size, self._together = info.hop, together
        self._latents = np.zeros((together, info.latent_dim), np.float32)
        self._frames = np.zeros((together * info.hop, info.channels), np.float32)
        self._last = np.zeros((info.hop, info.channels), np.float32)
        self._tails = Tails(self._frames.shape, SOUND_FLOOR)
        self._resampler: Resampler | None = None
        most, delay = len(self._frames), 0.0
        if info.sample_rate != sample_rate:
            self._resampler = Resampler(info.sample_rate, sample_rate, info.channels, most)
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
        self._faded = False  # whether silence came before the next frame
        self._over = False  # a graph without an end would hold up the sound in each frame
        self._resting = False

    @property
    def until_frame(self) -> int:
        """See :class:`Voice`."""
        return self._end - self._at

    def read(self, out: Samples) -> None:
        """Write into ``out``, float32 (sample frames, channels); see :class:`Voice`."""
        done = 0
        while done < len(out):
            if self._at == self._end:
                self._decode(self._needed(len(out) - done), done)
                continue  # the first hop may be too short for the resampler to give any sample
            count = min(len(out) - done, self._end - self._at)
            out[done : done + count] = self._ready[self._at : self._at + count]
            self._at += count
            done += count

    def rest(self, out: Samples) -> None:
        """See :class:`Voice`: frames that begin meanwhile are silent, and are not decoded."""
        self._resting = True
        try:
            self.read(out)
        finally:
            self._resting = False

    def receive(self, request: int, loop: object) -> None:
        """See :class:`Voice`. A stream requests no clips, so the loop is another voice's."""

    def leave(self) -> None:
        """See :class:`Voice`."""

    def forget(self) -> None:
        """See :class:`Voice`."""
        self._decoder.reset()
        if self._resampler is not None:
            self._resampler.reset()
        self._last[:] = 0
        self._at = self._end = 0
        self._over = False

    def _needed(self, samples: int) -> int:
        """How many frames begin within so many sample frames of the engine; at most those that may
        be decoded at once.
        """
        if self._resampler is None:
            frames = -(-samples // self._size)
        else:
            frames = self._resampler.blocks(samples, self._size)
        return min(frames, self._together)

    def _decode(self, frames: int, ahead: int) -> None:
        """Decode so many frames, and resample them to the engine's rate and channels.

        The first is needed so many sample frames after the beginning of the block.
        """
        started = time.perf_counter()
        moved, error = self._move(frames, ahead)
        if self._resting and error is None:
            self._pass(moved)
            self.work.spend(started)
            return
        if moved and self._resting:
            self._silence(self._part(0, moved))
        elif moved:
            self._sound(0, moved)
        if error is not None:
            self._fail(error, self._part(moved, 1))
            moved += 1
        sound = self._part(0, moved)
        if self._resampler is not None:
            sound = self._resampled[: self._resampler.push(sound, self._resampled)]
        self._at, self._end = 0, len(sound)
        spread(sound, self._ready[: len(sound)])
        self.work.add(started, moved)

    def _pass(self, frames: int) -> None:
        """Let so many frames of silence pass."""
        count = frames * self._size
        if self._resampler is not None:
            count = self._resampler.rest(count)
        self._at, self._end = 0, count
        self._silence(self._ready[:count])

    def _silence(self, sound: Samples) -> None:
        """Write silence in place of frames, of which the next one then fades in."""
        sound[:] = 0
        self._last[:] = 0
        self._faded = True

    def _move(self, frames: int, ahead: int) -> tuple[int, Exception | None]:
        """Write the latents of the next frames; how many there are before one that fails, if any.

        A source may raise anything, and the sound must go on regardless.
        """
        for number in range(frames):
            # When it would be decoded if it were decoded alone: no more of the input is heard.
            before, resampler = number * self._size, self._resampler
            self.controls.guidance.ahead = ahead + (
                before if resampler is None else resampler.given(before)
            )
            try:
                self._latents[number] = self.controls.next()
            except Exception as error:  # noqa: BLE001
                return number, error
        return frames, None

    def _sound(self, first: int, count: int) -> None:
        """Decode frames whose latents are written."""
        block = self._part(first, count)
        try:
            if self._over:
                block[:] = 0
            else:
                self._decoder.push(self._latents[first : first + count], out=block)
        # Any operator of a graph may raise any error. Of several frames, each is tried alone then:
        # the decoder is where it was, and the result is the same for any block length.
        except Exception as error:  # noqa: BLE001
            alone = count == 1 or isinstance(error, RunStoppedError)
            if alone:
                self._fail(error, block[: self._size])
            for frame in range(first + alone, first + count):
                self._sound(frame, 1)
            return
        if not surely_within(block, SANE):
            np.maximum(block, -SANE, out=block)
            np.minimum(block, SANE, out=block)
        self._tails.cut(block)
        if self._faded:
            block[: self._size] *= self._fade_in[:, None]
            self._faded = False
        self._last[:] = block[-self._size :]

    def _part(self, first: int, count: int) -> Samples:
        """The sound of some frames, float32 (count · hop, channels), to be written or read."""
        return self._frames[first * self._size : (first + count) * self._size]

    def _fail(self, error: Exception, frame: Samples) -> None:
        """Count a frame that could not be decoded, and write what is heard instead."""
        self.work.fail(error)
        self._over = isinstance(error, RunStoppedError)
        self._conceal(frame)
        self._last[:] = frame

    def _conceal(self, frame: Samples) -> None:
        """Write the last frame, reversed and faded out; silence from then on."""
        if self._faded:
            frame[:] = 0
        else:
            frame[:] = self._last[::-1] * self._fade_out[:, None]
            self._decoder.reset()
        self._faded = True
