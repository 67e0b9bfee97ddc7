"""The tracks are chosen that a model plays most like all of the music."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound, read
from musicvae.errors import AudioError, LatentError, MemoryBankError
from musicvae.evaluating.representing import representative
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.runtime.embedding import Embedding
from musicvae.runtime.remembering import Piece

RATE = 22_050


class Ears:
    """Hands the sound itself on, in place of latents."""

    info = SimpleNamespace(sample_rate=RATE, channels=1, latent_space="0123")

    def tape(self, sound: Sound) -> Sound:
        return sound


class Voice:
    """Plays sounds as they are, but those that are louder than -20 dBFS as noise."""

    info = SimpleNamespace(sample_rate=RATE, latent_space="0123")

    def play(self, sound: Sound) -> Any:
        if np.abs(sound.samples).max() < 0.3:
            return sound.samples
        noise = np.random.default_rng(0).standard_normal(sound.samples.shape)
        return (0.1 * noise).astype(np.float32)


def tone(folder: Path, name: str, pitch: float, level: float = 0.1, seconds: float = 4.0) -> Piece:
    time = np.arange(round(seconds * RATE)) / RATE
    beats = np.exp(-4 * (time % 0.5))
    notes = sum(np.sin(2 * np.pi * pitch * part * time) / part for part in range(1, 6))
    path = Sound.of((level * beats * notes)[:, None], RATE).write(folder / f"{name}.wav")
    return Piece(path, "tones")


def chosen(pieces: list[Piece], minutes: float, **options: Any) -> list[str]:
    ears: Any = Ears()
    voice: Any = Voice()
    return [piece.path.stem for piece in representative(pieces, ears, voice, minutes, **options)]


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    """Low and high tones in turns; each third one is loud, which the voice plays as noise."""
    return [
        tone(tmp_path, str(number), 110.0 * (1 + number % 2 * 3), 0.6 if number % 3 == 2 else 0.1)
        for number in range(9)
    ]


def test_what_is_played_badly_is_not_chosen_and_the_others_are_not_alike(
    pieces: list[Piece],
) -> None:
    told: list[tuple[int, int, str]] = []
    names = chosen(
        pieces,
        12.0 / 60,
        progress=lambda number, count, path: told.append((number, count, path.stem)),
    )
    assert len(names) == 3  # of 4 s each
    assert names[:-1] == sorted(names[:-1])
    assert all(int(name) % 3 != 2 for name in names)
    assert {int(name) % 2 for name in names} == {0, 1}
    assert told == [(number, 9, str(number)) for number in range(9)]


def test_they_are_nearer_to_the_music_than_the_first_ones(pieces: list[Piece]) -> None:
    embedding, voice = Embedding.shipped(), Voice()

    def gaussian(names: list[str], play: Callable[[Sound], Any]) -> Gaussian:
        sounds = [read(piece.path) for piece in pieces if piece.path.stem in names]
        return Gaussian.of(
            np.concatenate([embedding.hear(Sound(play(each), RATE)).points for each in sounds])
        )

    every = [piece.path.stem for piece in pieces]
    music = gaussian(every, lambda sound: sound.samples)
    first = frechet_distance(gaussian(every[:3], voice.play), music)
    assert frechet_distance(gaussian(chosen(pieces, 0.2), voice.play), music) < 0.5 * first


def test_all_are_chosen_where_all_are_wanted(pieces: list[Piece]) -> None:
    assert sorted(chosen(pieces, 60.0)) == [piece.path.stem for piece in pieces]
    assert len(chosen(pieces, 4.1 / 60)) == 2  # the second one is not needed wholly


def test_what_cannot_be_heard_is_left_out_or_an_error(pieces: list[Piece], tmp_path: Path) -> None:
    short = tone(tmp_path, "short", 220.0, seconds=1.0)
    told: list[str] = []
    names = chosen([short, *pieces], 60.0, left_out=lambda path, reason: told.append(reason))
    assert "short" not in names
    assert len(told) == 1
    assert "too short" in told[0]
    with pytest.raises(AudioError, match="too short"):
        chosen([short, *pieces], 60.0)
    with pytest.raises(MemoryBankError, match="nothing to choose from"):
        chosen([short], 60.0, left_out=lambda path, reason: None)


def test_the_last_one_chosen_comes_last(pieces: list[Piece]) -> None:
    one, two, three = (chosen(pieces, seconds / 60) for seconds in (4.0, 8.0, 12.0))
    assert [len(each) for each in (one, two, three)] == [1, 2, 3]
    assert one + two[1:] == two
    assert sorted(two) + three[2:] == three


def test_another_latent_space_is_told_before_anything_is_heard(
    pieces: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ears.info, "latent_space", "4567")
    told: list[int] = []
    with pytest.raises(LatentError, match="does not play what this encoder hears") as refused:
        chosen(pieces, 0.2, progress=lambda number, *_: told.append(number))
    assert refused.value.received == "latent space 4567"
    assert not told
