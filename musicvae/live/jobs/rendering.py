"""The job ``/render``: renders what the decks would play into a file, in another process."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from musicvae import child
from musicvae.errors import LiveError, SettingError
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command, Value, Values
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import split_deck
from musicvae.live.commands.wanted import TEXT, Reader, floats
from musicvae.live.jobs.render_process import CODE, job
from musicvae.live.jobs.worker import Rest, Say
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.whole_state import deck_state
from musicvae.live.storage.folders import Folder
from musicvae.live.storage.takes import Take, claim


class RenderingJobs:
    """Renders the present state of the decks.

    Args:
        handle: handle of the engine.
        folder: folder of the results; created when it is first needed.
        places: gives the paths of models and tapes, for the process that renders.
    """

    def __init__(self, handle: EngineHandle, folder: Path, places: Callable[[], list[str]]) -> None:
        self._handle = handle
        self._folder = Folder(folder)
        self._places = places
        self._process: subprocess.Popen[str] | None = None
        self._given_up = False
        self._changing = threading.Lock()  # of the two above
        self._free = threading.Lock()  # locked from the beginning of a rendering to its end

    def render(self, command: Command, say: Say) -> Rest:
        """Render in a process of lower priority, so that the sound is not disturbed.

        Returns:
            Runs the process, and returns the path of the file.

        Raises:
            SettingError: another rendering is in progress.
        """
        if not self._free.acquire(blocking=False):
            raise SettingError("a rendering is under way", hint="wait for its /done")
        try:
            seconds = command.number
            name = str(command.values[1]) if len(command.values) > 1 else ""
            take = claim(self._folder, name, scored=False)
            try:
                score = self._handle.look(lambda frame: self._score(seconds))
            except BaseException:
                take.discard()
                raise
        except BaseException:
            self._free.release()
            raise
        return lambda: self._rendered(score, take)

    def _rendered(self, score: dict[str, object], take: Take) -> tuple[Value, ...]:
        """Render a score into a take; raises ``LiveError`` if the process fails."""
        try:
            failed = self._ran(job(score, self._places(), take.path), take.wav)
            if failed is not None:
                raise LiveError("it could not be rendered", received=failed)
        except BaseException:
            take.discard()
            raise
        finally:
            take.wav.close()
            self._free.release()
        return (str(take.path),)

    def give_up(self) -> None:
        """Abort the present rendering, and start no other; from any thread."""
        with self._changing:
            self._given_up = True
            if self._process is not None:
                self._process.kill()

    def _ran(self, line: str, file: IO[bytes]) -> str | None:
        """Do a job in a process at low priority; the last line of its errors if it failed."""
        with self._changing:
            if self._given_up:
                return "the daemon ends"
            self._process = process = child.start(
                CODE,
                background=True,
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=subprocess.PIPE,
            )
        with process:
            # Its input stays open until it has ended: it ends when that is closed, as by our death.
            said = _said(process, line)
            code = process.wait()
        with self._changing:
            self._process = None
        return None if code == 0 else (said[-1] if said else "it was killed")

    def _score(self, seconds: float) -> dict[str, object]:
        """A score of the present state of the decks; on the rendering thread."""
        engine = self._handle.engine
        events: list[list[object]] = [[0.0, ["/crossfade", engine.position]]]
        models: dict[str, dict[str, str]] = {}
        for name, deck in engine.decks.items():
            if deck.voice is None:
                continue
            model = deck.voice.name
            digest = self._handle.loader.digests.get(model, "")
            models[model] = {"file": model, "graph_sha256": digest}  # and no other of that name
            if deck.voice.controls.active_source == "input":
                raise LiveError(
                    "what comes in cannot be rendered from a fresh start",
                    hint="/record/start, and `musicvae render` of what it leaves",
                )
            for together in deck_state(self._handle, name):
                rest = [m for m in together if not _hears(m)]
                events.append([0.0, *rest])
        return {
            "rate": engine.sample_rate,
            "channels": engine.channels,
            "decks": len(engine.decks),
            "seconds": seconds,
            "models": models,
            "events": events,
        }


def _hears(message: StoredMessage) -> bool:
    """Whether a message is about the input."""
    return split_deck(str(message[0]))[1].startswith("/input/")


def _said(process: subprocess.Popen[str], line: str) -> list[str]:
    """Give a process its job; the lines that it says on standard error until it ends."""
    with suppress(OSError):  # it has ended already; what it said tells why
        if process.stdin is not None:
            process.stdin.write(line)
            process.stdin.flush()
    return [] if process.stderr is None else process.stderr.read().strip().splitlines()


#: The longest sound that ``/render`` makes, in seconds.
MAX_RENDER = 3600.0


def _read_render(a: Arguments) -> Values:
    if not 1 <= len(a.values) <= 2:
        raise RefusedError("wants seconds, and perhaps a name")
    seconds = Arguments(a.values[:1]).number(0.1, MAX_RENDER)
    return (seconds, *readers.optional_word(a.rest(1)))


RENDER = Address(
    "/render",
    "f seconds, perhaps s",
    "Render the decks as they are set now, from a fresh start, into a WAV file; other jobs do not "
    "wait for it.",
    Reader(_read_render, (*floats(0.1, MAX_RENDER, unit="s"), TEXT)),
    owner=RenderingJobs,
    job=RenderingJobs.render,
    by_pattern=False,
)
