"""Standard output and error that neither fail nor block, whatever becomes of their reader.

A program's work must not depend on who watches it: a pipe whose reader is gone, a full disk, a
terminal that stands still or cannot show a letter. So :func:`install` puts an :class:`Outlet`
beneath ``sys.stdout`` and ``sys.stderr``, and everything that prints (``print``, argparse, rich,
tracebacks) goes through it.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Any, NamedTuple, TextIO

#: Bytes that wait for a slow reader.
MOST_BYTES = 2**20
#: Seconds without any progress after which a reader counts as one that reads no more.
PATIENCE = 1.0
#: What stands for letters that a terminal cannot show; a question mark for all others.
_STAND_INS = {"·": "-", "…": "...", "█": "#", "─": "-", "┃": "|", "±": "+-", "×": "x", "→": "->"}
_HANDLER = "musicvae.stand_ins"
#: Error handlers of streams that need no other one.
_REPLACING = {"replace", "ignore", "backslashreplace", "xmlcharrefreplace", "namereplace"}


class Outlet(io.RawIOBase):
    """Writes to a stream from a thread of its own; once that fails, writes nothing more.

    Args:
        raw: a raw stream; ``None`` writes nothing.

    Attributes:
        error: why it writes nothing more; ``None`` while it does.
        lossless: whether writing waits for a slow reader; otherwise what is too much is dropped.
    """

    def __init__(self, raw: Any) -> None:
        self.error: OSError | ValueError | None = None
        self.lossless = True
        self._raw = raw
        self._chunks: deque[bytes] = deque()
        self._waiting = 0  # bytes
        self._written = 0  # chunks
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._raw is not None and bool(self._raw.isatty())

    def fileno(self) -> int:
        """The descriptor of the stream."""
        if self._raw is None:
            raise io.UnsupportedOperation("the stream is closed")
        return int(self._raw.fileno())

    def write(self, data: Any) -> int:
        """Hand on bytes; returns how many there are. Raises nothing."""
        chunk = bytes(data)
        with self._changed:
            while self.lossless and self._is_full() and self.error is None:
                self._changed.wait()
            if self._raw is not None and self.error is None and not self._is_full():
                self._chunks.append(chunk)
                self._waiting += len(chunk)
                self._start()
                self._changed.notify_all()
        return len(chunk)

    def drain(self, patience: float | None) -> None:
        """Wait until everything is written, or the stream has failed.

        Args:
            patience: seconds without progress after which to wait no longer; ``None`` for ever.
        """
        with self._changed:
            while self._chunks and self.error is None:
                before = self._written
                self._changed.wait(patience)
                if patience is not None and self._written == before and self.error is None:
                    return

    def _is_full(self) -> bool:
        return self._waiting > MOST_BYTES

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="outlet", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while self.error is None:
            with self._changed:
                while not self._chunks:
                    self._changed.wait()
                chunk = self._chunks[0]
            try:
                self._put(chunk)
            except (OSError, ValueError) as error:  # ValueError: it was closed
                self.error = error
            with self._changed:
                self._chunks.popleft()
                self._waiting -= len(chunk)
                self._written += 1
                if self.error is not None:
                    self._chunks.clear()
                self._changed.notify_all()

    def _put(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            written = self._raw.write(rest)
            if written is None:  # somebody made the descriptor non-blocking
                time.sleep(0.01)
            rest = rest[written or 0 :]


class Outlets(NamedTuple):
    """What is beneath the two streams.

    Attributes:
        output: standard output.
        error: standard error.
    """

    output: Outlet
    error: Outlet

    def drain(self, patience: float | None = PATIENCE) -> None:
        """Write what is still waiting; see :meth:`Outlet.drain`."""
        for stream, outlet in zip((sys.stdout, sys.stderr), self, strict=True):
            with suppress(OSError, ValueError):
                stream.flush()
            outlet.drain(patience)


def install() -> Outlets:
    """Put outlets beneath ``sys.stdout`` and ``sys.stderr`` for the rest of the process."""
    _occupy_descriptors()
    codecs.register_error(_HANDLER, _stand_in)
    outlets = Outlets(Outlet(_raw(sys.stdout)), Outlet(_raw(sys.stderr)))
    sys.stdout = _text(outlets.output, sys.stdout)
    sys.stderr = _text(outlets.error, sys.stderr, line_buffering=True)
    return outlets


def _occupy_descriptors() -> None:
    """Open the null device where a standard stream is closed.

    Otherwise the next file that is opened would take its number, and be written into by whatever
    writes to standard output or error beside Python.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest free number


def _raw(stream: TextIO | None) -> Any:
    """The unbuffered stream beneath; ``None`` where the stream is closed or has none."""
    buffer = getattr(stream, "buffer", None)
    if stream is None or buffer is None:
        return None
    with suppress(OSError, ValueError):
        stream.flush()
    return getattr(buffer, "raw", buffer)


def _text(outlet: Outlet, before: TextIO | None, line_buffering: bool = False) -> TextIO:
    errors = getattr(before, "errors", None)
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=getattr(before, "encoding", None) or "utf-8",
        errors=errors if errors in _REPLACING else _HANDLER,
        line_buffering=line_buffering or bool(getattr(before, "line_buffering", False)),
    )


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_STAND_INS.get(letter, "?") for letter in unknown), error.end
