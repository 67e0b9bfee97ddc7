"""The worker thread: does jobs one after another, and replies to the sender of each."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.faults import Faults
from musicvae.live.network.peers import Peer

#: Length of the queue of jobs; a job that finds it full fails.
MOST_WAITING = 256
#: Seconds that the present job may take at the end.
PATIENCE = 2.0

#: Sends a message, given as address and values, to the sender of the job.
Say = Callable[..., None]
#: The result of a job: the values after ``/done ADDRESS``; ``None`` sends no ``/done``.
Result = tuple[Value, ...] | None
#: The rest of a job, done on another thread, so that the next jobs need not wait for it.
Rest = Callable[[], Result]
#: Does a job, or its first part.
Handler = Callable[[Command, Say], Result | Rest]
#: Sends a message, given as address and values, to a peer.
Reply = Callable[..., None]


@dataclass(frozen=True)
class Task:
    """A job and the receiver of its replies.

    Attributes:
        command: the command of the job.
        peer: the sender, which gets the replies; ``None`` for no replies.
        address: as the sender wrote it, for the replies.
    """

    command: Command
    peer: Peer | None
    address: str = ""


class Worker:
    """Does jobs in order, on a thread of its own.

    Args:
        handlers: does each job, by the path of its command.
        reply: sends a message; called on the thread that does the job.

    Attributes:
        faults: errors in musicvae because of which jobs failed.
    """

    def __init__(self, handlers: Mapping[str, Handler], reply: Reply) -> None:
        self.faults = Faults()
        self._handlers = handlers
        self._reply = reply
        self._tasks: queue.Queue[Task | None] = queue.Queue(MOST_WAITING)
        self._stopping = False
        self._rest: threading.Thread | None = None
        self._thread = threading.Thread(target=self._work, name="musicvae-worker", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, task: Task) -> None:
        """Queue a job; never blocks."""
        try:
            self._tasks.put_nowait(task)
        except queue.Full:
            self._say(task, "/fail", task.address, "too many jobs wait")

    def stop(self) -> None:
        """Discard the queue, finish the current job, and end the thread.

        A job that does not come to an end is left behind.
        """
        self._stopping = True
        with contextlib.suppress(queue.Full):  # then the thread is not waiting
            self._tasks.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join(PATIENCE)  # a job may wait for a file that is never read
        self.settle(PATIENCE)

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    def settle(self, patience: float | None = None) -> None:
        """Wait for the rest of a job that runs on another thread, for so many seconds at most."""
        if self._rest is not None:
            self._rest.join(patience)

    def do(self, task: Task) -> None:
        """Do a job now, on the caller's thread; only its :data:`Rest` runs on another one."""

        def say(address: str, *values: Value) -> None:
            self._say(task, address, *values)

        self._answer(task, lambda: self._handlers[task.command.path](task.command, say))

    def _answer(self, task: Task, act: Callable[[], Result | Rest]) -> None:
        """Do a job, or the rest of it, and reply."""
        try:
            result = act()
        except (MusicVAEError, RefusedError) as error:
            self._say(task, "/fail", task.address, str(error))
        except OSError as error:  # a full disk, too many open files, a file that has just gone
            self._say(task, "/fail", task.address, f"the system refuses: {_reason(error)}")
        except MemoryError:
            self._say(task, "/fail", task.address, "there is not enough memory")
        # An error in one job must not stop the next one during a performance.
        except Exception as error:  # noqa: BLE001
            self.faults.note(task.command.address, error)
            reason = f"an error in musicvae, please report it: {error}"
            self._say(task, "/fail", task.address, reason)
        else:
            if callable(result):
                self._rest = threading.Thread(
                    target=self._answer, args=(task, result), name="musicvae-rest", daemon=True
                )
                self._rest.start()
            elif result is not None:
                self._say(task, "/done", task.address, *result)

    def _say(self, task: Task, address: str, *values: Value) -> None:
        if task.peer is not None:
            self._reply(task.peer, address, *values)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self._stopping:
            try:
                if self._overtaken(task):  # with a reply, since a client may count them
                    self._say(task, "/done", task.address, *task.command.values)
                else:
                    self.do(task)
            except Exception as error:  # noqa: BLE001 - of the reply itself; the next job is done
                self.faults.note(task.command.address, error)

    def _overtaken(self, task: Task) -> bool:
        """Whether the next job in the queue replaces this one.

        A fader sends morphs faster than they can be applied, and the sound must not lag behind it.
        """
        with self._tasks.mutex:
            after = self._tasks.queue[0] if self._tasks.queue else None
        return after is not None and task.command.is_replaced_by(after.command)


def _reason(error: OSError) -> str:
    """What the system said, and of which file, without its folder."""
    reason = error.strerror or str(error)
    named = error.filename
    return (
        f"{reason}: {Path(os.fsdecode(named)).name}" if isinstance(named, str | bytes) else reason
    )


def handlers_of(
    rows: Iterable[Address], owners: Iterable[object], load: Handler
) -> dict[str, Handler]:
    """The handler of each job in the address table, by path.

    Args:
        rows: rows of the table.
        owners: one object of each class that the row of a job names as its ``owner``.
        load: does the jobs that only load a payload and apply their command.
    """
    of_class = {type(owner): owner for owner in owners}
    handlers: dict[str, Handler] = {}
    for row in rows:
        if row.job is not None and row.owner is not None:
            handlers[row.path] = partial(row.job, of_class[row.owner])
        elif row.load is not None:
            handlers[row.path] = load
    return handlers
