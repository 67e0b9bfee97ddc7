"""What the decoding of one model has cost and missed so far."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Work:
    """Counts of one voice; written by one thread, read by any.

    Attributes:
        decoded: frames or clips.
        failed: of these, such that gave no sound.
        problem: why the last failure happened, or an empty string.
        last_ms: how long the last decode took, in ms.
        seconds: of all decoding.
    """

    decoded: int = 0
    failed: int = 0
    problem: str = ""
    last_ms: float = 0.0
    seconds: float = 0.0

    def add(self, started: float) -> None:
        """Count one that began at ``started`` by ``time.perf_counter``."""
        taken = time.perf_counter() - started
        self.decoded += 1
        self.seconds += taken
        self.last_ms = taken * 1000

    def fail(self, error: Exception) -> None:
        """Count one that gave no sound."""
        self.failed += 1
        self.problem = f"{type(error).__name__}: {error}".splitlines()[0]
