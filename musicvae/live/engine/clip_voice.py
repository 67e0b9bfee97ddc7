"""The voice of a clip model: loops a decoded clip, and cross-fades to a new one on changes."""

from __future__ import annotations

import time

import numpy as np

from musicvae.audio import Samples
from musicvae.live.engine.clips import ClipRequest, Clips
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.loops import Loop, LoopMaker
from musicvae.live.engine.work import Work
from musicvae.live.fades import raised_cosine

#: From one decoded loop to the next.
CROSSFADE_SECONDS = 0.03
#: How often a clip's latents are looked at, in times a second: its frames.
FRAME_RATE = 100


class ClipVoice:
    """See :class:`musicvae.live.engine.voice.Voice`.

    One clip is asked for at a time, always from the newest latents.

    Args:
        name: of the model.
        deck: that it is for.
        maker: decodes its loops, at the engine's rate.
        clips: decodes for all voices.
    """

    latency = 0.0

    def __init__(self, name: str, deck: str, maker: LoopMaker, clips: Clips) -> None:
        info, rate = maker.decoder.info, maker.sample_rate
        self.name = name
        self.work = Work()
        self.controls = Controls(info, FRAME_RATE)
        self._deck = deck
        self._make = maker
        self._clips = clips
        self._asked = np.zeros(info.latent_dim, np.float32)
        self._number = 0  # of the clip that was asked for, while it is being made
        self._leaving = False
        started = time.perf_counter()
        self._first = self._current = maker(self._asked.copy())
        self.work.add(started)
        self._next: Loop | None = None
        self._waiting: Loop | None = None
        self._position = 0
        # The loops are decoded from nearby latents and alike, so their amplitudes, not their
        # powers, must add to one: an equal-power fade would bulge by up to 3 dB.
        self._fade = raised_cosine(round(CROSSFADE_SECONDS * rate))
        self._fade_at = 0
        self._frame = max(1, rate // FRAME_RATE)
        self._left = 0  # samples of the frame in hand
        self._other = np.zeros((self._frame, maker.channels), np.float32)

    def read(self, out: Samples) -> None:
        """See :class:`Voice`."""
        done = 0
        while done < len(out):
            if self._left == 0:
                self._look()
                self._left = self._frame
            count = min(len(out) - done, self._left)
            if self._next is not None:
                count = min(count, len(self._fade) - self._fade_at)
            self._read(out[done : done + count])
            self._left -= count
            done += count

    def receive(self, request: int, loop: Loop | Exception | None) -> None:
        """See :class:`Voice`."""
        if request == self._number:  # else it was another voice's
            self._number = 0
            self._take(loop)

    def leave(self) -> None:
        """See :class:`Voice`."""
        self._leaving = True

    def forget(self) -> None:
        """See :class:`Voice`."""
        self._current, self._next, self._waiting = self._first, None, None
        self._asked[:] = 0
        self._number = self._position = self._fade_at = self._left = 0

    def _look(self) -> None:
        """Ask for a clip if the latents have moved and none is being made."""
        latents = self.controls.next()
        if self._leaving or self._number or np.array_equal(latents, self._asked):
            return
        self._asked[:] = latents
        number, made = self._clips.request(ClipRequest(self._deck, self._timed, self._asked.copy()))
        if made is None:
            self._number = number
        else:
            self._take(made)

    def _timed(self, latents: Samples) -> Loop:
        started = time.perf_counter()
        loop = self._make(latents)
        self.work.add(started)
        return loop

    def _take(self, made: Loop | Exception | None) -> None:
        if not isinstance(made, Loop):
            self.work.fail(made if made is not None else RuntimeError("nothing was decoded"))
        elif self._next is not None:
            self._waiting = made
        else:
            self._next, self._fade_at = made, 0

    def _read(self, out: Samples) -> None:
        frames = len(out)
        self._current.read(self._position, out)
        if self._next is not None:
            other = self._other[:frames]
            self._next.read(self._position, other)
            curve = self._fade[self._fade_at : self._fade_at + frames]
            np.subtract(other, out, out=other)
            for channel in range(other.shape[1]):  # where shapes differ, numpy allocates
                np.multiply(other[:, channel], curve, out=other[:, channel])
            np.add(out, other, out=out)
            self._fade_at += frames
            if self._fade_at == len(self._fade):
                self._current, self._next = self._next, self._waiting
                self._waiting, self._fade_at = None, 0
        self._position += frames
