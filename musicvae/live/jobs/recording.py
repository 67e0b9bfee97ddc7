"""Jobs that record the output into a WAV file, with a score beside it that can be rendered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from musicvae.errors import LiveError, MusicVAEError, ScoreError, SettingError
from musicvae.files import explained
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.jobs.worker import Say
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.storage.folders import Folder
from musicvae.live.storage.input_log import InputLog
from musicvae.live.storage.journal import Journal
from musicvae.live.storage.recorder import Recorder
from musicvae.live.storage.takes import INPUT_SUFFIX, Take, claim


class RecordingJobs:
    """Starts and stops recordings.

    Args:
        handle: handle of the engine that is recorded.
        journal: journal of this run of the daemon.
        folder: folder of the recordings; created when it is first needed.
        heard: the log of what comes in; ``None`` where nothing does.

    Attributes:
        recorder: recorder of the current recording, or ``None``.
    """

    def __init__(
        self, handle: EngineHandle, journal: Journal, folder: Path, heard: InputLog | None = None
    ) -> None:
        self.recorder: Recorder | None = None
        self._start = 0
        self._say: Say = lambda *message: None
        self._scored = False
        self._lock = threading.Lock()  # the worker and the housekeeper may end the same recording
        self._handle = handle
        self._journal = journal
        self._heard = heard
        self._folder = Folder(folder)

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
            name = str(given[0]) if given else ""
            take = claim(self._folder, name, heard=self._heard is not None)
            try:
                recorder = Recorder(take.path, engine.sample_rate, engine.channels, file=take.wav)

                def begin(frame: int) -> int:
                    engine.tap = recorder.record
                    return frame

                self._start = look(begin)
            except BaseException:
                engine.tap = None
                take.discard()
                raise
            self.recorder, self._say, self._scored = recorder, say, True
            self._start_score(take)
            return take.path

    def _start_score(self, take: Take) -> None:
        """Begin the score; the sound is recorded all the same where that fails."""
        try:
            heard = f"{take.path.stem}{INPUT_SUFFIX}" if take.input is not None else ""
            if self._heard is not None and take.input is not None:
                self._heard.start_sidecar(str(take.path.with_name(heard)), take.input)
            if take.score is not None:
                self._journal.start_sidecar(take.score, self._start, heard)
        except (MusicVAEError, OSError) as error:
            self._scored = False
            if self._heard is not None:
                self._heard.stop_sidecar()
            take.discard(*filter(None, (take.score, take.input)))
            reason = explained(error) if isinstance(error, OSError) else str(error)
            self._say("/error", "/record/start", reason)

    def stop(self, command: Command, say: Say) -> tuple[Value, ...]:
        """Stop at the next sample frame; returns the path of the file and its length in seconds."""
        recorder = self.finish()
        if recorder is None:
            raise SettingError("nothing is being recorded", hint="/record/start NAME")
        if recorder.failure is not None:
            raise recorder.failure
        if self._scored and self._failure:
            say("/error", command.address, self._failure)
        return (str(recorder.path), recorder.frames / self._handle.engine.sample_rate)

    def finish(self) -> Recorder | None:
        """End the current recording, even one that has failed; ``None`` if there is none."""
        with self._lock:
            return self._finish()

    def drain(self) -> MusicVAEError | None:
        """Write the sound and the events that have arrived; called some ten times a second.

        Returns:
            The error that ended the recording or its score, once; its sender has been told.
        """
        self._journal.drain()
        if self._heard is not None:
            self._heard.drain()
        with self._lock:
            recorder = self.recorder
            if recorder is None:
                return None
            recorder.drain()
            if recorder.running and self._handle.engine.tap is not None:
                return self._score_failure()
            self._finish()
        # The engine drops a recorder that raises an error.
        failure = recorder.failure or LiveError("the recording broke off; it is playable")
        self._say("/fail", "/record/start", str(failure))
        return failure

    def _score_failure(self) -> MusicVAEError | None:
        """The error that ended the score of a recording that goes on, once."""
        if not (self._scored and self._failure):
            return None
        self._scored = False
        self._say("/error", "/record/start", self._failure)
        return ScoreError(self._failure)

    @property
    def _failure(self) -> str:
        """Why the score, or what came in, ended early; empty where neither did."""
        return self._journal.failure or ("" if self._heard is None else self._heard.failure)

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
        if self._heard is not None:
            self._heard.stop_sidecar()
        self.recorder = None
        return recorder


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
