"""What happened to the engine, and when: enough to render a session again, sample for sample.

A journal is JSON, one object to a line: a header, ``{"frame": n, "do": [message, ...]}`` for each
batch of commands, and ``{"end": n}``. :func:`read_score` reads it.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from musicvae.errors import DeviceError, ScoreError
from musicvae.live.storage.scores import JOURNAL_SCHEMA
from musicvae.live.storage.scores import Score as Score
from musicvae.live.storage.scores import read_score as read_score

#: Of the session's log.
MOST_BYTES = 2**28
#: Batches that may wait for :meth:`Journal.drain`; a minute of a thousand each second.
MOST_WAITING = 2**16
_CHUNK = 2**20


class Said(Protocol):
    """A command that can be written down."""

    def message(self) -> list[Any]:
        """Its address and values, from which it can be made again."""


class Journal:
    """The log of a session, from its first frame, and the part of it that a recording is given.

    The rendering thread calls :meth:`append` and nothing else: it waits for nobody. All else may
    come from several threads.

    Args:
        rate: of the engine in Hz.
        channels: of the engine.
        most_bytes: that the log may grow to.

    Attributes:
        unreplayable: why no later recording can be given a score; empty while it can.
        failure: why the newest sidecar ended before :meth:`stop_sidecar`; empty where it did not.
    """

    def __init__(self, rate: int, channels: int, *, most_bytes: int = MOST_BYTES) -> None:
        self.unreplayable = ""
        self.failure = ""
        self._header = {"musicvae": "journal", "schema": JOURNAL_SCHEMA}
        self._header |= {"rate": rate, "channels": channels}
        self._most_bytes = most_bytes
        self._models: dict[str, dict[str, str]] = {}
        self._waiting: deque[tuple[int, Sequence[Said]]] = deque()
        self._overrun = False
        self._lock = threading.Lock()  # never taken by the rendering thread
        self._log: IO[bytes] | None = None
        self._size = 0
        self._sidecar: IO[bytes] | None = None

    def append(self, frame: int, batch: Sequence[Said]) -> None:
        """Note a batch that took effect at a frame; from the rendering thread, in order.

        Args:
            frame: not before that of the last call.
            batch: is kept, so it must not change.
        """
        if self._overrun:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._overrun = True
        else:
            self._waiting.append((frame, batch))  # atomic, as deque promises

    def know_model(self, name: str, file: str, graph_sha256: str) -> None:
        """Say which file a model's name stands for, before a command loads it."""
        model = {"file": file, "graph_sha256": graph_sha256}
        with self._lock:
            known = self._models.setdefault(name, model)
            if known["graph_sha256"] != graph_sha256:
                self._give_up(f"the model {name!r} was replaced during the session")
                self._break_off()
            elif known is model:
                self._to_sidecar(_line({"model": name, **model}))

    def drain(self) -> None:
        """Write down what was appended; to be called some ten times a second. Raises nothing."""
        with self._lock:
            self._drain()

    def start_sidecar(self, path: str | os.PathLike[str], start_frame: int) -> None:
        """Begin a file that holds all that happened so far and goes on with what happens.

        Args:
            path: an existing file is overwritten.
            start_frame: where the recording begins that the file belongs to.

        Raises:
            ScoreError: the session cannot be replayed any more, or a sidecar is being written.
            DeviceError: the file cannot be written.
        """
        with self._lock:
            self._drain()
            if self.unreplayable:
                raise ScoreError(f"this session cannot be replayed: {self.unreplayable}")
            if self._sidecar is not None:
                raise ScoreError("a score is being written already")
            self.failure = ""
            header = self._header | {"start_frame": start_frame, "models": self._models}
            try:
                self._sidecar = Path(path).open("wb", buffering=0)  # noqa: SIM115
                _write_all(self._sidecar, _line(header))
                self._copy_log(self._sidecar)
            except OSError as error:
                self._close_sidecar()
                raise DeviceError(
                    f"cannot write {path}", received=error.strerror or str(error)
                ) from error

    def stop_sidecar(self, frame: int) -> None:
        """End the file and bring it to the disk; nothing where there is none. Raises nothing.

        Args:
            frame: behind the last one of the recording.
        """
        with self._lock:
            self._drain()
            self._to_sidecar(_line({"end": frame}))
            self._close_sidecar(sync=True)

    def close(self) -> None:
        """Forget the log; a sidecar that goes on ends as after a kill."""
        with self._lock:
            self._drain()
            self._close_sidecar(sync=True)
            self._give_up("it is over")

    def _drain(self) -> None:
        lines = []
        overrun = self._overrun  # looked at first: what was noted before it is still good
        try:
            for _ in range(len(self._waiting)):
                frame, batch = self._waiting.popleft()
                lines.append(_line({"frame": frame, "do": [said.message() for said in batch]}))
        except (TypeError, ValueError) as error:
            overrun = True
            self._give_up(f"a command cannot be written down: {error}")
        data = b"".join(lines)
        self._to_sidecar(data)
        self._to_log(data)
        if overrun:
            self._give_up("more happened than could be written down")
            self._break_off()

    def _to_log(self, data: bytes) -> None:
        if self.unreplayable or not data:
            return
        if self._size + len(data) > self._most_bytes:
            self._give_up(f"more happened than fits in {self._most_bytes} bytes")
            return
        try:
            if self._log is None:  # a session without a command needs no file
                self._log = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            _write_all(self._log, data)
        except OSError as error:
            self._give_up(f"its log cannot be written: {error.strerror or error}")
        self._size += len(data)

    def _give_up(self, reason: str) -> None:
        """No later sidecar can be whole; one that is open has all so far, and may go on."""
        self.unreplayable = self.unreplayable or reason
        if self._log is not None:
            self._log.close()
            self._log = None

    def _to_sidecar(self, data: bytes) -> None:
        if self._sidecar is None:
            return
        try:
            _write_all(self._sidecar, data)
        except OSError as error:
            self.failure = f"the score ends early: {error.strerror or error}"
            self._close_sidecar()

    def _break_off(self) -> None:
        """What the open sidecar would hold from now on is not what happens."""
        if self._sidecar is not None:
            self.failure = f"the score ends early: {self.unreplayable}"
            self._close_sidecar()

    def _copy_log(self, target: IO[bytes]) -> None:
        if self._log is None:
            return
        self._log.seek(0)
        while chunk := self._log.read(_CHUNK):
            _write_all(target, chunk)

    def _close_sidecar(self, *, sync: bool = False) -> None:
        if self._sidecar is None:
            return
        sidecar, self._sidecar = self._sidecar, None
        try:
            with sidecar:
                if sync:
                    os.fsync(sidecar.fileno())
        except OSError as error:
            self.failure = f"the end of the score may be missing: {error.strerror or error}"


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n"


def _write_all(file: IO[bytes], data: bytes) -> None:
    """Write all of it to an unbuffered file: a disk that is nearly full takes a part first."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
