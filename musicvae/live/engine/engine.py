"""The audio engine: applies commands, mixes the decks, and limits the mix.

The engine counts sample frames and uses no clock, socket or device.

The same commands at the same sample frames give the same samples, whatever the block lengths. So a
performance can be rendered again offline, and tests need no sound card.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from musicvae.audio import Samples
from musicvae.limiter import Limiter
from musicvae.live.commands import readers
from musicvae.live.commands.address import DECK_NAMES, DECKS, Command, Morph, Row, Target, covers
from musicvae.live.engine.agenda import Agenda
from musicvae.live.engine.batch import Batch, batches
from musicvae.live.engine.deck import PLAY_SECONDS, Deck
from musicvae.live.engine.deck_addresses import PLAY
from musicvae.live.faults import Faults
from musicvae.live.hearing.ear import Ear
from musicvae.live.hearing.hearing import Hearing
from musicvae.live.limits import DEFAULT_DECKS

#: The longest block that is rendered at once, in sample frames. Frames of a model that lie in one
#: are decoded together.
SEGMENT = 2048
#: The level meter falls by 6 dB in this time.
_METER_SECONDS = 0.3


class Engine:
    """Renders the mix of its decks.

    Args:
        sample_rate: sample rate of the output, in Hz.
        channels: number of channels of the output.
        decks: how many there are, 1 to 26.

    Attributes:
        decks: by name, in order. What each plays at its gain is added; between the first two there
            is the cross-fader.
        frame: number of sample frames rendered so far.
        peaks: recent peak of each channel, 0 to 1, float32, shape (channels,).
        position: position of the cross-fader, 0 to 1.
        outdated: number of commands dropped because they do not suit the model that came meanwhile.
        faults: errors that were caught so that the sound goes on: of commands, voices, callbacks.
        journal: called with each sample frame at which commands were applied, and these commands;
            or ``None``.
        tap: called with each rendered block; ``None`` while nothing is recorded.
        spectrum_tap: likewise; ``None`` while nobody wants to see the spectrum.
        input_tap: called with each block of the input as it is heard, repaired; likewise.
        hearing: what the decks hear of the input.
    """

    def __init__(self, sample_rate: int, channels: int = 2, decks: int = DEFAULT_DECKS) -> None:
        self.sample_rate = sample_rate
        self.channels = channels
        self.frame = 0
        self.peaks = np.zeros(channels, np.float32)
        self.position = 0.0
        self.outdated = 0
        self.faults = Faults()
        self.journal: Callable[[int, tuple[Command, ...]], None] | None = None
        self.tap: Callable[[Samples], None] | None = None
        self.spectrum_tap: Callable[[Samples], None] | None = None
        self.input_tap: Callable[[Samples], None] | None = None
        self.decks = {
            name: Deck(
                *(name, sample_rate, channels, SEGMENT, _weight(name), self.faults),
                rests=name not in DECKS,
            )
            for name in DECK_NAMES[:decks]
        }
        self._decks = tuple(self.decks.values())
        self._agenda = Agenda(sample_rate, self.faults.note)
        self.hearing = Hearing(sample_rate, channels, SEGMENT)
        self._limiter = Limiter(SEGMENT, channels)
        self._mix = np.zeros((SEGMENT, channels), np.float32)
        self._heard = False  # anything yet
        self._falling = 0, 1.0  # of the level meter, within so many sample frames

    @property
    def level(self) -> float:
        """Recent peak of all channels, 0 to 1."""
        return float(self.peaks.max())

    @property
    def coalesced(self) -> int:
        """Number of commands that a newer one replaced before they were applied."""
        return self._agenda.coalesced

    @property
    def backlog(self) -> int:
        """The weight of all commands that wait; see :mod:`musicvae.live.engine.agenda`."""
        return self._agenda.backlog

    @property
    def scheduled(self) -> int:
        """The weight of all commands that wait for a later sample frame of their own."""
        return self._agenda.scheduled

    @property
    def silent(self) -> bool:
        """Whether every deck is stopped and has faded out, and so has the input."""
        heard = self._heard and not self.hearing.silent
        return not heard and all(deck.silent for deck in self._decks)

    def post(
        self,
        *commands: Command,
        payloads: Sequence[object] = (),
        then: Callable[[int], None] | None = None,
        due: int | None = None,
    ) -> Batch:
        """Queue commands that are applied together before the next block; from any thread.

        Very many are applied in several parts, one after another, and a flood of them over several
        spans; see :mod:`musicvae.live.engine.agenda`.

        Args:
            *commands: for decks and the mixer.
            payloads: what was loaded for each; see :class:`Batch`.
            then: called with the sample frame, after the commands were applied.
            due: the sample frame at which to apply them; ``None`` is the next one.

        Raises:
            ValueError: there are payloads, but not one for each command.

        Returns:
            The batch, or the last of several, which holds the error where a command cannot be
            applied.
        """
        if payloads and len(payloads) != len(commands):
            raise ValueError(f"{len(payloads)} payloads for {len(commands)} commands")
        *parts, last = batches(commands, payloads, then, due)
        for part in parts:
            part.last = last
        self._agenda.post([*parts, last])
        return last

    def stop(self, by: int | None = None) -> None:
        """Let all fade out: now, or so that it is silent at the sample frame ``by``."""
        due = None if by is None else max(0, by - round(PLAY_SECONDS * self.sample_rate))
        ends = [Command(PLAY, name, values=(0,)) for name in self.decks]
        if self.input_tap is not None:  # something comes in
            ends.append(Command(INPUT_MUTE, values=(1,)))
        self.post(*ends, due=due)

    def render(self, out: Samples, heard: Samples | None = None) -> None:
        """Render the next sample frames.

        Args:
            out: to be written, float32, shape (sample frames, channels).
            heard: what comes in meanwhile, float32, shape (sample frames, 2), full scale ±1; what
                is missing is NaN. ``None`` is silence.
        """
        done = 0
        while done < len(out):
            self._apply_due()
            frames = self._horizon(len(out) - done)
            mix = self._mix[:frames]
            mix[:] = 0
            self._hear(None if heard is None else heard[done : done + frames], frames)
            for deck in self._decks:
                deck.add_to(mix)
            self.hearing.blend(mix)
            self._limiter.apply(mix)
            self._measure(frames)
            out[done : done + frames] = mix
            if self.tap is not None and self._fails("the recording", self.tap, mix):
                self.tap = None  # a recording with a gap would be worse than one that ends
            if (tap := self.spectrum_tap) is not None:  # which another thread may end at any time
                self._fails("the spectrum", tap, mix)
            self.frame += frames
            done += frames

    def settle(self) -> None:
        """Apply all batches that were posted and are due; while nothing is rendered live."""
        self._apply_due(everything=True)

    def _apply_due(self, *, everything: bool = False) -> None:
        for batch in self._agenda.due(self.frame, everything=everything):
            self._apply(batch)

    def _apply(self, batch: Batch) -> None:
        payloads = batch.payloads or (None,) * len(batch.commands)
        done: list[Command] = []
        for command, payload in zip(batch.commands, payloads, strict=True):
            try:
                suits = self._do(command, payload)
            except Exception as error:  # noqa: BLE001 - one command must not end the sound
                (batch.last or batch).error = error
                self.faults.note(command.address, error)
                continue
            if suits:
                done.append(command)
            else:  # not into the journal either, which could not be rendered then
                self.outdated += 1
        if self.journal is not None and done:
            self._fails("the journal", self.journal, self.frame, tuple(done))
        if batch.then is not None:
            self._fails("an answer", batch.then, self.frame)

    def _do(self, command: Command, payload: object) -> bool:
        """Apply a command; whether it suits the model that it is for."""
        row = command.row
        if row.target is Target.ENGINE and row.apply is not None:
            row.apply(self, command, payload)
            return True
        return self.decks[command.deck].do(command, payload)

    def _fails(self, where: str, act: Callable[..., object], *arguments: object) -> bool:
        """Call what another part of the program wants called; whether it raised an error."""
        try:
            act(*arguments)
        except Exception as error:  # noqa: BLE001 - the sound must go on regardless
            self.faults.note(where, error)
            return True
        return False

    def crossfade(self, position: float) -> None:
        """Mix the first two decks: 0 is the first alone, 1 the second, at equal power between."""
        self.position = position
        first = math.cos(position * math.pi / 2) if position < 1 else 0.0
        second = math.sin(position * math.pi / 2) if position > 0 else 0.0
        for deck, weight in zip(self._decks, (first, second), strict=False):
            deck.fade_to(weight)

    def _hear(self, heard: Samples | None, frames: int) -> None:
        """Let the decks hear the input, float32 (sample frames, 2), of the next sample frames."""
        ears: dict[Ear, int] = {}
        for deck in self._decks:
            deck.listen(ears)
        if self._heard or heard is not None or ears:
            self._heard = True
            self._fails("the input", self.hearing.hear, heard, self.frame, frames, ears)
            tap = self.input_tap
            if tap is not None and self._fails("its recording", tap, self.hearing.heard):
                self.input_tap = None

    def _measure(self, frames: int) -> None:
        """Update the level meter with so many sample frames, which were limited."""
        if frames != self._falling[0]:
            self._falling = frames, 0.5 ** (frames / _METER_SECONDS / self.sample_rate)
        self.peaks *= self._falling[1]
        np.maximum(self.peaks, self._limiter.peaks, out=self.peaks)

    def _horizon(self, frames: int) -> int:
        """How many of the next sample frames can be rendered before something changes."""
        frames = self._agenda.horizon(self.frame, min(frames, SEGMENT))
        for deck in self._decks:
            frames = deck.horizon(frames)
        return frames


def _weight(deck: str) -> float:
    """Amplitude of a deck at first: the cross-fader is at deck a."""
    return 0.0 if deck == DECK_NAMES[1] else 1.0


INPUT_MUTE = Row[Engine](
    "/input/mute",
    "i, 0 or 1",
    "1: silence is heard in place of the input.",
    readers.switch,
    target=Target.ENGINE,
    apply=lambda engine, c, _: engine.hearing.mute(c.on),
    describe=lambda engine: [("", (int(engine.hearing.muted),))],
    morph=Morph.SWITCH,
    replaced_by=covers,
)
CROSSFADE = Row[Engine](
    "/crossfade",
    "f, 0 to 1",
    "Of the decks a and b, 0 is a alone, 1 b alone, at equal power between. Other decks sound at "
    "their `/gain`.",
    readers.number(0, 1),
    target=Target.ENGINE,
    apply=lambda engine, c, _: engine.crossfade(c.number),
    describe=lambda engine: [("", (engine.position,))],
)
