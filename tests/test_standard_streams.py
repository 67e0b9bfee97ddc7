"""Streams that neither fail nor block; the program as a process is in cli/test_process.py."""

# ruff: noqa: T201 - to print is what is tested

from __future__ import annotations

import io
import os
import sys
import threading
from typing import Any

import pytest

from musicvae import standard_streams
from musicvae.standard_streams import MOST_BYTES, Outlet, Outlets, install


class Raw(io.RawIOBase):
    """What is beneath: writes at most so many bytes at a time, and raises what it is told to."""

    def __init__(self, at_once: int = 10**9, error: Exception | None = None) -> None:
        self.written = bytearray()
        self.go = threading.Event()
        self.go.set()
        self.waits = 0
        self._at_once = at_once
        self._error = error

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int | None:
        self.go.wait(60)
        if self.waits:
            self.waits -= 1
            return None
        if self._error is not None:
            raise self._error
        part = bytes(data)[: self._at_once]
        self.written += part
        return len(part)


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the test put other streams in the place of the standard ones."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, getattr(sys, name))


def over(raw: Any, encoding: str = "utf-8", errors: str = "strict") -> Any:
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors=errors)


def installed(raw: Any, **more: str) -> Outlets:
    sys.stdout, sys.stderr = over(raw, **more), over(Raw())
    return install()


@pytest.mark.parametrize("at_once", [1, 7, 10**9])
def test_everything_is_written_in_order(streams: None, at_once: int) -> None:
    raw = Raw(at_once)
    outlets = installed(raw)
    for number in range(100):
        print(number, flush=bool(number % 3))
    outlets.drain(None)
    assert raw.written.decode() == "".join(f"{number}\n" for number in range(100))


@pytest.mark.parametrize(
    "error",
    [BrokenPipeError(32, "Broken pipe"), OSError(28, "No space left"), ValueError("closed")],
)
def test_a_stream_that_fails_is_left_in_peace(streams: None, error: Any) -> None:
    raw = Raw(error=error)
    outlets = installed(raw)
    for _ in range(1000):
        print("x" * 10_000, flush=True)
    outlets.drain(None)
    assert outlets.output.error is error
    assert outlets.error.error is None
    print("nothing happens", flush=True)
    sys.stdout.flush()


def test_a_descriptor_that_somebody_made_non_blocking_is_written_to_later(streams: None) -> None:
    raw = Raw(at_once=3)
    raw.waits = 3
    outlets = installed(raw)
    print("all of it", flush=True)
    outlets.drain(None)
    assert raw.written == b"all of it\n"


def test_a_reader_that_stands_still_holds_nothing_up() -> None:
    raw = Raw()
    raw.go.clear()
    outlet = Outlet(raw)
    outlet.lossless = False
    line = b"x" * 99_999 + b"\n"
    for _ in range(100):
        assert outlet.write(line) == len(line)  # returns at once
    outlet.drain(0.01)  # returns too
    raw.go.set()
    outlet.drain(None)
    assert MOST_BYTES <= len(raw.written) <= MOST_BYTES + 2 * len(line)
    assert raw.written == line * (len(raw.written) // len(line))  # whole lines only


def test_where_nothing_may_be_lost_the_program_waits_for_its_reader() -> None:
    raw = Raw()
    raw.go.clear()
    outlet = Outlet(raw)
    done = threading.Event()

    def write() -> None:
        for _ in range(100):
            outlet.write(b"x" * 100_000)
        done.set()

    threading.Thread(target=write).start()
    assert not done.wait(0.05)
    raw.go.set()
    assert done.wait(60)
    outlet.drain(None)
    assert len(raw.written) == 100 * 100_000


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", b"? - ### ... -| ? ?\n"),
        ("latin-1", b"\xe4 \xb7 ### ... -| ? ?\n"),
        ("cp437", b"\x84 \xfa \xdb\xdb\xdb ... \xc4| ? ?\n"),
        ("utf-8", "ä · ███ … ─┃ 音 ?\n".encode()),
    ],
)
@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_letters_that_cannot_be_shown_are_replaced(
    streams: None, encoding: str, expected: bytes, errors: str
) -> None:
    raw = Raw()
    outlets = installed(raw, encoding=encoding, errors=errors)
    print("ä · ███ … ─┃ 音 \udcff")
    outlets.drain(None)
    assert bytes(raw.written) == expected


def test_another_way_to_replace_that_was_asked_for_is_kept(streams: None) -> None:
    raw = Raw()
    outlets = installed(raw, encoding="ascii", errors="backslashreplace")
    print("ä")
    outlets.drain(None)
    assert raw.written == b"\\xe4\n"


def test_streams_that_are_closed_take_everything(streams: None) -> None:
    setattr(sys, "stdout", None)  # noqa: B010 - as Python leaves them after >&- 2>&-
    setattr(sys, "stderr", None)  # noqa: B010
    outlets = install()
    assert not sys.stdout.isatty()
    print("nobody hears this", flush=True)
    print("nor this", file=sys.stderr)
    outlets.drain(None)
    assert outlets.output.error is None


def test_closed_descriptors_are_taken_before_a_file_gets_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed, opened = {1, 2}, list[str]()

    def fstat(number: int) -> None:
        if number in closed:
            raise OSError(9, "Bad file descriptor")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", fstat)
        patch.setattr(os, "open", lambda path, flags: opened.append(path))
        standard_streams._occupy_descriptors()
    assert opened == [os.devnull] * 2


def test_rich_goes_on_where_its_reader_is_gone(streams: None) -> None:
    rich = pytest.importorskip("rich.console", reason="rich is not installed")
    outlets = installed(Raw(error=BrokenPipeError(32, "Broken pipe")))
    console = rich.Console()  # which would end the program
    for _ in range(3):
        console.print("an epoch")
        outlets.drain(None)
    assert isinstance(outlets.output.error, BrokenPipeError)
