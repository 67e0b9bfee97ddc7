"""A device that takes blocks out of a ring, for tests of the thread that renders them."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np

from musicvae.live.outputs.ring import PythonRing
from musicvae.live.outputs.ring_writer import RingWriter, needed

RATE, BLOCK, AHEAD = 48_000, 512, 0.005


class Device:
    """Takes a block at a time: when it is told to, or every 10.7 ms on a thread of its own."""

    def __init__(self, channels: int = 1) -> None:
        self.ring = PythonRing(needed(BLOCK, RATE, AHEAD), channels)
        self.xruns = 0
        self.here = True
        self.heard: list[Any] = []
        self._channels = channels

    def keep_playing(self) -> None:
        pass

    def alive(self) -> bool:
        return self.here

    def pull(self) -> None:
        out = np.zeros((BLOCK, self._channels), np.float32)
        self.ring.pull(out)
        self.heard.append(out)

    def drain(self, writer: RingWriter) -> None:
        while not writer.drained:
            self.pull()

    def run(self, end: threading.Event) -> None:
        moment = time.perf_counter()
        while not end.is_set():
            self.pull()
            moment += BLOCK / RATE
            time.sleep(max(0.0, moment - time.perf_counter()))
