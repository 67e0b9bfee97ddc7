"""Computes the largest step that the mix may have: the sum of the decks' sounds and their fades.

A product of a sound and a fade steps by at most loudest gain · steepest sound + steepest fade ·
loudest sound. The limiter's curve is nowhere steeper than 1, so the bound holds behind it too.
"""

from __future__ import annotations

import math

from soak_models import Signal

from musicvae.live.commands.address import Command
from musicvae.live.engine.clip_voice import CROSSFADE_SECONDS
from musicvae.live.engine.deck import GAIN_SECONDS, PLAY_SECONDS, SILENT_DB, SWAP_SECONDS
from musicvae.live.engine.loops import SEAM_SECONDS
from musicvae.live.engine.voice import Voice
from musicvae.live.fades import amplitude

#: A raised cosine over n samples steps by at most this / n.
_STEEPEST = math.pi / 2
#: What a resampler may add where a sound has a corner, as the first frame after a reset has.
_CORNERS = 1.15
_MEND_SECONDS = 0.01


class Recent:
    """The largest value that a gliding parameter can have.

    Args:
        value: where it stands.
        frames: of a glide.
    """

    def __init__(self, value: float, frames: int) -> None:
        self._values = [value]
        self._frames = frames
        self._since = -frames

    def to(self, value: float, frame: int) -> None:
        """Note that it begins to move to another value."""
        self.most(frame)
        self._values.append(value)
        self._since = frame

    def most(self, frame: int) -> float:
        """The largest value from here on."""
        if frame >= self._since + self._frames and len(self._values) > 1:
            del self._values[:-1]
        return max(self._values)


class DeckBound:
    """The bound of one deck.

    Args:
        rate: of the engine.
        weight: of the deck in the mix at first.
    """

    def __init__(self, rate: int, weight: float) -> None:
        self._rate = rate
        self._gain = Recent(1.0, round(GAIN_SECONDS * rate))
        self._fader = Recent(weight, round(GAIN_SECONDS * rate))
        self._restless = self._swapping = 0
        self._voices: list[tuple[Voice, Signal]] = []

    def note(self, command: Command, frame: int) -> None:
        """A command that this deck is given at a frame."""
        if command.path == "/gain":
            db = float(command.values[0])
            self._gain.to(0.0 if db <= SILENT_DB else amplitude(db), frame)
        if command.path in ("/gain", "/mute", "/play", "/panic"):
            self.stir(frame)

    def fade_to(self, weight: float, frame: int) -> None:
        """Note that the cross-fader moves."""
        self._fader.to(weight, frame)
        self.stir(frame)

    def load(self, voice: Voice, signal: Signal, frame: int) -> None:
        """Note that another model fades in, perhaps after one that is fading in already."""
        self._voices.append((voice, signal))
        self._swapping = max(frame, self._swapping) + round(SWAP_SECONDS * self._rate)
        self.stir(frame)

    def at(self, frame: int) -> float:
        """Largest step between two samples from here on, until the next command."""
        swapping = frame <= self._swapping  # the last step is the one behind it
        if not swapping:
            del self._voices[:-1]
        if not self._voices:
            return 0.0
        sounds = [_of(voice, signal, self._rate) for voice, signal in self._voices]
        slope, peak = max(slope for slope, _ in sounds), max(peak for _, peak in sounds)
        if swapping:  # at equal power, two at once
            slope = math.sqrt(2) * slope + 2 * peak * _STEEPEST / (SWAP_SECONDS * self._rate)
            peak *= math.sqrt(2)
        if frame < self._restless:
            quickest = 2 / PLAY_SECONDS + 2 / GAIN_SECONDS
            slope += peak * _STEEPEST * quickest / self._rate
        return slope * self._gain.most(frame) * self._fader.most(frame)

    def stir(self, frame: int) -> None:
        """Note that its level may move from here on."""
        # After a panic it may have to fall silent before it rises again.
        self._restless = frame + round((2 * PLAY_SECONDS + GAIN_SECONDS) * self._rate)


def _of(voice: Voice, signal: Signal, rate: int) -> tuple[float, float]:
    """Slope and peak of what a voice makes of its decoder's sound, at the engine's rate."""
    info = voice.controls.info
    slope, peak = signal.slope * info.sample_rate / rate, signal.peak
    if info.kind == "clip":  # a seam, at equal power, and a cross-fade of two loops
        folded = 2 * peak * _STEEPEST / (SEAM_SECONDS * rate)
        peak *= math.sqrt(2)
        crossed = 2 * peak * _STEEPEST / (CROSSFADE_SECONDS * rate)
        slope = math.sqrt(2) * slope + folded + crossed
    elif voice.work.failed:
        slope += peak * _STEEPEST / (min(info.hop / info.sample_rate, _MEND_SECONDS) * rate)
    if info.sample_rate != rate:
        slope, peak = _CORNERS * slope, _CORNERS * peak
    return slope, peak
