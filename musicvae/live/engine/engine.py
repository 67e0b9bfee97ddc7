"""Decks -> mix -> limiter -> the caller's buffer. Knows frames, not clocks, sockets or devices.

The same events at the same frames give the same samples, however the frames are cut into blocks:
so what was heard can be rendered again offline, and tests need no sound card. ``render`` fills
arrays that exist already; it takes no lock, logs nothing and allocates no sample memory.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from musicvae.audio import Samples
from musicvae.live.engine.deck import PLAY_SECONDS, Deck
from musicvae.live.engine.limiter import Limiter
from musicvae.live.osc.commands import DECKS

#: The longest stretch that is rendered at once, in frames.
SEGMENT = 512
#: The level shown falls by 6 dB in this time.
_METER_SECONDS = 0.3


@dataclass(slots=True, kw_only=True)
class Event:
    """Something that happens to a deck.

    Attributes:
        deck: its name.
        frame: at which it took effect; ``None`` before. Kept, it is a score to render again.
    """

    deck: str = DECKS[0]
    frame: int | None = None

    def apply(self, deck: Deck) -> None:
        """Do it; called by the rendering thread."""
        raise NotImplementedError


@dataclass(slots=True)
class SetGain(Event):
    """Glide to a gain in dB."""

    db: float

    def apply(self, deck: Deck) -> None:
        """See :meth:`Deck.set_gain`."""
        deck.set_gain(self.db)


@dataclass(slots=True)
class SetPlaying(Event):
    """Fade in and go on, or fade out and pause."""

    on: bool

    def apply(self, deck: Deck) -> None:
        """See :meth:`Deck.play`."""
        deck.play(self.on)


@dataclass(slots=True)
class Silence(Event):
    """Panic."""

    def apply(self, deck: Deck) -> None:
        """See :meth:`Deck.panic`."""
        deck.panic()


class Engine:
    """Mixes its decks.

    Args:
        sample_rate: of what it renders, in Hz.
        channels: likewise.

    Attributes:
        frame: how many frames it has rendered.
        level: peak of the last moments, 0 to 1.
    """

    def __init__(self, sample_rate: int, channels: int = 2) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self.frame = 0
        self.level = 0.0
        self.decks = {name: Deck(sample_rate, channels, SEGMENT) for name in DECKS}
        self._decks = tuple(self.decks.values())
        self._events: deque[tuple[Event, ...]] = deque()
        self._limiter = Limiter(SEGMENT, channels)
        self._mix = np.zeros((SEGMENT, channels), np.float32)
        self._fade_frames = round(PLAY_SECONDS * sample_rate)
        self._fade_at: int | None = None

    @property
    def silent(self) -> bool:
        """Whether every deck is stopped and has faded out."""
        return all(deck.silent for deck in self._decks)

    def post(self, *events: Event) -> None:
        """Let events happen at the next frame to be rendered, all at once; from any thread."""
        self._events.append(events)  # atomic, as deque promises

    def finish_at(self, frame: int) -> None:
        """Fade out so that silence is reached at ``frame``."""
        self._fade_at = max(self.frame, frame - self._fade_frames)

    def render(self, out: Samples) -> None:
        """Fill ``out``, float32 of shape (frames, channels), with the next frames."""
        done = 0
        while done < len(out):
            self._apply_events()
            count = self._horizon(len(out) - done)
            mix = self._mix[:count]
            mix[:] = 0
            for deck in self._decks:
                deck.add_to(mix)
            peak = self._limiter.apply(mix)
            self.level = max(peak, self.level * 0.5 ** (count / _METER_SECONDS / self.sample_rate))
            out[done : done + count] = mix
            self.frame += count
            done += count

    def _apply_events(self) -> None:
        while self._events:
            for event in self._events.popleft():
                event.frame = self.frame
                event.apply(self.decks[event.deck])
        if self._fade_at is not None and self.frame >= self._fade_at:
            for deck in self._decks:
                deck.play(False)
        for deck in self._decks:
            deck.take_newest(self.frame)

    def _horizon(self, frames: int) -> int:
        frames = min(frames, SEGMENT)
        if self._fade_at is not None and self.frame < self._fade_at:
            frames = min(frames, self._fade_at - self.frame)
        for deck in self._decks:
            frames = deck.horizon(frames)
        return frames
