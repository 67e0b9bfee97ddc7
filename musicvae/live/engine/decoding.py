"""Latents -> loops, away from the audio path: on a thread of its own, or inline for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from musicvae.audio import Samples
from musicvae.live.engine.loops import Loop

Make = Callable[[Samples], Loop]
Deliver = Callable[[Loop], None]


@dataclass
class DecodeCounts:
    """What the decoding has done so far.

    Attributes:
        decoded: loops made.
        coalesced: latents that newer ones replaced before their turn came.
        failed: latents that gave no loop.
        last_ms: how long the last loop took, in ms.
        problem: why the last failure happened, or an empty string.
    """

    decoded: int = 0
    coalesced: int = 0
    failed: int = 0
    last_ms: float = 0.0
    problem: str = ""


class Decoding(Protocol):
    """Whoever turns latents into loops and delivers them."""

    counts: DecodeCounts

    def request(self, latents: Samples) -> None:
        """Ask for the loop of latents of shape (D,), which must not be changed afterwards."""


class InlineDecoding:
    """Decodes at once, on the caller's thread: slow, and the same every time.

    Args:
        make: from latents to a loop.
        deliver: receives each loop.
    """

    def __init__(self, make: Make, deliver: Deliver) -> None:
        self.counts = DecodeCounts()
        self._make = make
        self._deliver = deliver

    def request(self, latents: Samples) -> None:
        """Decode and deliver before returning; failures are counted."""
        started = time.perf_counter()
        try:
            loop = self._make(latents)
        # A graph may fail in as many ways as it has operators; the sound must go on regardless.
        except Exception as error:
            self.counts.failed += 1
            self.counts.problem = f"{type(error).__name__}: {error}"
            return
        self._deliver(loop)
        self.counts.decoded += 1
        self.counts.last_ms = (time.perf_counter() - started) * 1000


class ThreadDecoding:
    """Decodes on its own thread, always the newest latents; older ones that wait are dropped.

    Args:
        make: from latents to a loop.
        deliver: receives each loop, on that thread.
    """

    def __init__(self, make: Make, deliver: Deliver) -> None:
        self._inline = InlineDecoding(make, deliver)
        self.counts = self._inline.counts
        self._wake = threading.Condition()
        self._newest: Samples | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="musicvae-decode", daemon=True)

    def start(self) -> None:
        """Begin to decode."""
        self._thread.start()

    def request(self, latents: Samples) -> None:
        """Ask for a loop; returns at once."""
        with self._wake:
            if self._newest is not None:
                self.counts.coalesced += 1
            self._newest = latents
            self._wake.notify()

    def stop(self) -> None:
        """Finish the loop in hand, drop what waits, and end the thread."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            with self._wake:
                while self._newest is None and not self._stopping:
                    self._wake.wait()
                if self._stopping:
                    return
                latents, self._newest = self._newest, None
            assert latents is not None  # only this thread takes it
            self._inline.request(latents)
