"""A whole daemon in this process, in which jobs, files, threads, printers and models fail.

Its rule: it goes on to sound and to answer, its status counts the faults, and its end tells whether
all went well. One deck plays a model that never fails, so there is always sound.
"""

from __future__ import annotations

import dataclasses
import io
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from processes import one_of
from soak_figures import CEILING, ROUNDING
from soak_injection import ERRORS, FILE_ERRORS, USED_UP, Failing, Injector
from soak_models import Array, Waves, stream_info
from soak_score import Performer

from musicvae.errors import DeviceError
from musicvae.live.commands.arguments import Shape
from musicvae.live.daemon import Daemon
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.outputs.output import Null
from musicvae.live.table import ADDRESSES

RATE = 16_000
#: The level of the deck that never fails; blocks below half of it are a gap.
_STEADY = 0.1
#: Places whose errors the daemon counts in ``faults`` of its status.
_COUNTED = ("push", "source", "journal", "job", "packet", "drain", "status")
#: How likely the front is killed before a message is sent: every few seconds.
_KILLED = 0.002
#: Errors that are no answer of a job.
_MISTAKES = tuple(error for error in ERRORS if error not in USED_UP)
_JOBS: tuple[tuple[Any, ...], ...] = (
    *(
        ("/preset/save", "one"),
        ("/preset/load", "one"),
        ("/preset/list",),
        ("/preset/delete", "two"),
    ),
    *(("/morph", "one", "two", 0.5), ("/preset/save", "two"), ("/record/start", "take")),
    *(("/record/stop",), ("/model/list",), ("/tape/list",), ("/status",), ("/ping", 1)),
    *(("/notify", 1), ("/get", "/gain"), ("/audio/list",)),
)


@dataclass
class DaemonFigures:
    """The figures of a daemon with faults.

    Attributes:
        injected: errors that were raised on purpose, by place.
        faults: as the status has them at the end.
        blocks: rendered.
        gaps: of these, silent ones.
        wrong: of these, such that are not finite or too loud.
        answers: heard.
        killed: how often the process that has the sockets was killed.
        clean: whether it ended without an error, as nothing was wrong with its output.
        told: whether it ended with an error when its output had failed.
    """

    injected: dict[str, int] = field(default_factory=dict)
    faults: int = -1
    blocks: int = 0
    gaps: int = 0
    wrong: int = 0
    answers: int = 0
    killed: int = 0
    clean: bool = False
    told: bool = False

    def broken(self) -> list[str]:
        """Promises that were not kept."""
        expected = sum(self.injected.get(place, 0) for place in _COUNTED)
        told = self.injected.get("file", 0)  # these may be answers
        promises = {
            "a daemon's sound never ends": self.blocks > 0 and self.gaps == self.wrong == 0,
            "a daemon answers": self.answers > 0,
            "a daemon counts its faults": expected <= self.faults <= expected + told,
            "the end tells how it went": self.clean and self.told,
        }
        return [promise for promise, kept in promises.items() if not kept]

    def table(self) -> str:
        """The figures as rows of a Markdown table."""
        places = ", ".join(f"{place} {count}" for place, count in sorted(self.injected.items()))
        rows = {
            "daemon: faults injected": places,
            "daemon: faults in its status": str(self.faults),
            "daemon: blocks, gaps, wrong ones": f"{self.blocks}, {self.gaps}, {self.wrong}",
            "daemon: answers, its front killed": f"{self.answers}, {self.killed} times",
        }
        return "\n".join(f"| {name} | {row} |" for name, row in rows.items())


class Steady:
    """A stream model that sounds the same level for ever."""

    def __init__(self) -> None:
        info = stream_info(4, RATE, 256, "00000000000000aa")
        self.info = dataclasses.replace(info, genre="steady")

    def push(self, latents: Array, out: Array) -> Array:
        """The same as a stream decoder's method."""
        out[:] = _STEADY
        return out

    def reset(self) -> None:
        """The same as a stream decoder's method."""


class Heard(Null):
    """An output that judges every block, and fails when it is told to."""

    def __init__(self, figures: DaemonFigures) -> None:
        super().__init__(RATE, 2, block=256)
        self.fails = self.ending = False
        self._figures = figures
        self._faded_in = False

    def _put(self, block: Array) -> None:
        if self.fails:
            raise DeviceError("the output fails on purpose")
        finite, peak = bool(np.isfinite(block).all()), float(np.abs(block).max())
        self._faded_in |= peak > _STEADY / 2
        if self._faded_in and not self.ending:
            self._figures.blocks += 1
            self._figures.gaps += peak < _STEADY / 2
            self._figures.wrong += not finite or peak > CEILING + ROUNDING


