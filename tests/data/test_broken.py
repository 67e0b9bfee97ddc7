"""Every file that real folders hold has a decided outcome; docs/data.md lists them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.report import DataReport
from musicvae.data.tracks import scan
from musicvae.errors import DataError
from musicvae.recipes.split import split_tracks

#: File -> whether it is used, and what the report says about it.
OUTCOMES = {
    "jazz.00054.wav": (False, "cannot be decoded: Format not recognised"),
    "rock.00031.wav": (True, "shorter than its header says"),
    "country.00003.wav": (False, "empty: zero bytes"),
    "header_only.wav": (False, "empty: a header without samples"),
    "readme.wav": (False, "cannot be decoded: Format not recognised"),
    "half_second.wav": (False, "lasts 0.50 s: shorter than 1 s"),
    "silence.wav": (False, "silent: below -60 dBFS"),
    "not_a_number.wav": (False, "42 samples are NaN or infinite"),
    "stereo_48k_24bit.wav": (True, "resampled from 48000 Hz"),
    "mono_8k.wav": (True, "resampled from 8000 Hz"),
    "reggae.00000.au": (True, ""),
    "country.00000.mp3": (True, ""),
    "mp3_called_wav.wav": (True, "the same bytes as country.00000.mp3"),
    "Café del Mar – été (live) 音楽 #1.wav": (True, ""),
    "upper.WAV": (True, ""),
    "opposite_phase.wav": (True, "channels cancel: left used"),
    "clipped.wav": (True, "clipped: "),
    "offset.wav": (True, "offset of 0.6 removed"),
    "._jazz.00000.wav": (False, "a hidden companion file of macOS, not sound"),
}


@dataclass(frozen=True)
class Case:
    report: DataReport
    folder: Path


@pytest.fixture(scope="module", params=["made here", "shared"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    if request.param == "shared":
        folder = request.getfixturevalue("shared_data") / "broken"
    else:
        folder = request.getfixturevalue("broken_folder")
    found = scan(folder)
    corpus = build(found.tracks, AudioSpec(22_050), tmp_path_factory.mktemp("cache"), workers=1)
    return Case(DataReport(found, corpus, split_tracks(corpus.keys, "80/20", 0)), folder)


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome(case: Case, name: str) -> None:
    used, words = OUTCOMES[name]
    corpus = case.report.corpus
    assert (name in corpus.keys) == used
    if used:
        notes = corpus.notes.get(name, ())
        assert len(notes) == bool(words), notes
        assert all(words in note for note in notes)
        sound = corpus.audio(corpus.keys.index(name))
        assert np.isfinite(sound).all()
        assert np.std(sound) > 10 ** (-60 / 20)
        assert abs(float(np.mean(sound, dtype=np.float64))) < 0.02
    else:
        assert (name, words) in case.report.skipped
    assert (name in case.report.text()) if words else True


def test_every_file_has_an_outcome(case: Case) -> None:
    files = {path.name for path in case.folder.iterdir() if path.suffix != ".md"}
    assert files == set(OUTCOMES)
    assert len(case.report.skipped) + len(case.report.corpus) == len(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_documented(root: Path, name: str) -> None:
    rows = (root / "docs" / "data.md").read_text("utf-8").splitlines()
    (row,) = (row for row in rows if row.startswith(f"| `{name}` |"))
    used, words = OUTCOMES[name]
    assert row.split("|")[3].strip() == ("used" if used else "skipped")
    assert words.split("0.6")[0].rstrip() in row


def test_nothing_usable_names_every_file(broken_folder: Path, tmp_path: Path) -> None:
    tracks = [t for t in scan(broken_folder).tracks if not OUTCOMES[t.key][0]]
    with pytest.raises(DataError) as caught:
        build(tracks, AudioSpec(22_050), tmp_path, workers=1)
    for track in tracks:
        assert f"{track.key}: {OUTCOMES[track.key][1]}" in str(caught.value)
