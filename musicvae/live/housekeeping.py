"""The thread that writes recordings, informs subscribers and measures the load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from musicvae.live.engine.engine import Engine
from musicvae.live.engine.work import Work
from musicvae.live.fades import decibels
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.osc.replies import Value

#: Seconds between two rounds; subscribers are informed in every second one.
ROUND = 0.05

#: Sends an address and values to all clients that sent ``/notify 1``.
Tell = Callable[..., None]


class Housekeeper:
    """Does its rounds on a thread of its own until it is stopped.

    Args:
        engine: whose levels and load are reported.
        recording: the recording to be written, if any.
        tell: sends levels, the status and failures to the subscribers.
        status: returns the names and values of ``/status.reply`` in turn.
        problem: returns the newest error in musicvae itself that was caught; empty for none.

    Attributes:
        load: share of the last second that decoding took, 0 to 1.
        faults: rounds that failed because of an error in musicvae.
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
        self._thread = threading.Thread(target=self._work, name="musicvae-housekeeper", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and finish a recording; what it lost is told."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._recording.recorder is None:
            return
        recorder = self._recording.finish()
        if recorder is not None and recorder.failure is not None:
            self._tell("/fail", "/record/start", str(recorder.failure))

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
                    self._tell(
                        "/fail", "musicvae", f"an error in musicvae, please report it: {known}"
                    )
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
        """Seconds of decoding so far, of each voice that plays now."""
        voices = [deck.voice for deck in self._engine.decks.values()]
        return [(voice.work, voice.work.seconds) for voice in voices if voice is not None]


def _since(before: list[tuple[Work, float]], work: Work, so_far: float) -> float:
    """The seconds since ``before``; all of them for a voice that did not play yet."""
    return so_far - next((earlier for other, earlier in before if other is work), 0.0)
