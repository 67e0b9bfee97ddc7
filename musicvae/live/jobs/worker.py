"""The thread that does jobs, one after another, and says how each ended."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from musicvae.errors import MusicVAEError
from musicvae.live.osc.arguments import RefusedError
from musicvae.live.osc.commands import Command, Value
from musicvae.live.osc.network import Peer

#: Jobs that wait at most; what comes then fails at once.
MOST_WAITING = 256

#: Sends a message to whoever asked.
Say = Callable[..., None]
#: Does a job. What it returns goes behind ``/done ADDRESS``; ``None`` says nothing.
Handler = Callable[[Command, Say], tuple[Value, ...] | None]
#: Sends address and values to a peer.
Reply = Callable[..., None]


@dataclass(frozen=True)
class Task:
    """A job, and who is told how it went.

    Attributes:
        command: what to do.
        peer: who asked; ``None`` is told nothing.
        address: as it was asked with, which is how the answer names it.
    """

    command: Command
    peer: Peer | None
    address: str = ""


class Worker:
    """Does what it is given, in order.

    Args:
        handlers: by path of the command.
        reply: sends an answer; from this worker's thread.

    Attributes:
        faults: jobs that found a mistake of ours.
        problem: the last one.
    """

    def __init__(self, handlers: Mapping[str, Handler], reply: Reply) -> None:
        self.faults = 0
        self.problem = ""
        self._handlers = handlers
        self._reply = reply
        self._tasks: queue.Queue[Task | None] = queue.Queue(MOST_WAITING)
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="musicvae-worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def put(self, task: Task) -> None:
        """Let a job be done; returns at once."""
        try:
            self._tasks.put_nowait(task)
        except queue.Full:
            if task.peer is not None:
                self._reply(task.peer, "/fail", task.address, "too many jobs wait")

    def stop(self) -> None:
        """Drop what waits, finish the job in hand, and end the thread."""
        self._stopping = True
        with contextlib.suppress(queue.Full):  # then the thread is not waiting
            self._tasks.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join()

    def do(self, task: Task) -> None:
        """Do a job now, on the caller's thread."""
        command, peer = task.command, task.peer

        def say(address: str, *values: Value) -> None:
            if peer is not None:
                self._reply(peer, address, *values)

        try:
            values = self._handlers[command.path](command, say)
        except (MusicVAEError, RefusedError) as error:
            say("/fail", task.address, str(error))
        # Whatever is wrong with one job, the next one must be done: this is a stage.
        except Exception as error:
            self.faults += 1
            self.problem = f"{command.address}: {type(error).__name__}: {error}"
            say("/fail", task.address, f"a mistake of ours, please report it: {error}")
        else:
            if values is not None:
                say("/done", task.address, *values)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self._stopping:
            self.do(task)
