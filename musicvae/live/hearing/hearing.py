"""What an engine hears of its input: repaired, at a gain, measured, gated, and encoded by ears."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.tails import SOUND_FLOOR, Tails
from musicvae.live.channels import spread
from musicvae.live.fades import Glide, amplitude
from musicvae.live.hearing.delay import Delay
from musicvae.live.hearing.ear import WINDOW, Ear
from musicvae.live.hearing.gaps import Gaps
from musicvae.live.hearing.gate import Gate
from musicvae.live.hearing.high_pass import HighPass
from musicvae.live.hearing.levelling import Levelling
from musicvae.live.hearing.run_away import RunAway

#: Channels of an input: one is heard in both.
CHANNELS = 2
#: How much an input that runs away is lowered.
DUCK_DB = -12.0
_DUCK_POWER = 10 ** (DUCK_DB / 10)
_GLIDE_SECONDS = 0.01
#: The meter falls by 6 dB in this time.
_METER_SECONDS = 0.3


class Hearing:
    """Hears the input of an engine, block by block. All of it belongs to the rendering thread.

    Two ways lead from the input: the sound at the gain, which :meth:`blend` mixes with what the
    decks play; and windows of it, filtered, brought to the level of the training music and gated,
    which the ears encode.

    Args:
        sample_rate: of the engine, in Hz.
        channels: of the engine.
        segment: the longest block, in sample frames.

    Attributes:
        gain_db: as last set.
        mix: share of the decks in the sound, 0 to 1, as last set.
        muted: whether silence is heard in place of the input.
        gate: its settings and state.
        levelling: likewise.
        run_away: likewise.
        gaps: repairs the input.
        level: RMS of the input at the gain, 0 to 1, falling slowly.
        heard: the block that was heard last, repaired but at no gain; float32 (sample frames, 2).
    """

    def __init__(self, sample_rate: int, channels: int, segment: int) -> None:
        window = WINDOW / sample_rate
        self.gain_db, self.mix, self.muted = 0.0, 1.0, False
        self.gaps = Gaps(sample_rate, CHANNELS, segment)
        self.gate, self.levelling, self.run_away = Gate(window), Levelling(window), RunAway(window)
        self._power = 0.0
        self._fall = 0.25 ** (window / _METER_SECONDS)
        glide = round(_GLIDE_SECONDS * sample_rate)
        self._gain = Glide(1.0, glide)
        self._decks, self._itself = Glide(1.0, glide), Glide(0.0, glide)
        self._high_pass = HighPass(sample_rate, CHANNELS, WINDOW)
        self._tails = Tails((segment, CHANNELS), SOUND_FLOOR)
        self._heard = np.zeros((segment, CHANNELS), np.float32)
        self._sound = np.zeros((segment, CHANNELS), np.float32)
        self.heard = self._heard[:0]
        self._spread = np.zeros((segment, channels), np.float32)
        self._delay = Delay(0, CHANNELS, segment)
        self._factors = np.zeros(segment, np.float32)
        self._window = np.zeros((WINDOW, CHANNELS), np.float32)
        self._square = np.zeros((WINDOW, CHANNELS), np.float32)
        self._rise = (np.arange(1, WINDOW + 1, dtype=np.float32) / WINDOW)[:, None]
        self._ramp = np.zeros((WINDOW, 1), np.float32)
        self._factor = 0.0
        self._ears: tuple[Ear, ...] = ()

    @property
    def level(self) -> float:
        """RMS of the input at the gain, 0 to 1, falling slowly."""
        return math.sqrt(self._power)

    @property
    def silent(self) -> bool:
        """Whether nothing of the input is in the mix."""
        glides = (self._itself, self._gain)
        return any(glide.target == 0 and not glide.remaining for glide in glides)

    def set_gain(self, db: float) -> None:
        """Glide to this gain in dB."""
        self.gain_db = db
        self._regain()

    def mute(self, on: bool) -> None:
        """Hear silence, or the input again."""
        self.muted = on
        self._regain()

    def set_mix(self, share: float) -> None:
        """Mix the decks with the input: 1 is the decks alone, 0 the input, at equal power."""
        self.mix = share
        self._decks.to(math.sin(share * math.pi / 2) if share > 0 else 0.0)
        self._itself.to(math.cos(share * math.pi / 2) if share < 1 else 0.0)

    def delay_by(self, frames: int) -> None:
        """Delay the input in the mix by so many sample frames; before anything is heard."""
        self._delay = Delay(frames, CHANNELS, len(self._sound))

    def hear(
        self, heard: Samples | None, start: int, frames: int, ears: Collection[Ear | None]
    ) -> None:
        """Hear the next block.

        Args:
            heard: float32 (sample frames, 2); what is missing is NaN. ``None`` is silence.
            start: sample frame of the engine at which it begins.
            frames: its length.
            ears: those through which decks hear it.
        """
        self._attend(ears)
        for ear in self._ears:
            ear.start = start
        sound = self._repaired(heard, frames)
        done = 0
        while done < frames:
            at = (start + done) % WINDOW
            count = min(frames - done, WINDOW - at)
            part, factors = sound[done : done + count], self._factors[:count]
            self._gain.fill(factors)
            _scale(part, factors)
            self._window[at : at + count] = part
            done += count
            if at + count == WINDOW:
                self._complete(start + done)
        self._delay.apply(sound)

    def blend(self, mix: Samples) -> None:
        """Mix what the decks play, float32 (sample frames, channels), with the block heard last."""
        decks, itself = self._decks, self._itself
        if not (decks.remaining or itself.remaining or itself.target):
            return
        factors = self._factors[: len(mix)]
        decks.fill(factors)
        _scale(mix, factors)
        sound = self._spread[: len(mix)]
        spread(self._sound[: len(mix)], sound)
        itself.fill(factors)
        _scale(sound, factors)
        np.add(mix, sound, out=mix)

    def _attend(self, ears: Collection[Ear | None]) -> None:
        """Let these ears hear from now on, and no others."""
        for ear in self._ears:
            if ear not in ears:
                ear.hears = False
        self._ears = tuple(dict.fromkeys(ear for ear in ears if ear is not None))
        for ear in self._ears:
            if not ear.hears:
                ear.begin()
                ear.hears = True

    def _repaired(self, heard: Samples | None, frames: int) -> Samples:
        """A copy of the block that may be changed, float32 (sample frames, 2)."""
        self.heard, sound = self._heard[:frames], self._sound[:frames]
        if heard is None:
            self.heard[:] = 0.0
        else:
            np.copyto(self.heard, heard)
        self.gaps.mend(self.heard)
        self._tails.cut(self.heard)
        np.copyto(sound, self.heard)
        return sound

    def _regain(self) -> None:
        db = self.gain_db + (DUCK_DB if self.run_away.ducked else 0.0)
        self._gain.to(0.0 if self.muted else amplitude(db))

    def _complete(self, end: int) -> None:
        """Pass a complete window on; ``end`` is the sample frame behind it."""
        window = self._window
        self._high_pass.apply(window)
        power = self._mean_square(window)
        self._power = max(power, self._power * self._fall)
        ducked = self.run_away.ducked
        self.run_away.hear(power / _DUCK_POWER if ducked else power)
        if self.run_away.ducked != ducked:
            self._regain()
        self.gate.hear(power)
        self.levelling.hear(power, self.gate.loud)
        factor = self.gate.factor * self.levelling.gain
        np.multiply(self._rise, np.float32(factor - self._factor), out=self._ramp)
        np.add(self._ramp, np.float32(self._factor), out=self._ramp)
        self._factor = factor
        np.multiply(window, self._ramp, out=window)
        for ear in self._ears:
            ear.hear(window, end, self.gate.open)

    def _mean_square(self, window: Samples) -> float:
        np.multiply(window, window, out=self._square)
        return float(np.add.reduce(self._square, axis=None)) / window.size


def _scale(block: Samples, factors: Samples) -> None:
    """Multiply a block (sample frames, channels) in place by factors (sample frames,)."""
    for channel in range(block.shape[1]):
        column = block[:, channel]
        np.multiply(column, factors, out=column)
