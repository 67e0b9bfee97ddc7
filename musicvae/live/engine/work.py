"""Statistics of one voice: how many decodes it made, how long they took, how many failed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from musicvae.errors import LatentError


@dataclass
class Work:
    """Statistics of one voice; written by one thread, read by any.

    Attributes:
        decoded: number of frames or clips decoded.
        failed: number of decodes that gave no sound.
        faults: errors that no latents should cause, until the deck takes and counts them.
        problem: why the last one failed, or an empty string.
        last_ms: duration of the last decode, in ms.
        seconds: duration of all decodes together, with that of the latents.
    """

    decoded: int = 0
    failed: int = 0
    faults: list[Exception] = field(default_factory=list)
    problem: str = ""
    last_ms: float = 0.0
    seconds: float = 0.0

    def add(self, started: float, count: int = 1) -> None:
        """Count decodes that began together at ``started``, a time of ``time.perf_counter``."""
        taken = time.perf_counter() - started
        self.decoded += count
        self.seconds += taken
        self.last_ms = taken / count * 1000

    def spend(self, started: float) -> None:
        """Count time in which nothing was decoded, from ``started`` on."""
        self.seconds += time.perf_counter() - started

    def fail(self, error: Exception) -> None:
        """Count a decode that gave no sound."""
        self.failed += 1
        if not isinstance(error, LatentError):
            self.faults.append(error)
        self.problem = f"{type(error).__name__}: {error}".splitlines()[0]
