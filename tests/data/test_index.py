from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from musicvae.data.index import Index, Outcome, Source
from musicvae.data.store import Stored

USED = Outcome(Stored(8_000, 32_128, 5, 77), notes=("resampled from 16000 Hz",))
REFUSED = Outcome(None, "empty: zero bytes", decoder="0.12.1")


@pytest.mark.parametrize("outcome", [USED, REFUSED])
def test_an_outcome_survives_the_process(tmp_path: Path, outcome: Outcome) -> None:
    source = Source("/music/a.wav", 100, 1)
    with Index(tmp_path / "deep" / "index.sqlite") as index:
        index.put(source, "content", "digest", outcome)
    with Index(tmp_path / "deep" / "index.sqlite") as index:
        assert index.content(source) == "content"
        assert index.outcome("digest") == outcome
        assert index.outcome("another") is None


@pytest.mark.parametrize(
    "changed",
    [Source("/music/b.wav", 100, 1), Source("/music/a.wav", 99, 1), Source("/music/a.wav", 100, 2)],
)
def test_a_changed_source_is_not_known(tmp_path: Path, changed: Source) -> None:
    with Index(tmp_path / "index.sqlite") as index:
        index.put(Source("/music/a.wav", 100, 1), "content", "digest", USED)
        index.flush()
        assert index.content(changed) is None


def test_a_source_is_the_file_as_it_is_now(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"1234")
    source = Source.of(tmp_path / "a.wav")
    assert (source.path, source.size) == (str(tmp_path / "a.wav"), 4)
    with pytest.raises(FileNotFoundError):
        Source.of(tmp_path / "b.wav")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"stored": {"size": 1}}'])
def test_a_damaged_outcome_is_not_known(tmp_path: Path, text: str) -> None:
    with Index(tmp_path / "index.sqlite"):
        pass
    with sqlite3.connect(tmp_path / "index.sqlite") as database:
        database.execute("INSERT INTO outcomes VALUES ('digest', ?)", (text,))
    database.close()
    with Index(tmp_path / "index.sqlite") as index:
        assert index.outcome("digest") is None


def test_a_file_that_is_no_database_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "index.sqlite").write_bytes(b"no database " * 100)
    with Index(tmp_path / "index.sqlite") as index:
        index.put(Source("/music/a.wav", 100, 1), "content", "digest", USED)
        index.flush()
        assert index.outcome("digest") == USED
