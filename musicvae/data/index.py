"""Remembers what every source file was decoded to, so that the next start opens none of them.

It is an SQLite database, which survives a killed process and which several processes may use at a
time. It may be deleted at any moment; the next start then reads the sources again.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from musicvae.data.store import Stored

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sources
    (path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, content TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcomes (digest TEXT PRIMARY KEY, outcome TEXT) WITHOUT ROWID;
"""
_FLUSH_SECONDS = 1.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True)
class Source:
    """A source file as it was when it was read.

    Attributes:
        path: absolute.
        size: in bytes.
        mtime_ns: when it was last changed, in nanoseconds since 1970.
    """

    path: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Source:
        """The file as it is now.

        Raises:
            OSError: it is missing.
        """
        status = path.stat()
        return cls(str(path.absolute()), status.st_size, status.st_mtime_ns)


@dataclass(frozen=True)
class Outcome:
    """The result of decoding one source: a stored sound, or the reason why there is none.

    Attributes:
        stored: the file of the decoded sound, or ``None``.
        reason: why the source is not used, or ``None``.
        notes: what was done to it or is unusual about it.
        decoder: what decoded it, or could not; another one may find more.
    """

    stored: Stored | None
    reason: str | None = None
    notes: tuple[str, ...] = ()
    decoder: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether the sound ends before the source's end."""
        return any("broken off" in note for note in self.notes)

    def to_json(self) -> str:
        """The outcome as JSON text, for :meth:`from_json`."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Outcome:
        """The outcome that :meth:`to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: the text is damaged.
        """
        values = json.loads(text)
        stored = Stored(**values["stored"]) if values["stored"] else None
        return cls(stored, values["reason"], tuple(values["notes"]), values["decoder"])


class Index:
    """The database of one cache folder; a context manager that several threads may share.

    Args:
        path: the database file; a missing or damaged one is made anew.

    Raises:
        OSError, sqlite3.OperationalError: the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._pending: list[tuple[str, tuple[object, ...]]] = []
        self._unwritten: dict[str, Outcome] = {}
        self._flushed = time.monotonic()
        try:
            self._open(path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
            self._database.close()
            path.unlink()
            self._open(path)

    def _open(self, path: Path) -> None:
        self._database = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self._database.execute("PRAGMA synchronous = NORMAL")
        ((state,),) = self._database.execute("PRAGMA quick_check(1)").fetchall()
        if state != "ok":
            error = sqlite3.DatabaseError(state)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        self._database.executescript(_SCHEMA)

    def content(self, source: Source) -> str | None:
        """The content hash of a source if it is unchanged since it was read, else ``None``."""
        return self._one(
            "SELECT content FROM sources WHERE path = ? AND size = ? AND mtime_ns = ?",
            (source.path, source.size, source.mtime_ns),
        )

    def outcome(self, digest: str) -> Outcome | None:
        """The outcome for the sound of that digest, or ``None`` where it is not known."""
        with self._lock:
            unwritten = self._unwritten.get(digest)
        if unwritten is not None:
            return unwritten
        text = self._one("SELECT outcome FROM outcomes WHERE digest = ?", (digest,))
        try:
            return None if text is None else Outcome.from_json(text)
        except (ValueError, KeyError, TypeError):
            return None  # a damaged page that SQLite cannot notice

    def put(self, source: Source, content: str, digest: str, outcome: Outcome) -> None:
        """Remember an outcome. It is written within a second of further calls, or by ``flush``."""
        with self._lock:
            self._pending += [
                (
                    "INSERT OR REPLACE INTO sources VALUES (?, ?, ?, ?)",
                    (source.path, source.size, source.mtime_ns, content),
                ),
                ("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", (digest, outcome.to_json())),
            ]
            self._unwritten[digest] = outcome
        if time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is pending, in one transaction."""
        with self._lock, self._database:
            for statement, values in self._pending:
                self._database.execute(statement, values)
            self._pending.clear()
            self._unwritten.clear()
            self._flushed = time.monotonic()

    def _one(self, query: str, values: tuple[object, ...]) -> str | None:
        """The first column of the first row, or ``None`` where there is no row."""
        with self._lock:
            row = self._database.execute(query, values).fetchone()
        return None if row is None else str(row[0])

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.flush()
        finally:
            self._database.close()