def soak_daemon(minutes: float, seed: int, scale: float = 1.0) -> DaemonFigures:
    """Run a daemon for so long, then end it; and end another one whose output fails."""
    figures, injector = DaemonFigures(), Injector(seed, scale)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        output = Heard(figures)
        daemon = _daemon(Path(folder), output, injector)
        with daemon:
            _wrap(daemon, injector)
            stack.enter_context(_failing_files(injector))
            _perform(daemon, figures, seed, time.monotonic() + 60 * minutes)
            injector.scale = 0.0
            figures.faults = _faults(daemon.port)
            figures.injected = dict(injector.struck)
            figures.clean = output.failure is None and not output.finished
            output.ending = True  # it fades out now
        figures.told = _ends_with_an_error(Path(folder))
    return figures


def _daemon(folder: Path, output: Null, injector: Injector) -> Daemon:
    info = dataclasses.replace(stream_info(4, RATE, 256, "0123456789abcdef"), genre="waves")
    decoders: list[Any] = [Failing(Waves(info), injector), Steady()]
    return Daemon(
        decoders, output=output, port=0, takes=folder / "takes", presets=folder / "presets"
    )


def _wrap(daemon: Daemon, injector: Injector) -> None:
    """Let the parts of a daemon fail, each where it calls another one."""
    parts: Any = daemon.parts
    engine, worker, house = parts.engine, parts.worker, parts.housekeeper
    engine.post(ADDRESSES.command("/crossfade", "", "", (0.5,)))
    voice = engine.decks["a"].voice
    voice.controls.next = injector.wrapped("source", 0.0005, voice.controls.next, dragging=False)
    engine.journal = injector.wrapped("journal", 0.02, engine.journal, dragging=False)
    worker._handlers = {
        path: injector.wrapped("job", 0.1, handler, _MISTAKES)
        for path, handler in worker._handlers.items()
    }
    parts.receiver._handle = injector.wrapped("packet", 0.02, parts.receiver._handle)
    house._recording.drain = injector.wrapped("drain", 0.02, house._recording.drain)
    house._status = injector.wrapped("status", 0.02, house._status)
    parts.notices.show_with(injector.wrapped("printer", 0.3, lambda text: None))


@contextmanager
def _failing_files(injector: Injector) -> Iterator[None]:
    """Let calls of the file system fail on the daemon's own threads."""

    def failing(call: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any, **options: Any) -> Any:
            if threading.current_thread().name.startswith("musicvae-"):
                injector.drag("file", 0.05, 0.02)
                injector.strike("file", 0.05, FILE_ERRORS)
            return call(*arguments, **options)

        return act

    with ExitStack() as stack:
        for module, name in ((os, "open"), (os, "fsync"), (os, "replace"), (io, "open")):
            wrapped = failing(getattr(module, name))
            stack.enter_context(mock.patch.object(module, name, wrapped))
        yield


def _perform(daemon: Daemon, figures: DaemonFigures, seed: int, end: float) -> None:
    """Send messages for the deck that may fail, and jobs, and hear the answers."""
    performer, shape = Performer(seed), Shape(4, ("loudness", "onsets"))
    random, answers = performer.random, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with answers:
        answers.connect(("127.0.0.1", daemon.port))
        answers.settimeout(0.01)
        while time.monotonic() < end and not daemon.parts.output.finished:
            if random.random() < _KILLED:
                figures.killed += _kill_front()
            if random.random() < 0.3:
                answers.send(message(*random.choice(_JOBS)))
            else:
                sent = performer.message({"a": shape, "b": Shape()})
                if sent.address != "/crossfade" and "*" not in sent.address:
                    answers.send(message(sent.address, *sent.arguments))
            try:
                packets.read(answers.recv(65536))
                figures.answers += 1
            except TimeoutError:
                continue


def _kill_front() -> bool:
    """End the process that has the sockets; whether there was one."""
    front = one_of(os.getpid(), "front.process")
    if front is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(front, signal.SIGKILL)
    return True


def _faults(port: int) -> int:
    """The faults in the answer to ``/status``, when all jobs are done."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("127.0.0.1", port))
        asking.settimeout(20.0)
        for request, answer in (
            (message("/sync", 1), "/synced"),
            (message("/status"), "/status.reply"),
        ):
            asking.send(request)
            while (heard := packets.read(asking.recv(65536))[0]).address != answer:
                continue
    values = dict(zip(heard.arguments[::2], heard.arguments[1::2], strict=True))
    return int(str(values["faults"]))


def _ends_with_an_error(folder: Path) -> bool:
    """Whether a daemon whose output fails ends by itself, with that error."""
    output = Heard(DaemonFigures())
    daemon = _daemon(folder, output, Injector(0, 0.0))
    try:
        with daemon:
            output.fails = True
            daemon.wait()
    except DeviceError as error:
        return "on purpose" in str(error)
    return False
