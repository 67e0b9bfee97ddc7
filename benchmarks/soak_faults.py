"""The soak in which anything may fail: every part of the engine raises at random.

Its rule: the sound never ends, it has no click, and each fault is counted. A twin without faults
performs the same, so that it is known when there has to be sound.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from soak_engine import RATE, Make, Soak, built_in
from soak_figures import Figures
from soak_injection import Failing, Injector
from soak_models import Array, Heard
from soak_score import Performer

from musicvae.live.commands.address import DECKS, Command
from musicvae.live.table import ADDRESSES

#: Seconds of a stretch whose peak is compared with the twin's.
STRETCH = 0.125
#: Stretches of silence in a row that are a gap: together they are longer than any fade.
GAP = 4
#: Peaks of a stretch that is sound in the twin, and of one that is silence here.
SOUND, SILENCE = 0.02, 0.001
#: What the engine counts in ``faults``: all but what is ours, which it calls failed.
_COUNTED = ("push", "decode", "source", "voice", "command", "journal", "tap", "answer")


@dataclass
class FaultFigures(Figures):
    """The figures of a soak with faults.

    Attributes:
        injected: errors that were raised on purpose, by place.
        counted: errors that the engine counted.
        stretches: such with sound in the twin, while here no voice had failed for good.
        gaps: how often too many of these in a row were silent here.
    """

    injected: dict[str, int] = field(default_factory=dict)
    counted: int = 0
    stretches: int = 0
    gaps: int = 0

    def promises(self) -> dict[str, bool]:
        """See :class:`Measured`."""
        expected = sum(self.injected.get(place, 0) for place in _COUNTED)
        return super().promises() | {
            "sound never ends": self.gaps == 0,
            "faults are counted": self.counted == expected,
        }

    def rows(self) -> dict[str, str]:
        """See :class:`Measured`."""
        places = ", ".join(f"{place} {count}" for place, count in sorted(self.injected.items()))
        return super().rows() | {
            "faults injected": places,
            "faults counted": str(self.counted),
            "stretches with sound, gaps among them": f"{self.stretches}, {self.gaps}",
        }


class Peaks(Soak):
    """A soak that also keeps the peak of each stretch."""

    def __init__(self, makers: dict[str, Make], seed: int, pause: float) -> None:
        self.peaks: list[float] = []
        super().__init__(makers, seed)
        self._performer = Performer(seed, pause)

    def _watch(self, mix: Array) -> None:
        super()._watch(mix)
        stretch = int(self.engine.frame / (STRETCH * self.engine.sample_rate))
        self.peaks += [0.0] * (stretch + 1 - len(self.peaks))
        self.peaks[stretch] = max(self.peaks[stretch], float(np.abs(mix).max()))


class FaultySoak(Peaks):
    """The same performance, while decoders, sources, voices, commands and callbacks fail.

    Args:
        makers: of the models, by name.
        seed: of the performance and of the faults.
        pause: seconds between two messages on average.
        scale: multiplies the number of faults.

    Attributes:
        injector: raises the faults, and counts them.
        excused: stretches that may be silent, since a voice has failed for good.
    """

    def __init__(
        self, makers: dict[str, Make], seed: int, pause: float, scale: float = 1.0
    ) -> None:
        self.injector = Injector(seed, scale)
        self.excused: set[int] = set()
        #: What may be silent: a voice that failed for good, a clip that was not decoded.
        self._down: dict[str, Any] = {}
        self._deaf = False
        self._decoders: dict[str, list[Failing]] = {name: [] for name in DECKS}
        super().__init__(makers, seed, pause)
        self.engine.journal = self.injector.wrapped(
            "journal", 0.01, lambda frame, commands: None, dragging=False
        )

    def _voice(self, name: str, deck: str, decoder: Heard) -> Any:
        failing = Failing(decoder, self.injector)
        voice = super()._voice(name, deck, failing)  # type: ignore[arg-type]  # it does as much
        voice.controls.next = self._source(voice.controls.next)
        voice.read = self._read(deck, voice, voice.read)
        self._down.pop(deck, None)
        self._decoders[deck] = [*self._decoders[deck][-2:], failing]
        return voice

    def _source(self, move: Any) -> Any:
        def failing() -> Any:
            self.injector.strike("source", 0.001)
            return move()

        return failing

    def _read(self, deck: str, voice: Any, read: Any) -> Any:
        """A voice that fails for good, as only a mistake of ours would let it."""

        def failing(out: Array) -> None:
            if self.injector.fails("voice", 0.0002):
                self._down[deck] = voice
                self._bounds[deck].stir(self.engine.frame)
                raise self.injector.error("voice")
            read(out)

        return failing

    def _perform(self) -> None:
        super()._perform()
        deck = DECKS[self.engine.frame % len(DECKS)]  # not drawn: the twin draws the same
        gain = ADDRESSES.command("/gain", deck, "", (0.0,))
        row = dataclasses.replace(gain.row, apply=self._strike_always("command"))
        if self.injector.fails("command", 0.05):
            self.engine.post(Command(row, deck, values=(0.0,)))
        if self.injector.fails("answer", 0.05):
            self.engine.post(then=self._strike_always("answer"))
        self.engine.settle()

    def _strike_always(self, place: str) -> Any:
        def failing(*_: Any) -> None:
            raise self.injector.error(place)

        return failing

    def _watch(self, mix: Array) -> None:
        deaf, before = self._deaf, len(self.peaks)
        if deaf:  # what was rendered meanwhile was not watched, so this follows nothing
            self._last, self._deaf = mix[0].copy(), False
        super()._watch(mix)
        if deaf:
            self.excused |= set(range(before - 1, len(self.peaks)))
        if self._down or any(each.silent for some in self._decoders.values() for each in some):
            self.excused |= {len(self.peaks) - 1, len(self.peaks)}
        if self.injector.fails("tap", 0.0005):
            self._deaf = True
            raise self.injector.error("tap")

    def _render(self, frames: int) -> None:
        self.engine.tap = self._watch  # one that failed is not called again
        super()._render(frames)

    def compared(self, twin: Sequence[float]) -> FaultFigures:
        """The figures, given the peaks of a twin without faults."""
        figures = FaultFigures(**vars(self.figures))
        figures.injected = dict(self.injector.struck)
        figures.counted = self.engine.faults.count
        silent = 0
        for stretch, (here, there) in enumerate(zip(self.peaks, twin, strict=False)):
            sounds = there > SOUND and stretch not in self.excused
            figures.stretches += sounds
            silent = silent + 1 if sounds and here < SILENCE else 0
            figures.gaps += silent == GAP
        return figures


def soak_with_faults(
    hours: float, seed: int, pause: float = 0.3, scale: float = 1.0
) -> FaultFigures:
    """Soak the models of numpy twice, without faults and with them.

    Args:
        hours: of sound.
        seed: of the performance and of the faults.
        pause: seconds between two messages on average.
        scale: multiplies the number of faults.
    """
    twin = Peaks(built_in(RATE), seed, pause=pause)
    twin.run(hours)
    faulty = FaultySoak(built_in(RATE), seed, pause=pause, scale=scale)
    faulty.run(hours)
    return faulty.compared(twin.peaks)
