"""A survey from a folder to its page and table, with a small stand-in for a trained model."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

import musicvae as mv
from musicvae.audio import AudioSpec, Sound, write
from musicvae.errors import AudioError, DataError, SettingError
from musicvae.surveying import listener
from musicvae.surveying.excerpts import SECONDS, excerpt
from musicvae.surveying.hearing import PIECES, hear, pieces
from musicvae.surveying.page import page, write_survey
from musicvae.surveying.result import Survey

for package in ("soxr", "filelock", "platformdirs", "librosa"):
    pytest.importorskip(package, reason=f"{package} is not installed")

RATE, STEP = 8_000, 400


class StandIn:
    """A model whose latents are the levels of four bands, and that gives back what it hears."""

    genre = "jazz"
    recipe = SimpleNamespace(audio=AudioSpec(RATE), name="toy", sample_rate=RATE)

    def encode(self, sound: Sound) -> np.ndarray:
        steps = len(sound.samples) // STEP
        cut = sound.mono()[: steps * STEP].reshape(steps, STEP)
        bands = np.array_split(np.abs(np.fft.rfft(cut, axis=1)), 4, axis=1)
        return np.log(np.stack([band.mean(axis=1) for band in bands], axis=1) + 1e-3)

    def reconstruct(self, sound: Sound) -> Sound:
        if np.abs(sound.samples).max() > 0.98:
            raise AudioError("this one is too much")
        return Sound(sound.samples * np.float32(0.9), sound.sample_rate)


def _tune(number: int) -> Sound:
    random, time = np.random.default_rng(number), np.arange(2 * RATE) / RATE
    wave = np.sin(2 * np.pi * random.uniform(200, 300) * time) * (1 + np.sin(8 * time + number))
    return Sound.of(0.2 * wave + 0.01 * random.standard_normal(len(time)), RATE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine tunes, one of noise, one that the model refuses, and two that are no sounds."""
    place = tmp_path_factory.mktemp("sounds") / "Ten & <two>"
    for number in range(9):
        write(place / f"tune-{number}.wav", _tune(number))
    noise = 0.1 * np.random.default_rng(9).standard_normal((2 * RATE, 1))
    write(place / "noise </script>.wav".replace("/", "∕"), Sound.of(noise, RATE))
    write(place / "loud.wav", Sound.of(_tune(3).samples * 2.4, RATE))
    (place / "broken.wav").write_bytes(b"RIFF no sound")
    (place / "empty.flac").write_bytes(b"")
    return place


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def made(folder: Path, cache: Path) -> Survey:
    return mv.survey(StandIn(), folder, cache_folder=cache, workers=1)


def _data(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert found is not None
    values: dict[str, Any] = json.loads(found[1])
    return values


def test_every_file_is_on_the_map_or_has_a_reason(made: Survey) -> None:
    assert len(made.tracks) == 10
    assert [key for key, _ in made.skipped] == ["broken.wav", "empty.flac", "loud.wav"]
    reasons = dict(made.skipped)
    assert reasons["empty.flac"] == "empty: zero bytes"
    assert "this one is too much" in reasons["loud.wav"]
    assert sorted(track.place for track in made.tracks) == list(range(1, 11))
    for track in made.tracks:
        assert len(track.near) == 3
        assert track.key not in track.near
        assert np.isfinite([track.x, track.y, track.oddness, track.error, track.distance]).all()


def test_the_track_that_does_not_belong_is_the_oddest(made: Survey) -> None:
    first = made.outliers(1)[0]
    assert first.key.startswith("noise")
    assert first.why
    assert first.distance > 2


def test_the_page_needs_nothing_else_and_holds_sounds(made: Survey) -> None:
    html = page(made)
    assert not re.search(r'(src|href)="(?!data:)', html)
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", html)
    assert html.count("Survey of Ten &amp; &lt;two&gt;<") == 2
    assert not re.search(r"\{(title|about|outliers|skipped|how|data|css|js)\}", html)
    assert html.count("</script>") == 2  # no name of a file ends a script
    values = _data(html)
    assert [track["rank"] for track in values["tracks"]].count(0) == 4
    assert all(track["echo"] for track in values["tracks"] if track["rank"])
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(values["tracks"][0]["sound"])))
    assert rate == RATE
    assert 1.9 < len(heard) / rate < 2.3
    assert sum(cluster["size"] for cluster in values["clusters"]) == 10
    for key, reason in made.skipped:
        assert key in html
        assert reason.replace("'", "&#x27;") in html


