"""One sounding decoder: a loop, the fade to the next one, a gain, and play or stop."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples
from musicvae.live.engine.fades import Glide, amplitude, raised_cosine
from musicvae.live.engine.loops import Loop

#: From one decoded loop to the next.
CROSSFADE_SECONDS = 0.03
#: Play, pause and panic.
PLAY_SECONDS = 0.01
GAIN_SECONDS = 0.02
#: At and below this gain there is silence.
SILENT_DB = -96.0


class Deck:
    """Renders one loop after another, each cross-faded into the next at the same position.

    All methods but :meth:`offer` belong to the thread that renders.

    Args:
        sample_rate: in Hz.
        channels: of what it renders.
        segment: the longest block, in frames.
    """

    def __init__(self, sample_rate: int, channels: int, segment: int) -> None:
        self.position = 0
        self._newest: Loop | None = None
        self._current: Loop | None = None
        self._next: Loop | None = None
        # The loops are decoded from nearby latents and alike, so their amplitudes, not their
        # powers, must add to one: an equal-power fade would bulge by up to 3 dB.
        self._crossfade = raised_cosine(round(CROSSFADE_SECONDS * sample_rate))
        self._crossfade_at = 0
        self._level = Glide(0.0, round(PLAY_SECONDS * sample_rate))
        self._gain = Glide(1.0, round(GAIN_SECONDS * sample_rate))
        self._panicking = False
        self._voice = np.zeros((segment, channels), np.float32)
        self._other = np.zeros((segment, channels), np.float32)
        self._envelope = np.zeros(segment, np.float32)
        self._factor = np.zeros(segment, np.float32)

    @property
    def playing(self) -> bool:
        """Whether it sounds, or fades in."""
        return self._level.target > 0

    @property
    def silent(self) -> bool:
        """Whether it is stopped and has faded out."""
        return not self.playing and self._level.remaining == 0

    def offer(self, loop: Loop) -> None:
        """Hand over the newest loop, from any thread; one not yet taken is replaced."""
        self._newest = loop  # a single store: the rendering thread sees the old or the new one

    def play(self, on: bool) -> None:
        """Fade in and go on, or fade out and pause."""
        self._level.to(1.0 if on else 0.0)

    def panic(self) -> None:
        """Fade out, then forget what was sounding; :meth:`play` starts again."""
        self._panicking = True
        self._level.to(0.0)

    def set_gain(self, db: float) -> None:
        """Glide to a gain in dB."""
        self._gain.to(0.0 if db <= SILENT_DB else amplitude(db))

    def horizon(self, frames: int) -> int:
        """How many of the next ``frames`` can be rendered before something ends."""
        if self._next is not None:
            frames = min(frames, len(self._crossfade) - self._crossfade_at)
        return min(frames, self._level.remaining or frames)

    def take_newest(self, frame: int) -> None:
        """Begin the newest loop, unless a fade is under way; then it waits for its end."""
        loop = self._newest
        if loop is None or self._next is not None or self._panicking:
            return
        self._newest = None
        loop.taken_at = frame
        if self.silent:
            self._current = loop
        else:
            self._next = loop
            self._crossfade_at = 0

    def add_to(self, mix: Samples) -> None:
        """Render ``len(mix)`` frames, at most the :meth:`horizon`, onto ``mix``."""
        frames = len(mix)
        silent = self.silent
        envelope, factor = self._envelope[:frames], self._factor[:frames]
        self._level.fill(envelope)
        self._gain.fill(factor)
        np.multiply(envelope, factor, out=envelope)
        if not silent and (self._current is not None or self._next is not None):
            voice = self._read(frames)
            _scale(voice, envelope)
            np.add(mix, voice, out=mix)
            self.position += frames
        self._settle()

    def _read(self, frames: int) -> Samples:
        voice = self._voice[:frames]
        if self._current is None:
            voice[:] = 0
        else:
            self._current.read(self.position, voice)
        if self._next is not None:
            other = self._other[:frames]
            self._next.read(self.position, other)
            curve = self._crossfade[self._crossfade_at : self._crossfade_at + frames]
            np.subtract(other, voice, out=other)
            _scale(other, curve)
            np.add(voice, other, out=voice)
            self._crossfade_at += frames
        return voice

    def _settle(self) -> None:
        if self._next is not None and (self.silent or self._crossfade_at >= len(self._crossfade)):
            self._current, self._next = self._next, None
        if self._panicking and self._level.remaining == 0:
            self._panicking = False
            if self.silent:
                self._current = None
                self.position = 0


def _scale(block: Samples, factors: Samples) -> None:
    # A channel at a time: where shapes differ, numpy allocates a buffer at every call.
    for channel in range(block.shape[1]):
        column = block[:, channel]
        np.multiply(column, factors, out=column)
