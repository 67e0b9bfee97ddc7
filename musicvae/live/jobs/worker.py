"""The worker thread: does jobs one after another and tells the sender how each ended."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import Address, Command, Value
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.network.peers import Peer

#: Jobs that wait at most; what comes then fails at once.
MOST_WAITING = 256

#: Sends a message to whoever asked.
Say = Callable[..., None]
#: What a job comes to: what goes behind ``/done ADDRESS``; ``None`` says nothing.
Result = tuple[Value, ...] | None
#: The rest of a job, done aside, so that the next jobs need not wait for it.
Rest = Callable[[], Result]
#: Does a job, or begins it.
Handler = Callable[[Command, Say], Result | Rest]
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
        self._aside: threading.Thread | None = None
        self._thread = threading.Thread(target=self._work, name="musicvae-worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def put(self, task: Task) -> None:
        """Let a job be done; returns at once."""
        try:
            self._tasks.put_nowait(task)
        except queue.Full:
            self._say(task, "/fail", task.address, "too many jobs wait")

    def stop(self) -> None:
        """Drop what waits, finish the job in hand, and end the thread."""
        self._stopping = True
        with contextlib.suppress(queue.Full):  # then the thread is not waiting
            self._tasks.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is done aside."""
        if self._aside is not None:
            self._aside.join()

    def do(self, task: Task) -> None:
        """Do a job now, on the caller's thread, but for what is done aside."""

        def say(address: str, *values: Value) -> None:
            self._say(task, address, *values)

        self._answer(task, lambda: self._handlers[task.command.path](task.command, say))

    def _answer(self, task: Task, act: Callable[[], Result | Rest]) -> None:
        try:
            result = act()
        except (MusicVAEError, RefusedError) as error:
            self._say(task, "/fail", task.address, str(error))
        # Whatever is wrong with one job, the next one must be done: this is a stage.
        except Exception as error:  # noqa: BLE001
            self.faults += 1
            self.problem = f"{task.command.address}: {type(error).__name__}: {error}"
            reason = f"a mistake of ours, please report it: {error}"
            self._say(task, "/fail", task.address, reason)
        else:
            if callable(result):
                self._aside = threading.Thread(
                    target=self._answer, args=(task, result), name="musicvae-aside", daemon=True
                )
                self._aside.start()
            elif result is not None:
                self._say(task, "/done", task.address, *result)

    def _say(self, task: Task, address: str, *values: Value) -> None:
        if task.peer is not None:
            self._reply(task.peer, address, *values)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None and not self._stopping:
            if self._overtaken(task):  # answered all the same: somebody may count
                self._say(task, "/done", task.address, *task.command.values)
            else:
                self.do(task)

    def _overtaken(self, task: Task) -> bool:
        """Whether the job that waits next undoes all that this one would do.

        A fader sends more morphs than there are blocks, and must not be followed late.
        """
        with self._tasks.mutex:
            after = self._tasks.queue[0] if self._tasks.queue else None
        return after is not None and task.command.is_replaced_by(after.command)


def handlers_of(
    rows: Iterable[Address], owners: Iterable[object], load: Handler
) -> dict[str, Handler]:
    """What does each job of the address table, by path.

    Args:
        rows: of the table.
        owners: one object of each class that a job's row names.
        load: does the jobs that only load what their command needs, and then apply it.
    """
    of_class = {type(owner): owner for owner in owners}
    handlers: dict[str, Handler] = {}
    for row in rows:
        if row.job is not None and row.owner is not None:
            handlers[row.path] = partial(row.job, of_class[row.owner])
        elif row.load is not None:
            handlers[row.path] = load
    return handlers
