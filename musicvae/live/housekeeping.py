"""The thread that writes recordings, informs subscribers and measures the load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from musicvae.live.engine.engine import Engine
from musicvae.live.engine.work import Work
from musicvae.live.fades import decibels
from musicvae.live.faults import Faults
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.notices import Troubles
from musicvae.live.osc.replies import Value
from musicvae.runtime import stopping

#: Seconds between two rounds; subscribers are informed in every second one.
ROUND = 0.05
#: Seconds that the present round may take at the end.
_PATIENCE = 2.0

#: Sends an address and values to all clients that sent ``/notify 1``.
Tell = Callable[..., None]


class Housekeeper:
    """Does its rounds on a thread of its own until it is stopped.

    Args:
        engine: whose levels and load are reported.
        recording: the recording to be written, if any.
        tell: sends levels, the status and failures to the subscribers.
        status: returns the names and values of ``/status.reply`` in turn.
        problems: returns the newest trouble of each part of the daemon; empty for none.
        watch: tells watchers what has changed.
        look: tells those who want to see it the spectrum.
        refusals: shows people what was refused.

    Attributes:
        load: share of the last second that decoding took, 0 to 1.
        faults: errors in musicvae because of which a part of a round failed.
    """

    def __init__(
        self,
        engine: Engine,
        recording: RecordingJobs,
        tell: Tell,
        status: Callable[[], list[Value]],
        problems: Callable[[], Iterable[str]] = lambda: (),
        watch: Callable[[], None] = lambda: None,
        look: Callable[[], None] = lambda: None,
        refusals: Callable[[float], None] = lambda now: None,
    ) -> None:
        self.load = 0.0
        self.faults = Faults()
        self._engine = engine
        self._recording = recording
        self._tell = tell
        self._status = status
        self._troubles = Troubles(tell, problems)
        self._watch = watch
        self._look = look
        self._refusals = refusals
        self._measured: tuple[float, list[tuple[Work, float]]] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-housekeeper", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._guarded(self._measure)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, finish a recording, and tell what nobody was told yet."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)  # a disk may stand still
        self._guarded(self._finish)
        self._guarded(lambda: self._troubles.tell(float("inf")))
        self._guarded(lambda: self._refusals(float("inf")))

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def _work(self) -> None:
        rounds = 0
        while not self._stopping.wait(ROUND):
            rounds += 1
            self._guarded(self._drain)
            self._guarded(lambda: self._troubles.tell(time.monotonic()))
            self._guarded(lambda: self._refusals(time.monotonic()))
            self._guarded(self._watch)
            self._guarded(self._look)
            if rounds % 2 == 0:
                self._guarded(self._report)
            self._guarded(self._measure)
            stopping.look(ROUND)  # a graph without an end must not hold up the sound for ever

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        # This thread must live on, or a recording would stand still.
        except Exception as error:  # noqa: BLE001
            self.faults.note("housekeeping", error)

    def _drain(self) -> None:
        failure = self._recording.drain()
        if failure is not None:
            self._tell("/fail", "/record/start", str(failure))

    def _finish(self) -> None:
        """Finish a recording; what it lost is told."""
        if self._recording.recorder is None:
            return
        recorder = self._recording.finish()
        if recorder is not None and recorder.failure is not None:
            self._tell("/fail", "/record/start", str(recorder.failure))

    def _report(self) -> None:
        self._tell("/status.reply", *self._status())
        self._tell("/peak", *[decibels(float(peak)) for peak in self._engine.peaks])

    def _measure(self) -> None:
        """Measure the load, once a second."""
        now = time.monotonic()
        since, before = self._measured or (now, [])
        if self._measured is not None and now - since < 1:
            return
        spent = self._spent()
        if self._measured is not None:
            decoding = sum(_since(before, work, so_far) for work, so_far in spent)
            self.load = decoding / (now - since)
        self._measured = now, spent

    def _spent(self) -> list[tuple[Work, float]]:
        """Seconds of decoding so far, of each voice that plays now."""
        voices = [deck.voice for deck in self._engine.decks.values()]
        return [(voice.work, voice.work.seconds) for voice in voices if voice is not None]


def _since(before: list[tuple[Work, float]], work: Work, so_far: float) -> float:
    """The seconds since ``before``; all of them for a voice that did not play yet."""
    return so_far - next((earlier for other, earlier in before if other is work), 0.0)
