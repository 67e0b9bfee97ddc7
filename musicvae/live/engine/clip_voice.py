"""The voice of a clip model: loops a decoded clip and cross-fades to a new one on changes."""

from __future__ import annotations

import time

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.arrays import Float32
from musicvae.live.engine.clips import ClipRequest, Clips
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.loops import Loop, LoopMaker
from musicvae.live.engine.work import Work
from musicvae.live.fades import raised_cosine

#: Duration of the cross-fade from one decoded loop to the next.
CROSSFADE_SECONDS = 0.03
#: Frames per second: how often the latents of a clip advance and are compared, in Hz.
FRAME_RATE = 100


class ClipVoice:
    """A :class:`musicvae.live.engine.voice.Voice` that loops clips.

    It requests one clip at a time, always for the newest latents. The first clip is decoded here,
    so making a voice takes long.

    Args:
        name: name of the model.
        deck: name of the deck that it is for.
        maker: decodes its loops, at the engine's rate.
        clips: decodes on request, for all voices.
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
        self._requested = np.zeros(info.latent_dim, np.float32)
        self._number = 0  # of the request in progress
        self._leaving = False
        started = time.perf_counter()
        self._first = self._current = maker(self._requested.copy())
        self.work.add(started)
        self._next: Loop | None = None
        self._waiting: Loop | None = None
        self._position = 0
        # Loops of nearby latents are correlated, so their amplitudes, not their powers, must add
        # to one: an equal-power fade would be up to 3 dB too loud in the middle.
        self._fade = raised_cosine(round(CROSSFADE_SECONDS * rate))
        self._fade_at = 0
        self._frame = max(1, rate // FRAME_RATE)
        self._left = 0  # sample frames until the next frame
        self._other = np.zeros((self._frame, maker.channels), np.float32)

    @property
    def until_frame(self) -> int:
        """See :class:`Voice`."""
        return self._left

    def read(self, out: Samples) -> None:
        """Write into ``out``, float32 (sample frames, channels); see :class:`Voice`."""
        done = 0
        while done < len(out):
            if self._left == 0:
                self._advance()
                self._left = self._frame
            count = min(len(out) - done, self._left)
            if self._next is not None:
                count = min(count, len(self._fade) - self._fade_at)
            self._read(out[done : done + count])
            self._left -= count
            done += count

    def rest(self, out: Samples) -> None:
        """See :class:`Voice`. Looping costs nothing to speak of."""
        self.read(out)

    def receive(self, request: int, loop: Loop | Exception | None) -> None:
        """See :class:`Voice`."""
        if request == self._number:  # else another voice requested it
            self._number = 0
            self._accept(loop)

    def leave(self) -> None:
        """See :class:`Voice`."""
        self._leaving = True

    def forget(self) -> None:
        """See :class:`Voice`."""
        self._current, self._next, self._waiting = self._first, None, None
        self._requested[:] = 0
        self._number = self._position = self._fade_at = self._left = 0

    def _advance(self) -> None:
        """Advance by one frame; the loop sounds on, whatever fails."""
        try:
            self._request(self.controls.next())
        except Exception as error:  # noqa: BLE001 - a latent source may raise anything
            self.work.fail(error)

    def _request(self, latents: Float32) -> None:
        """Request a clip if the latents, shape (D,), changed and no request is open."""
        if self._leaving or self._number or np.array_equal(latents, self._requested):
            return
        self._requested[:] = latents
        request = ClipRequest(self._deck, self._timed, self._requested.copy())
        number, made = self._clips.request(request)
        if made is None:
            self._number = number
        else:
            self._accept(made)

    def _timed(self, latents: Float32) -> Loop:
        """The loop of latents, shape (D,), and the statistics of decoding it."""
        started = time.perf_counter()
        loop = self._make(latents)
        self.work.add(started)
        return loop

    def _accept(self, made: Loop | Exception | None) -> None:
        """Begin the cross-fade to a decoded loop, or count an error."""
        if not isinstance(made, Loop):
            self.work.fail(made if made is not None else RuntimeError("nothing was decoded"))
        elif self._next is not None:
            self._waiting = made
        else:
            self._next, self._fade_at = made, 0

    def _read(self, out: Samples) -> None:
        """Write sample frames, float32 (sample frames, channels), at most to the fade's end."""
        frames = len(out)
        self._current.read(self._position, out)
        if self._next is not None:
            other = self._other[:frames]
            self._next.read(self._position, other)
            curve = self._fade[self._fade_at : self._fade_at + frames]
            np.subtract(other, out, out=other)
            for channel in range(other.shape[1]):  # if shapes differ, numpy allocates
                np.multiply(other[:, channel], curve, out=other[:, channel])
            np.add(out, other, out=out)
            self._fade_at += frames
            if self._fade_at == len(self._fade):
                self._current, self._next = self._next, self._waiting
                self._waiting, self._fade_at = None, 0
        self._position += frames
