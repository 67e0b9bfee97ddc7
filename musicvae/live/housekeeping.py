"""The thread that keeps house: writes recordings, tells who wants to know, watches the load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from musicvae.live.engine.engine import Engine
from musicvae.live.engine.work import Work
from musicvae.live.fades import decibels
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.osc.replies import Value

#: Between two rounds, in seconds; who said /notify hears of every second one.
ROUND = 0.05

#: Sends an address and values to all who said ``/notify 1``.
Tell = Callable[..., None]


class Housekeeper:
    """Makes its rounds until it is stopped.

    Args:
        engine: that plays.
        recording: what is recorded.
        tell: told levels, the status, and what went wrong.
        status: gives the pairs of ``/status.reply``, flat.
        problem: the newest mistake of ours that was caught, or an empty text.

    Attributes:
        load: share of the last second that decoding took, 0 to 1.
        faults: rounds that found a mistake of ours.
    """

    def __init__(
        self,
        engine: Engine,
        recording: RecordingJobs,
        tell: Tell,
        status: Callable[[], list[Value]],
        problem: Callable[[], str] = lambda: "",
    ) -> None:
        self.load = 0.0
        self.faults = 0
        self._engine = engine
        self._recording = recording
        self._tell = tell
        self._status = status
        self._problem = problem
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-keep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and write what is left."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._recording.recorder is not None:
            self._recording.finish()

    def _work(self) -> None:
        rounds, since, before = 0, time.monotonic(), self._spent()
        known = ""
        while not self._stopping.wait(ROUND):
            rounds += 1
            try:
                failure = self._recording.drain()
                if failure is not None:
                    self._tell("/fail", "/record/start", str(failure))
                if (problem := self._problem()) != known:
                    known = problem
                    self._tell("/fail", "musicvae", f"a mistake of ours, please report it: {known}")
                if rounds % 2 == 0:
                    self._tell("/status.reply", *self._status())
                    peaks = [decibels(float(peak)) for peak in self._engine.peaks]
                    self._tell("/peak", *peaks)
            # This thread must live on, or a recording would stand still.
            except Exception:  # noqa: BLE001
                self.faults += 1
            now = time.monotonic()
            if now - since >= 1:
                spent = self._spent()
                decoding = sum(_since(before, work, so_far) for work, so_far in spent)
                self.load = decoding / (now - since)
                since, before = now, spent

    def _spent(self) -> list[tuple[Work, float]]:
        """Seconds of decoding so far, of each voice that is there now."""
        voices = [deck.voice for deck in self._engine.decks.values()]
        return [(voice.work, voice.work.seconds) for voice in voices if voice is not None]


def _since(before: list[tuple[Work, float]], work: Work, so_far: float) -> float:
    """Of these seconds, those since ``before``; all of them for a voice that was not there yet."""
    return so_far - next((earlier for other, earlier in before if other is work), 0.0)
