"""Jobs that record the output into a WAV file, with a score beside it that can be rendered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from musicvae.errors import LiveError, MusicVAEError, SettingError
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.jobs.worker import Say
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.storage import names
from musicvae.live.storage.journal import Journal
from musicvae.live.storage.recorder import Recorder

#: Suffix of the score beside a recording.
SCORE_SUFFIX = ".score.jsonl"


class RecordingJobs:
    """Starts and stops recordings.

    Args:
        handle: handle of the engine that is recorded.
        journal: journal of this run of the daemon.
        folder: folder of the recordings; created when it is first needed.

    Attributes:
        recorder: recorder of the current recording, or ``None``.
    """

    def __init__(self, handle: EngineHandle, journal: Journal, folder: Path) -> None:
        self.recorder: Recorder | None = None
        self._start = 0
        self._say: Say = lambda *message: None
        self._scored = False
        self._lock = threading.Lock()  # the worker and the housekeeper may end the same recording
        self._handle = handle
        self._journal = journal
        self._folder = folder

    def begin(self, name: str) -> None:
        """Record from the first sample frame; called before anything is rendered.

        Args:
            name: name of the recording; if it is empty, the time is the name.

        Raises:
            SettingError: it is not a bare name.
            DeviceError: the file cannot be created.
        """

        def nobody(*message: Value) -> None:
            """No sender to tell; the housekeeper tells the subscribers."""

        self._start_with((name,) if name else (), nobody, lambda see: see(0))

    def start(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Start recording at the next sample frame; returns the path of the file."""
        return (str(self._start_with(command.values, say, self._handle.look)),)

    def _start_with(
        self, given: tuple[Value, ...], say: Say, look: Callable[[Callable[[int], int]], int]
    ) -> Path:
        """Start recording, with ``look`` to reach the engine; the path of the file."""
        with self._lock:
            if self.recorder is not None:
                raise SettingError(
                    f"{self.recorder.path.name} is being recorded already", hint="/record/stop"
                )
            engine = self._handle.engine
            path = claimed(self._folder, given)
            recorder = Recorder(path, engine.sample_rate, engine.channels)

            def begin(frame: int) -> int:
                engine.tap = recorder.record
                return frame

            try:
                self._start = look(begin)
            except LiveError:
                engine.tap = None
                recorder.stop()
                path.unlink(missing_ok=True)
                raise
            self.recorder, self._say, self._scored = recorder, say, True
            try:
                self._journal.start_sidecar(path.with_suffix(SCORE_SUFFIX), self._start)
            except MusicVAEError as error:  # the sound is recorded all the same
                self._scored = False
                say("/error", "/record/start", str(error))
            return path

    def stop(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Stop at the next sample frame; returns the path of the file and its length in seconds."""
        recorder = self.finish()
        if recorder is None:
            raise SettingError("nothing is being recorded", hint="/record/start NAME")
        if recorder.failure is not None:
            raise recorder.failure
        if self._scored and self._journal.failure:
            say("/error", command.address, self._journal.failure)
        return (str(recorder.path), recorder.frames / self._handle.engine.sample_rate)

    def finish(self) -> Recorder | None:
        """End the current recording, even one that has failed; ``None`` if there is none."""
        with self._lock:
            return self._finish()

    def drain(self) -> MusicVAEError | None:
        """Write the sound and the events that have arrived; called some ten times a second.

        Returns:
            The error that ended the recording, once; its sender has been told.
        """
        self._journal.drain()
        with self._lock:
            recorder = self.recorder
            if recorder is None:
                return None
            recorder.drain()
            if recorder.running and self._handle.engine.tap is not None:
                return None
            self._finish()
        # The engine drops a recorder that raises an error.
        failure = recorder.failure or LiveError("the recording broke off; it is playable")
        self._say("/fail", "/record/start", str(failure))
        return failure

    def _finish(self) -> Recorder | None:
        recorder, engine = self.recorder, self._handle.engine
        if recorder is None:
            return None

        def end(frame: int) -> None:
            engine.tap = None

        try:
            self._handle.look(end)
        except LiveError:  # nothing is rendered any more, so nothing calls the tap
            engine.tap = None
        recorder.stop()
        self._journal.stop_sidecar(self._start + recorder.frames)
        self.recorder = None
        return recorder


def claimed(folder: Path, given: tuple[Value, ...]) -> Path:
    """Create a new WAV file for a take.

    Args:
        folder: to create it in.
        given: the name of the take; if it is empty, the time is the name.

    Raises:
        SettingError: it is not a bare name.
        DeviceError: the file cannot be created.
    """
    name = str(given[0]) if given else names.take_name(datetime.now())
    return names.claim(folder, name, ".wav")


RECORDING_ADDRESSES = (
    Address(
        "/record/start",
        "none, or s",
        "Record to a WAV file of this name, with a log beside it that plays it again.",
        readers.optional_word,
        owner=RecordingJobs,
        job=RecordingJobs.start,
    ),
    Address(
        "/record/stop",
        "ignored",
        "End the recording.",
        readers.nothing,
        owner=RecordingJobs,
        job=RecordingJobs.stop,
    ),
)
