"""What an engine hears of its input: repaired, at a gain, measured, gated, and encoded by ears."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.tails import SOUND_FLOOR, Tails
from musicvae.live.channels import spread
from musicvae.live.fades import Glide, amplitude, scale
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
        overlap: whether several encoders hear in turns, so that each sound is heard sooner.
        gate: its settings and state.
        levelling: likewise.
        run_away: likewise.
        gaps: repairs the input.
        level: RMS of the input at the gain, 0 to 1, falling slowly.
        heard: the block that was heard last, repaired but at no gain; float32 (sample frames, 2).
    """

    def __init__(self, sample_rate: int, channels: int, segment: int) -> None:
        window = WINDOW / sample_rate
        self.gain_db, self.mix, self.muted, self.overlap = 0.0, 1.0, False, False
        self.gaps = Gaps(sample_rate, CHANNELS, segment)
        self.gate, self.levelling, self.run_away = Gate(window), Levelling(window), RunAway(window)
        self._power = 0.0
        self._fall = 0.25 ** (window / _METER_SECONDS)
        glide = round(_GLIDE_SECONDS * sample_rate)
        self._gain = Glide(1.0, glide)
        self._decks, self._itself = Glide(1.0, glide), Glide(0.0, glide)
        most = segment // WINDOW + 1  # windows that are complete within a block
        self._high_pass = HighPass(sample_rate, CHANNELS, WINDOW, most)
        self._tails = Tails((segment, CHANNELS), SOUND_FLOOR)
        self._heard = np.zeros((segment, CHANNELS), np.float32)
        self._sound = np.zeros((segment, CHANNELS), np.float32)
        self.heard = self._heard[:0]
        self._spread = np.zeros((segment, channels), np.float32)
        self._delay = Delay(0, CHANNELS, segment)
        self._factors = np.zeros(segment, np.float32)
        self._windows = np.zeros((most, WINDOW, CHANNELS), np.float32)
        self._waiting = self._windows.reshape(most * WINDOW, CHANNELS)
        self._squares = np.zeros((most, WINDOW * CHANNELS), np.float32)
        self._lines = np.tile(np.arange(1, WINDOW + 1, dtype=np.float32) / WINDOW, (most, 1))
        self._ramps = np.zeros((most, WINDOW), np.float32)
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

    def hear(self, heard: Samples | None, start: int, frames: int, ears: Mapping[Ear, int]) -> None:
        """Hear the next block.

        Args:
            heard: float32 (sample frames, 2); what is missing is NaN. ``None`` is silence.
            start: sample frame of the engine at which it begins.
            frames: its length.
            ears: those through which decks hear it, and in how many sample frames the model of the
                deck begins a frame.
        """
        self._attend(ears, start % WINDOW)
        for ear in self._ears:
            ear.start = start
        sound = self._repaired(heard, frames)
        done = 0
        while done < frames:
            waiting = (start + done) % WINDOW
            # The gain may change behind the window in which the level is found to run away.
            count = min(frames - done, self.run_away.left * WINDOW - waiting)
            part = sound[done : done + count]
            self._gain.scale(part, self._factors)
            self._waiting[waiting : waiting + count] = part
            whole = (waiting + count) // WINDOW
            if whole:
                self._complete(self._windows[:whole], start + done - waiting)
                rest = (waiting + count) % WINDOW
                self._waiting[:rest] = self._waiting[whole * WINDOW : whole * WINDOW + rest]
            done += count
        self._delay.apply(sound)

    def blend(self, mix: Samples) -> None:
        """Mix what the decks play, float32 (sample frames, channels), with the block heard last."""
        decks, itself = self._decks, self._itself
        if not (decks.remaining or itself.remaining or itself.target):
            return
        decks.scale(mix, self._factors)
        sound = self._spread[: len(mix)]
        spread(self._sound[: len(mix)], sound)
        itself.scale(sound, self._factors)
        np.add(mix, sound, out=mix)

    def _attend(self, ears: Mapping[Ear, int], waiting: int) -> None:
        """Let these ears hear from now on, and no others."""
        for ear in self._ears:
            if ear not in ears:
                ear.hears = False
        self._ears = tuple(ears)
        for ear, until in ears.items():
            ear.overlap(self.overlap)
            if not ear.hears:
                ear.begin(until, waiting)
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

    def _complete(self, windows: Samples, start: int) -> None:
        """Pass complete windows on, float32 (windows, 64, 2), of which the first begins there."""
        self._high_pass.apply(windows)
        ducked, before = self.run_away.ducked, self._factor
        factors, are_open = [], []
        for power in self._mean_squares(windows):
            self._power = max(power, self._power * self._fall)
            self.run_away.hear(power / _DUCK_POWER if ducked else power)
            self.gate.hear(power)
            self.levelling.hear(power, self.gate.loud)
            factors.append(self.gate.factor * self.levelling.gain)
            are_open.append(self.gate.open)
        if self.run_away.ducked != ducked:
            self._regain()
        self._factor = factors[-1]
        self._glide_through(windows, [before, *factors])
        for ear in self._ears:
            ear.hear(windows, start, are_open)

    def _mean_squares(self, windows: Samples) -> list[float]:
        """The mean square of each window."""
        samples = windows.reshape(len(windows), -1)
        squares = np.multiply(samples, samples, out=self._squares[: len(windows)])
        sums: list[float] = np.add.reduce(squares, axis=1).tolist()
        return [total / samples.shape[1] for total in sums]

    def _glide_through(self, windows: Samples, factors: Sequence[float]) -> None:
        """Multiply windows in place, each by a line from one of these factors to the next."""
        ramps, rises = self._ramps[: len(windows)], [b - a for a, b in pairwise(factors)]
        ramps[:] = np.array(rises, np.float32)[:, None]
        np.multiply(ramps, self._lines[: len(windows)], out=ramps)
        np.add(ramps, np.array(factors[:-1], np.float32)[:, None], out=ramps)
        scale(windows.reshape(-1, CHANNELS), ramps.reshape(-1))
