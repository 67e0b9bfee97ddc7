from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.report import DataReport
from musicvae.data.tracks import scan
from musicvae.errors import DataError
from musicvae.recipes.split import split_tracks


@pytest.fixture(scope="module")
def report(make_sound: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> DataReport:
    folder = tmp_path_factory.mktemp("report")
    for number in range(4):
        make_sound(folder / "sources" / f"{number}.wav", rate=8_000, seed=number)
    make_sound(folder / "sources" / "4.wav", rate=16_000)
    (folder / "sources" / ".hidden.wav").write_bytes(b"")
    (folder / "sources" / "empty.wav").write_bytes(b"")
    found = scan(folder / "sources")
    corpus = build(found.tracks, AudioSpec(8_000), folder / "cache", workers=1)
    return DataReport(found, corpus, split_tracks(corpus.keys, "last 2", 0))


def test_what_is_skipped_comes_from_scan_and_corpus(report: DataReport) -> None:
    assert report.skipped == [
        (".hidden.wav", "a hidden file"),
        ("empty.wav", "empty: zero bytes"),
    ]


def test_as_json(report: DataReport) -> None:
    values = report.to_json()
    assert values["digest"] == report.corpus.digest
    assert (values["sample_rate"], values["channels"], values["seconds"]) == (8_000, 1, 10.0)
    sets = {track["key"]: track["set"] for track in values["tracks"]}
    assert sets == {f"{n}.wav": "train" if n < 3 else "test" for n in range(5)}
    assert values["tracks"][4]["notes"] == ["resampled from 16000 Hz"]
    assert [skip["key"] for skip in values["skipped"]] == [".hidden.wav", "empty.wav"]


def test_as_text(report: DataReport) -> None:
    summary, *lines = report.text().splitlines()
    assert summary == (
        f"5 tracks, 0 min 10 s, from {report.scan.root}; 3 to train on, 2 to test on; 2 skipped"
    )
    assert lines == [
        "skipped:",
        "  .hidden.wav  a hidden file",
        "  empty.wav    empty: zero bytes",
        "used, with a note:",
        "  4.wav  resampled from 16000 Hz",
    ]


def test_of_very_many_files_the_text_names_some(
    report: DataReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.data.report.SHOWN", 1)
    lines = report.text().splitlines()
    assert lines[2] == "  .hidden.wav  a hidden file"
    assert lines[3] == "  … and 1 more; the run's data.json lists them all"
    assert lines[4:] == ["used, with a note:", "  4.wav  resampled from 16000 Hz"]
    assert len(report.to_json()["skipped"]) == 2


def test_without_a_split(report: DataReport) -> None:
    whole = DataReport(report.scan, report.corpus)
    assert {track["set"] for track in whole.to_json()["tracks"]} == {None}
    assert "to train on" not in whole.text()


@pytest.mark.skipif(sys.platform == "win32", reason="such names are impossible there")
def test_a_name_forges_no_line_and_moves_no_cursor(
    make_sound: Callable[..., Path], tmp_path: Path
) -> None:
    forged = "a\n12 tracks, all is well\x1b[2J\u202e.wav"
    for name in (forged, "é\r.wav"):
        make_sound(tmp_path / "sources" / name, rate=16_000, seed=len(name))
    (tmp_path / "sources" / f"empty{forged}").write_bytes(b"")
    found = scan(tmp_path / "sources")
    corpus = build(found.tracks, AudioSpec(8_000), tmp_path / "cache", workers=1)
    lines = DataReport(found, corpus).text().split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) == 1 + 2 + 3
    empty = [track for track in found.tracks if track.key.startswith("empty")]
    with pytest.raises(DataError) as caught:
        build(empty, AudioSpec(8_000), tmp_path / "cache", workers=1)
    assert str(caught.value).isprintable()
