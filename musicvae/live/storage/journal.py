"""Logs all commands of a session with their sample frames, so that it can be rendered again.

A journal is JSON, one object a line: a header, ``{"frame": n, "do": [message, ...]}`` for each
batch of commands, and ``{"end": n}``. :func:`musicvae.live.storage.scores.read_score` reads it.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

from musicvae.errors import DeviceError, ScoreError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.limits import DEFAULT_DECKS
from musicvae.live.storage.scores import JOURNAL_SCHEMA

#: Bytes of the session's log.
MOST_BYTES = 2**28
#: Batches that may wait for :meth:`Journal.drain`; a minute with a thousand a second.
MOST_WAITING = 2**16
_CHUNK = 2**20


class Loggable(Protocol):
    """A command that can be logged."""

    def message(self) -> StoredMessage:
        """Its address and values, from which the command can be made again."""


class Journal:
    """The log of a session from its first sample frame, copied to a *sidecar* of each recording.

    The rendering thread calls only :meth:`append`, which never waits. Other threads may call the
    other methods at the same time.

    Args:
        rate: sample rate of the engine in Hz.
        channels: number of channels of the engine.
        decks: number of its decks.
        tapes: files and folders in which tapes are found.
        most_bytes: size limit of the log.

    Attributes:
        unreplayable: why later recordings can have no score; empty while they can.
        failure: why the newest sidecar ended before :meth:`stop_sidecar`; empty where it did not.
    """

    def __init__(
        self,
        rate: int,
        channels: int,
        tapes: Iterable[str] = (),
        *,
        decks: int = DEFAULT_DECKS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.unreplayable = ""
        self.failure = ""
        self._header: dict[str, object] = {"musicvae": "journal", "schema": JOURNAL_SCHEMA}
        self._header |= {"rate": rate, "channels": channels, "decks": decks}
        self._header["tapes"] = [*tapes]
        self._most_bytes = most_bytes
        self._models: dict[str, dict[str, str]] = {}
        self._parts: dict[str, dict[str, dict[str, str]]] = {}
        self._waiting: deque[tuple[int, Sequence[Loggable]]] = deque()
        self._overrun = False
        self._lock = threading.Lock()  # never locked by the rendering thread
        self._log: IO[bytes] | None = None
        self._size = 0
        self._sidecar: IO[bytes] | None = None

    def append(self, frame: int, batch: Sequence[Loggable]) -> None:
        """Note a batch that took effect at a sample frame; called by the rendering thread.

        Args:
            frame: sample frame, not before that of the previous call.
            batch: the commands; kept, so it must not change.
        """
        if self._overrun:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._overrun = True
        else:
            self._waiting.append((frame, batch))  # atomic, as documented for deque

    def know_model(self, name: str, file: str, graph_sha256: str) -> None:
        """Note the file and the graph of a model, before a command loads it."""
        facts = {"file": file, "graph_sha256": graph_sha256}
        with self._lock:
            self._know("model", name, self._models, facts)

    def know_part(self, kind: str, name: str, file: str, sha256: str) -> None:
        """Note what a source plays, before a command loads it.

        Args:
            kind: ``"tape"``, ``"memory"`` or ``"prior"``.
            name: of the tape, the memory or the prior.
            file: its path.
            sha256: of the file, 64 hex digits.
        """
        with self._lock:
            parts = self._parts.setdefault(kind, {})
            self._know(kind, name, parts, {"file": file, "sha256": sha256})

    def _know(
        self, kind: str, name: str, known: dict[str, dict[str, str]], facts: dict[str, str]
    ) -> None:
        before = known.setdefault(name, facts)
        if before is facts:
            self._to_sidecar(_line({kind: name, **facts}))
        elif before | {"file": ""} != facts | {"file": ""}:
            self._give_up(f"the {kind} {name!r} was replaced during the session")
            self._break_off()

    def drain(self) -> None:
        """Write what was appended; call it some ten times a second. Raises nothing."""
        with self._lock:
            self._drain()

    def start_sidecar(
        self, file: str | os.PathLike[str] | IO[bytes], start_frame: int, heard: str = ""
    ) -> None:
        """Begin a file with everything that happened so far, and continue it.

        Args:
            file: path of a new file; or a file, open and unbuffered, that is closed here.
            start_frame: first sample frame of the recording that the file belongs to.
            heard: name of the file beside it that holds what comes in; empty for nothing.

        Raises:
            ScoreError: the session cannot be rendered again any more, or a sidecar is being
                written.
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
            header["parts"] = self._parts
            if heard:
                header["input"] = heard
            try:
                self._sidecar = made = _opened(file)
                _write_all(made, _line(header))
                self._copy_log(made)
            except OSError as error:
                self._close_sidecar()
                raise DeviceError(
                    "the score cannot be written", received=error.strerror or str(error)
                ) from error

    def stop_sidecar(self, frame: int) -> None:
        """End the sidecar, if there is one, and flush it to the disk. Raises nothing.

        Args:
            frame: the sample frame behind the end of the recording.
        """
        with self._lock:
            self._drain()
            self._to_sidecar(_line({"end": frame}))
            self._close_sidecar(sync=True)

    def close(self) -> None:
        """Delete the log; an open sidecar ends without an end line, as after a kill."""
        with self._lock:
            self._drain()
            self._close_sidecar(sync=True)
            self._give_up("it is over")

    def _drain(self) -> None:
        lines = []
        overrun = self._overrun  # read first: what was noted before it is good
        try:
            for _ in range(len(self._waiting)):
                frame, batch = self._waiting.popleft()
                lines.append(
                    _line({"frame": frame, "do": [command.message() for command in batch]})
                )
        except (TypeError, ValueError) as error:
            overrun = True
            self._give_up(f"a command cannot be logged: {error}")
        data = b"".join(lines)
        self._to_sidecar(data)
        self._to_log(data)
        if overrun:
            self._give_up("commands came faster than they could be logged")
            self._break_off()

    def _to_log(self, data: bytes) -> None:
        if self.unreplayable or not data:
            return
        if self._size + len(data) > self._most_bytes:
            self._give_up(f"its log would have more than {self._most_bytes} bytes")
            return
        try:
            if self._log is None:  # a session without a command needs no file
                self._log = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            _write_all(self._log, data)
        except OSError as error:
            self._give_up(f"its log cannot be written: {error.strerror or error}")
        self._size += len(data)

    def _give_up(self, reason: str) -> None:
        """No later sidecar can be complete; an open one has everything so far and continues."""
        self.unreplayable = self.unreplayable or reason
        if self._log is not None:
            self._log.close()
            self._log = None

    def _to_sidecar(self, data: bytes) -> None:
        if self._sidecar is None:
            return
        try:
            if not os.fstat(self._sidecar.fileno()).st_nlink:
                raise OSError(errno.ENOENT, "it was removed while it was written")
            _write_all(self._sidecar, data)
        except OSError as error:
            self.failure = f"the score ends early: {error.strerror or error}"
            self._close_sidecar()

    def _break_off(self) -> None:
        """End the open sidecar, which from now on would not match the sound."""
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


def _opened(file: str | os.PathLike[str] | IO[bytes]) -> IO[bytes]:
    """A file that is open already, or a new one."""
    if isinstance(file, str | os.PathLike):
        return Path(file).open("xb", buffering=0)
    return file


def _line(value: Mapping[str, object]) -> bytes:
    compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return compact.encode(value).encode("utf-8") + b"\n"
    except UnicodeEncodeError:  # a path that is no text: its bytes are kept as escapes
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def _write_all(file: IO[bytes], data: bytes) -> None:
    """Write all data to an unbuffered file; a nearly full disk accepts a part first."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
