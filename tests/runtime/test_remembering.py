"""Sound files become a memory: what they hold, in order, and where one may jump."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.errors import AudioError, DataError, MemoryBankError, SettingError
from musicvae.latents.memory import Memory
from musicvae.latents.memory.choosing import Wishes
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.improvising import improvised
from musicvae.runtime.remembering import SCALE, Piece, pieces_of, remember
from tests.sounds import RATE, track

STEP = 128  # samples; RATE is the encoder's


@pytest.fixture
def encoder(make_encoder: Callable[..., Path]) -> Encoder:
    return Encoder(make_encoder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four tracks of jazz and one of metal, 3 s each."""
    for number in range(4):
        write(tmp_path / "jazz" / f"jazz.{number}.wav", track(number))
    write(tmp_path / "metal" / "metal.0.wav", track(100))
    return tmp_path


def write(path: Path, samples: Any, rate: int = RATE) -> Path:
    return Sound.of(samples, rate).write(path)


def test_it_holds_the_tracks_as_the_encoder_hears_them(folder: Path, encoder: Encoder) -> None:
    pieces = pieces_of([folder])
    memory = remember(pieces, encoder, licence="CC0-1.0", source="made up")
    assert {(part.name, part.style, part.steps) for part in memory.parts} == {
        (piece.path.stem, piece.path.parent.name, 3 * RATE // STEP) for piece in pieces
    }
    assert (memory.header.licence, memory.header.source) == ("CC0-1.0", "made up")
    info = encoder.info
    assert (memory.latent_space, memory.latent_dim) == (info.latent_space, info.latent_dim)
    assert (memory.header.hop * memory.header.stride, memory.header.stride) == (STEP, info.stride)
    assert memory.seconds == pytest.approx(15, abs=0.1)
    first = 0
    for part in memory.parts:
        expected = encoder.encode(Sound.of(track(number_of(part.name)), RATE))[: part.steps]
        rows = memory.rows(first, first + part.steps)
        np.testing.assert_allclose(rows, expected, atol=SCALE / 2 + 1e-6)
        first += part.steps


def number_of(name: str) -> int:
    genre, number = name.split(".")
    return int(number) + (100 if genre == "metal" else 0)


def test_joints_lie_at_the_beats_of_the_music(folder: Path, encoder: Encoder) -> None:
    """Chords begin every half second: a step describes the sound that ended before it did."""
    memory = remember(pieces_of([folder / "jazz" / "jazz.0.wav"]), encoder)
    body, info = memory.body, encoder.info
    moments = (body.joints[body.onsets == 1] * STEP - info.latency + STEP / 2) / RATE
    assert len(moments) >= 5
    off = np.abs((moments + 0.25) % 0.5 - 0.25)
    assert np.median(off) < 0.03


def test_what_it_makes_can_be_saved_and_played(
    folder: Path, encoder: Encoder, tmp_path: Path
) -> None:
    memory = Memory.load(remember(pieces_of([folder]), encoder).save(tmp_path / "all.memory"))
    rows = improvised(memory, 2000, 7, Wishes(continuity=1.0))
    np.testing.assert_array_equal(rows, improvised(memory, 2000, 7, Wishes(continuity=1.0)))
    assert np.isfinite(rows).all()
    assert rows.std() > 0.01


def test_no_more_minutes_are_taken_than_asked_for_and_evenly(
    folder: Path, encoder: Encoder
) -> None:
    pieces = pieces_of([folder])
    told: list[str] = []
    memory = remember(
        pieces, encoder, 7.0 / 60, progress=lambda number, count, path: told.append(path.stem)
    )
    assert memory.seconds == pytest.approx(7.0, abs=2 * STEP / RATE)
    assert [part.name for part in memory.parts] == told
    assert len(told) == 3
    assert told != [piece.path.stem for piece in pieces[:3]]


def test_named_files_and_styles(folder: Path) -> None:
    file = folder / "metal" / "metal.0.wav"
    assert pieces_of([file, folder / "metal"]) == [Piece(file, "metal")]
    assert {piece.style for piece in pieces_of([folder], "mine")} == {"mine"}
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match="no sound files"):
        pieces_of([folder / "empty"])


def test_tracks_that_training_kept_for_testing_are_not_remembered(folder: Path) -> None:
    learnt = pieces_of([folder / "jazz"], split="last 1")
    assert [piece.path.stem for piece in learnt] == ["jazz.0", "jazz.1", "jazz.2"]
    with pytest.raises(SettingError):
        pieces_of([folder / "jazz"], split="some")


def test_files_that_cannot_be_used_are_left_out_with_a_reason(
    folder: Path, encoder: Encoder
) -> None:
    bad = folder / "jazz" / "jazz.9.wav"
    bad.write_bytes(b"RIFF and nothing")
    short = write(folder / "jazz" / "jazz.8.wav", np.zeros(100))
    reasons: dict[str, str] = {}

    def left_out(path: Path, reason: str) -> None:
        reasons[path.name] = reason

    memory = remember(pieces_of([folder / "jazz"]), encoder, left_out=left_out)
    assert len(memory.parts) == 4
    assert set(reasons) == {bad.name, short.name}
    assert "shorter than 0.26 s" in reasons[short.name]
    with pytest.raises(AudioError):
        remember(pieces_of([bad]), encoder)


def test_where_nothing_is_left_it_says_what_is_needed(folder: Path, encoder: Encoder) -> None:
    short = write(folder / "short.wav", np.zeros(31 * STEP))
    for pieces in ([], pieces_of([short])):
        with pytest.raises(MemoryBankError, match=r"nothing to remember.*0\.26 s"):
            remember(pieces, encoder)


def test_one_short_track_is_a_memory_that_plays_on(folder: Path, encoder: Encoder) -> None:
    short = write(folder / "short.wav", track(5, 1.0)[: 32 * STEP])
    memory = remember(pieces_of([short]), encoder)
    assert memory.steps == 32
    assert np.isfinite(improvised(memory, 500, 0)).all()


def test_a_silent_track_has_joints_too(folder: Path, encoder: Encoder) -> None:
    memory = remember(pieces_of([write(folder / "calm.wav", np.zeros(RATE))]), encoder)
    assert not memory.body.onsets.any()
    assert memory.header.joints > 5


@pytest.mark.parametrize("minutes", [0.0, -1.0, 361.0, float("nan"), float("inf")])
def test_lengths_that_cannot_be_are_refused(encoder: Encoder, minutes: float) -> None:
    with pytest.raises(SettingError, match="this length"):
        remember([], encoder, minutes)


@pytest.mark.parametrize("words", [{"licence": "x" * 1001}, {"source": "\x1b[2J"}])
def test_words_that_cannot_be_written_are_refused_before_anything_is_encoded(
    folder: Path, encoder: Encoder, words: dict[str, Any]
) -> None:
    told: list[object] = []
    with pytest.raises(MemoryBankError, match="not a short text"):
        remember(pieces_of([folder]), encoder, progress=lambda *all: told.append(all), **words)
    assert not told


def test_two_channels_and_another_rate(make_encoder: Callable[..., Path], tmp_path: Path) -> None:
    stereo = Encoder(make_encoder(channels=2))
    wide = np.stack([track(1), track(2)], axis=1)
    memory = remember(pieces_of([write(tmp_path / "wide.wav", wide)]), stereo)
    assert memory.steps == 3 * RATE // STEP
    mono = remember(pieces_of([write(tmp_path / "mono.wav", track(1))]), stereo)
    assert mono.steps == memory.steps
    assert not np.array_equal(mono.body.codes, memory.body.codes)