def test_the_table_has_the_oddest_first_and_the_skipped_last(made: Survey, tmp_path: Path) -> None:
    _, table = write_survey(made, tmp_path / "new" / "folder")
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [row["place"] for row in rows] == [*map(str, range(1, 11)), "", "", ""]
    assert rows[0]["key"].startswith("noise")
    assert [row["key"] for row in rows[-3:]] == ["broken.wav", "empty.flac", "loud.wav"]
    assert all(row["skipped"] for row in rows[-3:])
    assert sorted(path.name for path in table.parent.iterdir()) == ["survey.csv", "survey.html"]


def test_a_survey_that_is_stopped_writes_nothing(folder: Path, cache: Path, tmp_path: Path) -> None:
    def stop(what: str, done: int, total: int, key: str) -> None:
        if what == "listening" and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mv.survey(StandIn(), folder, tmp_path / "out", cache_folder=cache, progress=stop)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_tracks_are_a_survey(count: int, cache: Path, tmp_path: Path) -> None:
    for number in range(count):
        write(tmp_path / "few" / f"{number}.wav", _tune(number))
    few = mv.survey(StandIn(), tmp_path / "few", tmp_path / "out", cache_folder=cache, workers=1)
    assert len(few.tracks) == count
    html = (tmp_path / "out" / "survey.html").read_text("utf-8")
    assert "nothing can be called usual" in html
    assert {track["rank"] for track in _data(html)["tracks"]} == {0}


def test_the_sounds_of_many_tracks_have_a_bound(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, made: Survey
) -> None:
    size = max(len(track.sound) for track in made.tracks)
    monkeypatch.setattr(listener, "BUDGET", 4 * size)
    small = mv.survey(StandIn(), folder, cache_folder=cache, workers=1)
    kept = [track for track in small.outliers(10) if track.sound]
    assert 0 < sum(len(track.sound) + len(track.echo) for track in kept) <= 4 * size
    assert small.outliers(1)[0].sound  # the oddest can always be heard
    assert [track.key for track in small.outliers(10)] == [t.key for t in made.outliers(10)]


def test_what_cannot_be_surveyed_is_refused(folder: Path, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot survey sounds"):
        mv.survey(SimpleNamespace(), folder)
    with pytest.raises(SettingError, match="seconds cannot be used"):
        mv.survey(StandIn(), folder, seconds=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="is no folder"):
        mv.survey(StandIn(), folder, tmp_path / "file")
    write(tmp_path / "loud" / "loud.wav", Sound.of(_tune(3).samples * 2.4, RATE))
    with pytest.raises(DataError, match="no track could be heard") as refused:
        mv.survey(StandIn(), tmp_path / "loud", cache_folder=cache, workers=1)
    assert "this one is too much" in str(refused.value.received)


@pytest.mark.parametrize(("samples", "wanted"), [(100, 100), (101, 100), (10**6, 99), (5, 1)])
def test_pieces_are_spread_over_a_track(samples: int, wanted: int) -> None:
    found = pieces(samples, wanted)
    assert all(0 <= first < last <= samples for first, last in found)
    assert sum(last - first for first, last in found) <= max(wanted, PIECES)
    assert len(found) == (1 if samples <= wanted else PIECES)
    starts, ends = [first for first, _ in found], [last for _, last in found]
    assert starts[0] == pytest.approx(samples - ends[-1], abs=1)


def test_an_excerpt_is_short_mono_and_within_full_scale() -> None:
    long = Sound.of(np.full((10 * 48_000, 2), 1.5), 48_000)
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(excerpt(long))), always_2d=True)
    assert rate == 22_050
    assert heard.shape[1] == 1
    assert len(heard) / rate == pytest.approx(SECONDS, abs=0.2)
    assert excerpt(Sound.of(np.zeros((0, 1)), 8_000)) == ""
    assert excerpt(Sound.of(np.zeros(8_000), 8_000)) == ""


def test_the_lead_is_that_over_the_start() -> None:
    class Scaled:
        """Reconstructs a sound with another gain."""

        def __init__(self, gain: float) -> None:
            self.gain = gain

        def encode(self, sound: Sound) -> NDArray[np.float32]:
            return np.zeros((4, 2), np.float32)

        def reconstruct(self, sound: Sound) -> Sound:
            return Sound(self.gain * sound.samples, sound.sample_rate)

    track = 0.1 * np.random.default_rng(0).standard_normal((16_000, 1)).astype(np.float32)
    assert hear(Scaled(0.9), track, 16_000, 2.0).lead == 0.0
    better = hear(Scaled(0.9), track, 16_000, 2.0, Scaled(0.5)).lead
    worse = hear(Scaled(0.5), track, 16_000, 2.0, Scaled(0.9)).lead
    assert better > 1.0
    assert worse == pytest.approx(-better)
    assert hear(Scaled(0.9), 0 * track, 16_000, 2.0, Scaled(0.5)).lead == 0.0
