"""Jobs about recording: what is heard, into a WAV file with a score beside it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from musicvae.errors import LiveError, MusicVAEError, SettingError
from musicvae.live.jobs.worker import Handler, Say
from musicvae.live.keeping import names
from musicvae.live.keeping.journal import Journal
from musicvae.live.keeping.recorder import Recorder
from musicvae.live.osc.commands import Command, Value
from musicvae.live.stage import Stage

#: Of the file beside a recording that plays it again.
SCORE_SUFFIX = ".score.jsonl"


class RecordingJobs:
    """Starts and stops recordings, and renders ahead.

    Args:
        stage: that is recorded.
        journal: of the session.
        folder: of the recordings; made when it is first needed.
        models: places where models and tapes are found, for rendering in another process.

    Attributes:
        recorder: that runs, or ``None``.
    """

    def __init__(
        self, stage: Stage, journal: Journal, folder: Path, models: Callable[[], list[str]]
    ) -> None:
        self.recorder: Recorder | None = None
        self._start = 0
        self._stage = stage
        self._journal = journal
        self._folder = folder
        self._places = models
        self._process: subprocess.Popen[str] | None = None
        self._given_up = False
        self._changing = threading.Lock()

    def handlers(self) -> Mapping[str, Handler]:
        """By path."""
        return {
            "/record/start": self.start,
            "/record/stop": self.stop,
            "/render": self.render,
        }

    def start(self, command: Command, say: Say) -> tuple[Value, ...]:
        """From the next frame on. Answers with the file's path."""
        if self.recorder is not None:
            raise SettingError(
                f"{self.recorder.path.name} is being recorded already", mend="/record/stop"
            )
        engine = self._stage.engine
        path = self._claimed(command.values)
        recorder = Recorder(path, engine.sample_rate, engine.channels)

        def begin(frame: int) -> int:
            engine.tap = recorder.take
            return frame

        try:
            self._start = self._stage.look(begin)
        except LiveError:
            engine.tap = None
            recorder.stop()
            raise
        self.recorder = recorder
        try:
            self._journal.start_sidecar(path.with_suffix(SCORE_SUFFIX), self._start)
        except MusicVAEError as error:  # the sound matters more than its score
            say("/error", command.address, str(error))
        return (str(path),)

    def stop(self, command: Command, say: Say) -> tuple[Value, ...]:
        """At the next frame. Answers with the file's path and its length in seconds."""
        if self.recorder is None:
            raise SettingError("nothing is being recorded", mend="/record/start NAME")
        recorder = self.finish()
        if recorder.failure is not None:
            raise recorder.failure
        return (str(recorder.path), recorder.frames / self._stage.engine.sample_rate)

    def finish(self) -> Recorder:
        """End the recording in hand, wherever it stands."""
        recorder, engine = self.recorder, self._stage.engine
        assert recorder is not None

        def end(frame: int) -> None:
            engine.tap = None

        try:
            self._stage.look(end)
        except LiveError:  # nobody renders any more, so nobody looks at the tap
            engine.tap = None
        recorder.stop()
        self._journal.stop_sidecar(self._start + recorder.frames)
        self.recorder = None
        return recorder

    def drain(self) -> MusicVAEError | None:
        """Write what has come; some ten times a second.

        Returns:
            Why the recording has ended by itself, once.
        """
        self._journal.drain()
        recorder = self.recorder
        if recorder is None:
            return None
        recorder.drain()
        if recorder.running:
            return None
        self.finish()
        return recorder.failure

    def render(self, command: Command, say: Say) -> tuple[Value, ...]:
        """In a process of its own, so that it takes nothing from the sound."""
        seconds = float(command.values[0])
        path = self._claimed(command.values[1:])
        score = self._stage.look(lambda frame: self._score(seconds))
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "score.json"
            written.write_text(json.dumps(score), "utf-8")
            places = [item for place in self._places() for item in ("--models", place)]
            render = [sys.executable, "-m", "musicvae", "render", str(written), "--quiet"]
            failed = self._ran([*render, "--out", str(path), *places])
        if failed is not None:
            path.unlink(missing_ok=True)
            raise LiveError("it could not be rendered", received=failed)
        return (str(path),)

    def give_up_rendering(self) -> None:
        """End the rendering in hand, which fails, and begin no other; from any thread."""
        with self._changing:
            self._given_up = True
            if self._process is not None:
                self._process.kill()

    def _ran(self, command: list[str]) -> str | None:
        """Run a process that makes way for the sound; what it said last if it failed."""
        with self._changing:
            if self._given_up:
                return "the daemon ends"
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
            self._process = process
        with process:
            if os.name == "posix":
                with contextlib.suppress(ProcessLookupError):  # it may be over already
                    os.setpriority(os.PRIO_PROCESS, process.pid, 10)
            said = process.communicate()[1].strip().splitlines()
        with self._changing:
            self._process = None
        return None if process.returncode == 0 else (said[-1] if said else "it was killed")

    def _claimed(self, given: tuple[Value, ...]) -> Path:
        name = str(given[0]) if given else names.take_name(datetime.now())
        return names.claim(self._folder, name, ".wav")

    def _score(self, seconds: float) -> dict[str, Any]:
        """How the decks are set, as a score; on the thread that renders."""
        engine = self._stage.engine
        events: list[list[Any]] = [[0.0, ["/crossfade", engine.position]]]
        for name, deck in engine.decks.items():
            if deck.voice is None:
                continue
            events.append([0.0, [f"/deck/{name}/model/load", deck.voice.name]])
            # In one piece: a glide would begin anew.
            state = [[f"/deck/{name}{address}", *rest] for address, *rest in deck.describe()]
            events.append([0.0, *state, [f"/deck/{name}/play", int(deck.playing)]])
        return {
            "rate": engine.sample_rate,
            "channels": engine.channels,
            "seconds": seconds,
            "events": events,
        }
