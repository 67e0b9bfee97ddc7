"""The figures of a soak: what was counted, which promises were kept, and the memory in use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from musicvae.live.fades import amplitude, decibels

CEILING = amplitude(-0.1)
#: Floats that were multiplied and added may differ from the bound by so much.
ROUNDING = 1e-5
#: Memory may grow by so much, in MB, as Python's allocator settles.
GROWTH_MB = 8.0


@dataclass
class Measured:
    """What every soak measures.

    Attributes:
        hours: of sound.
        seconds: that it took.
        not_finite: samples that are NaN or infinite.
        peak: largest sample.
        nearest: largest step between two samples, as a share of what was legal at that moment.
        memory: resident, in MB, after a tenth and at the end; 0 where the system does not say.
    """

    hours: float = 0.0
    seconds: float = 0.0
    not_finite: int = 0
    peak: float = 0.0
    nearest: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)

    #: What is soaked, for people.
    what: ClassVar[str] = "soak"

    def promises(self) -> dict[str, bool]:
        """What is promised, and whether it was kept."""
        return {
            "every sample is finite": self.not_finite == 0,
            "no sample passes the ceiling": self.peak <= CEILING + ROUNDING,
            "no step is steeper than sounds and fades add up to": self.nearest <= 1,
            "memory stays as it is": self.memory[1] <= self.memory[0] * 1.05 + GROWTH_MB,
        }

    def rows(self) -> dict[str, str]:
        """The figures by name, as texts."""
        return {
            "sound, h": f"{self.hours:g}",
            "speed, × real time": f"{self.hours * 3600 / max(self.seconds, 1e-9):.0f}",
            "samples not finite": f"{self.not_finite}",
            "highest level, ceiling, dBFS": f"{decibels(self.peak):.3f}, {decibels(CEILING):.3f}",
            "steps as a share of the legal, at most": f"{self.nearest:.3f}",
            "memory after a tenth, at the end, MB": "{:.1f}, {:.1f}".format(*self.memory),
        }

    def broken(self) -> list[str]:
        """Promises that were not kept."""
        return [promise for promise, kept in self.promises().items() if not kept]

    def table(self) -> str:
        """The figures as a Markdown table."""
        lines = [f"| {name} | {value} |" for name, value in self.rows().items()]
        return "\n".join([f"| {self.what} | |", "| --- | ---: |", *lines])


@dataclass
class Figures(Measured):
    """The figures of a soak of the engine.

    Attributes:
        commands: applied.
        refused: messages that did not fit the deck, as a performer's may not.
        swaps: of models.
        tapes: loaded.
        presets: recalled.
        changed: of these, such that did not describe themselves as they were kept.
        failed: frames that could not be decoded.
        jump: largest step between two samples.
    """

    commands: int = 0
    refused: int = 0
    swaps: int = 0
    tapes: int = 0
    presets: int = 0
    changed: int = 0
    failed: int = 0
    jump: float = 0.0

    def promises(self) -> dict[str, bool]:
        """See :class:`Measured`."""
        return super().promises() | {"presets are recalled to the bit": self.changed == 0}

    def rows(self) -> dict[str, str]:
        """See :class:`Measured`."""
        return super().rows() | {
            "commands, refused": f"{self.commands}, {self.refused}",
            "models, tapes, presets loaded": f"{self.swaps}, {self.tapes}, {self.presets}",
            "frames that failed on purpose": f"{self.failed}",
            "largest step": f"{self.jump:.4f}",
            "presets not recalled to the bit": f"{self.changed}",
        }


def resident() -> float:
    """Resident memory of this process in MB; 0 where the system does not say."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return 0.0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
