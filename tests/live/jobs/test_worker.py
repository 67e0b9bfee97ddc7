from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.jobs.worker import MOST_WAITING, Say, Task, Worker
from musicvae.live.network.peers import Peer
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)
MORPH = ADDRESSES.command("/morph").row


class Jobs:
    """Records the jobs that were done; ``/slow`` waits until it is released."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.begun, self.go = threading.Event(), threading.Event()
        self.said: list[Any] = []
        self.handlers = {
            "/note": self.note,
            "/slow": self.slow,
            "/explained": self.explained,
            "/refused": self.refused,
            "/mistake": self.mistake,
            "/silent": lambda command, say: None,
            "/morph": self.morph,
            "/aside": lambda command, say: lambda: self.slow(command, say),
        }

    def reply(self, peer: Peer, address: str, *values: Any) -> None:
        self.said.append((peer, address, *values))

    def note(self, command: Command, say: Say) -> tuple[Any, ...]:
        self.done.append(command.values[0])
        say("/note.reply", "before")
        return command.values

    def morph(self, command: Command, say: Say) -> tuple[Any, ...]:
        self.done.append(command.values)
        return command.values

    def slow(self, command: Command, say: Say) -> tuple[Any, ...]:
        self.begun.set()
        assert self.go.wait(10)
        self.done.append("slow")
        return ()

    def explained(self, command: Command, say: Say) -> tuple[Any, ...]:
        raise SettingError("no such thing", expected="things")

    def refused(self, command: Command, say: Say) -> tuple[Any, ...]:
        raise RefusedError("does not fit")

    def mistake(self, command: Command, say: Say) -> tuple[Any, ...]:
        raise ZeroDivisionError("oops")


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def worker(jobs: Jobs) -> Iterator[Worker]:
    worker = Worker(jobs.handlers, jobs.reply)
    yield worker
    jobs.go.set()
    worker.stop()


def task(path: str, *values: Any, peer: Peer | None = ME, address: str = "") -> Task:
    row = MORPH if path == "/morph" else Address(path, "", "", readers.nothing)
    return Task(Command(row, values=values), peer, address or path)


def test_done_names_the_address_as_it_was_asked_with(jobs: Jobs, worker: Worker) -> None:
    worker.do(task("/note", 1, address="/knob"))
    assert jobs.said == [(ME, "/note.reply", "before"), (ME, "/done", "/knob", 1)]


def test_a_job_without_a_result_says_nothing(jobs: Jobs, worker: Worker) -> None:
    worker.do(task("/silent"))
    assert jobs.said == []


def test_failures_say_why_and_only_mistakes_of_ours_are_faults(jobs: Jobs, worker: Worker) -> None:
    worker.do(task("/explained"))
    worker.do(task("/refused", address="/deck/b/refused"))
    assert worker.faults.count == 0
    worker.do(task("/mistake"))
    assert jobs.said == [
        (ME, "/fail", "/explained", "no such thing. Expected: things."),
        (ME, "/fail", "/deck/b/refused", "does not fit"),
        (ME, "/fail", "/mistake", "an error in musicvae, please report it: oops"),
    ]
    assert worker.faults.count == 1
    assert worker.faults.problem == "/mistake: ZeroDivisionError: oops"


def test_nobody_is_told_of_a_job_that_nobody_asked_for(jobs: Jobs, worker: Worker) -> None:
    for path in ("/note", "/explained", "/mistake"):
        worker.do(task(path, 1, peer=None))
    assert (jobs.said, jobs.done) == ([], [1])


def test_jobs_are_done_in_order_and_one_failure_stops_no_other(jobs: Jobs, worker: Worker) -> None:
    worker.start()
    worker.put(task("/slow"))
    assert jobs.begun.wait(10)
    for number in range(5):
        worker.put(task("/note", number))
        worker.put(task("/mistake"))
    jobs.go.set()
    finished = threading.Event()
    jobs.handlers["/silent"] = lambda command, say: finished.set()
    worker.put(task("/silent"))
    assert finished.wait(10)
    assert jobs.done == ["slow", 0, 1, 2, 3, 4]


def test_the_rest_of_a_job_is_answered_when_it_ends(jobs: Jobs, worker: Worker) -> None:
    worker.do(task("/aside", address="/far"))
    assert jobs.begun.wait(10)
    worker.do(task("/note", 1))
    assert jobs.said[-1] == (ME, "/done", "/note", 1)
    jobs.go.set()
    worker.settle()
    assert jobs.said[-1] == (ME, "/done", "/far")
    assert jobs.done == [1, "slow"]


def test_of_morphs_that_wait_the_newest_is_done(jobs: Jobs, worker: Worker) -> None:
    worker.start()
    worker.put(task("/slow"))
    assert jobs.begun.wait(10)
    waiting: list[tuple[Any, ...]] = [
        *[("/morph", "one", "two", share) for share in (0.1, 0.2, 0.3)],
        *[("/morph", "one", "three", share) for share in (0.4, 0.5)],
        ("/note", 1),
        ("/morph", "one", "three", 0.6),
    ]
    for path, *values in waiting:
        worker.put(task(path, *values))
    finished = threading.Event()
    jobs.handlers["/silent"] = lambda command, say: finished.set()
    worker.put(task("/silent"))
    jobs.go.set()
    assert finished.wait(10)
    assert jobs.done == ["slow", ("one", "two", 0.3), ("one", "three", 0.5), 1, waiting[-1][1:]]
    told = [message[3:] for message in jobs.said if message[:3] == (ME, "/done", "/morph")]
    assert told == [job[1:] for job in waiting if job[0] == "/morph"]  # all are answered


def test_too_many_jobs_fail_at_once(jobs: Jobs, worker: Worker) -> None:
    worker.start()
    worker.put(task("/slow"))
    assert jobs.begun.wait(10)
    for number in range(MOST_WAITING):
        worker.put(task("/note", number))
    assert jobs.said == []
    worker.put(task("/note", "late", address="/deck/b/note"))
    worker.put(task("/note", "late", peer=None))
    assert jobs.said == [(ME, "/fail", "/deck/b/note", "too many jobs wait")]


def test_the_end_drops_what_waits_and_finishes_what_is_in_hand(jobs: Jobs, worker: Worker) -> None:
    worker.start()
    worker.put(task("/slow"))
    assert jobs.begun.wait(10)
    for number in range(MOST_WAITING):
        worker.put(task("/note", number))
    ending = threading.Thread(target=worker.stop)
    ending.start()
    while not worker._stopping:
        pass
    jobs.go.set()
    ending.join(10)
    assert not ending.is_alive()
    assert jobs.done == ["slow"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device"), "the system refuses: No space left on device"),
        (OSError(24, "Too many open files", "/a/b.onnx"), "Too many open files: b.onnx"),
        (FileNotFoundError(2, "No such file", b"/a/\xff.json"), "No such file: "),
        (PermissionError(13, "Permission denied", "/a/takes"), "Permission denied: takes"),
        (BrokenPipeError(), "the system refuses: "),
        (MemoryError(), "there is not enough memory"),
    ],
)
@pytest.mark.parametrize("aside", [False, True])
def test_what_the_system_refuses_is_an_answer_and_no_mistake_of_ours(
    error: Exception, reason: str, aside: bool
) -> None:
    def fail(*given: Any) -> Any:
        raise error

    said: list[Any] = []
    row = Address("/full", "", "", readers.nothing, job=fail)
    worker = Worker(
        {"/full": (lambda command, say: fail) if aside else fail},
        lambda peer, address, *values: said.append((address, *values)),
    )
    worker.do(Task(Command(row), ME, "/full"))
    worker.settle()
    ((address, of, told),) = said
    assert (address, of) == ("/fail", "/full")
    assert reason in told
    assert "/a" not in told
    assert (worker.faults.count, worker.faults.problem) == (0, "")
