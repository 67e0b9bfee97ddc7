"""The daemon behind ``musicvae live``: start-up, loop, shutdown.

>>> with Daemon("jazz.onnx", output="take.wav", port=0) as daemon:  # doctest: +SKIP
...     print(daemon.port, daemon.status()["level"])
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Self

from musicvae.audio import Samples
from musicvae.errors import LiveError
from musicvae.live.assembly import assemble
from musicvae.live.beginning_again import Beginning, begin_again
from musicvae.live.console import greeting
from musicvae.live.engine.foresight import Foresight
from musicvae.live.inputs.input import Fed
from musicvae.live.last_state import LastState
from musicvae.live.network.peers import Peer
from musicvae.live.options import Options
from musicvae.live.osc.replies import Value, message
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.parts import Parts
from musicvae.live.process import on_signals, resident, steadied
from musicvae.live.requests import DEFAULT_REPLY_PORT
from musicvae.live.resuming import noted, resume
from musicvae.live.stage.repertoire import Artifacts
from musicvae.live.status import status
from musicvae.runtime import stopping
from musicvae.version import __version__

#: Seconds. Longer than any fade; an output that has stopped must not delay the shutdown.
_FADE_PATIENCE = 1.0


class Daemon:
    """Plays artifacts and obeys OSC messages, between ``with`` and its end.

    Args:
        artifacts: path of an ``.onnx`` file, or a decoder that is loaded already, or a list of
            these. The first is for deck a, the second for deck b and so on, as far as there are
            decks; all can be loaded by name. A folder stands for the files in it.
        **options: see :class:`musicvae.live.options.Options`.

    Attributes:
        options: the options, checked.
        parts: the parts of the daemon; set once it has been started.
        last: what is played is noted there; what has been noted there is played on at first.

    Raises:
        SettingError: an option is out of range.
    """

    parts: Parts

    def __init__(self, artifacts: Artifacts, **options: Any) -> None:
        self.options = Options(**options)
        self.last: LastState | None = None
        self._artifacts = artifacts
        self._last_frame: int | None = None
        self._ending = False
        self._stack: ExitStack | None = None

    @property
    def port(self) -> int:
        """The port that it listens on, UDP and TCP; once it has been started."""
        return self.parts.port

    def start(self) -> None:
        """Load the first models, open everything, begin to sound and to listen.

        Raises:
            SettingError: there is no model, or an option fits neither the machine nor the model.
            ArtifactError: the artifact cannot be played.
            PortInUseError: another program listens on the port.
            DeviceError: the output does not open, or the recording cannot be created.
            MissingExtraError: a clip at another rate than the output's, and soxr is not installed.
        """
        with ExitStack() as stack:
            before = None if self.last is None else self.last.read()
            begun = Beginning(self._artifacts, self.options)
            if before is not None:
                begun = begin_again(begun, before)
                self.options = begun.options
            insists = before is None
            self.parts = assemble(begun.artifacts, begun.options, self.end, stack, insists)
            for text in begun.gone:
                self.parts.notices.say(text)
            if before is not None:
                resume(self.parts, before)
            stack.enter_context(steadied())
            stack.enter_context(resident())
            self._begin(stack)
            self._stack = stack.pop_all()

    def wait(self) -> None:
        """Return when something ends the daemon: ``/quit``, :meth:`end`, its time, the output."""
        engine, output = self.parts.engine, self.parts.output
        while not (self._ending or output.finished or self._ended_thread()):
            if self._last_frame is not None and engine.frame >= self._last_frame:
                return
            time.sleep(0.02)

    def end(self) -> None:
        """Let :meth:`wait` return; does nothing else, so a signal handler may call it."""
        self._ending = True
        if self.last is not None:
            self.last.forget()

    def stop(self) -> None:
        """Fade out, finish what is being written, and close everything; safe to call twice.

        Raises:
            DeviceError: the output had failed, or fails now.
            LiveError: a thread that is needed had ended.
        """
        if self._stack is None:
            return
        stack, self._stack = self._stack, None
        engine, output, ended = self.parts.engine, self.parts.output, self._ended_thread()
        engine.stop()
        patience = time.monotonic() + _FADE_PATIENCE
        while not (engine.silent or output.finished) and time.monotonic() < patience:
            time.sleep(0.005)
        with stopping.no_runs():  # a graph without an end would hold up the threads
            stack.close()
        if output.failure is not None:
            raise output.failure
        if ended:
            raise LiveError(f"the {ended} ended, though musicvae was to play on")

    def greeting(self) -> list[str]:
        """The start-up lines for people: what plays, where, and what to send."""
        return greeting.lines(self.parts)

    def status(self) -> dict[str, Value]:
        """The fields of ``/status.reply``; see ``musicvae.live.status.FIELDS``."""
        return status(self.parts)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ended_thread(self) -> str:
        """Name of a part whose thread has ended by itself, so that the daemon is deaf; or empty."""
        parts = self.parts
        alive = {
            "receiver": parts.receiver.alive,
            "worker": parts.worker.alive,
            "housekeeper": parts.housekeeper.alive,
        }
        return next((name for name, lives in alive.items() if not lives), "")

    def _begin(self, stack: ExitStack) -> None:
        """Start the recording, the threads and the sound, in this order."""
        parts, options = self.parts, self.options
        if options.record is not None:
            parts.recording.begin(options.record)
        if options.seconds is not None:
            self._last_frame = round(options.seconds * parts.output.sample_rate)
            parts.engine.stop(by=self._last_frame)
        parts.receiver.start()
        stack.callback(parts.receiver.stop)
        parts.housekeeper.start()
        stack.callback(parts.housekeeper.stop)
        render: Callable[[Samples], None] = parts.engine.render
        if parts.input is not None:
            parts.input.start()
            render = Fed(parts.engine, parts.input).render
        if isinstance(parts.output, Reconnecting):
            parts.output.between = Foresight(parts.engine)
        parts.output.start(render, self._last_frame)
        if self.last is not None:
            self.last.plays = True
            stack.enter_context(noted(parts, self.last))
        if options.port:  # no open patch waits for a port that the system chose
            startup = message("/startup", __version__, self.port)
            for host in parts.hosts:
                here = "::1" if ":" in host else "127.0.0.1"
                parts.receiver.outbox.put(startup, Peer(here, DEFAULT_REPLY_PORT))


def run(
    artifacts: Artifacts,
    present: Callable[[Daemon], AbstractContextManager[object]] | None = None,
    last: LastState | None = None,
    **options: Any,
) -> None:
    """Play until a signal, ``/quit`` or the end of its time; on the main thread only.

    Args:
        artifacts: see :class:`Daemon`.
        present: shows the daemon on the console. It is called once the daemon plays, and returns a
            context manager that is left when the daemon ends; ``None`` shows nothing.
        last: what is played is noted there; what has been noted there is played on at first.
        **options: of :class:`Daemon`, which also raises the errors.
    """
    daemon = Daemon(artifacts, **options)
    daemon.last = last
    # While it starts, a signal ends the program in the ordinary way: no sound is to be faded yet.
    with daemon, on_signals(daemon.end), ExitStack() as stack:
        if present is not None:
            stack.enter_context(present(daemon))
        daemon.wait()
