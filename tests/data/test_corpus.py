from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.corpus import Corpus
from musicvae.data.tracks import scan
from musicvae.errors import DataError


@pytest.fixture(scope="module")
def corpus(make_sound: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(3):
        make_sound(folder / "sources" / f"{number}.wav", 1.5 + number / 4, 16_000, seed=number)
    (folder / "sources" / "text.wav").write_text("not sound")
    return build(scan(folder / "sources").tracks, AudioSpec(8_000), folder / "cache", workers=1)


def test_lengths(corpus: Corpus) -> None:
    assert len(corpus) == 3
    assert corpus.keys == ("0.wav", "1.wav", "2.wav")
    assert corpus.lengths.tolist() == [12_000, 14_000, 16_000]
    assert corpus.lengths.dtype == np.int64
    assert corpus.seconds == 5.25


def test_sounds_are_memory_maps_that_cannot_be_written(corpus: Corpus) -> None:
    sound = corpus.audio(2)
    assert isinstance(sound, np.memmap)
    assert (sound.shape, sound.dtype) == ((16_000, 1), np.float32)
    with pytest.raises(ValueError, match="read-only"):
        sound[0] = 0


def test_notes_name_the_tracks_that_have_any(corpus: Corpus) -> None:
    assert corpus.notes == dict.fromkeys(corpus.keys, ("resampled from 16000 Hz",))


def test_a_subset_has_its_own_digest_and_skips_nothing(corpus: Corpus) -> None:
    part = corpus.subset([corpus.keys[2], corpus.keys[0]])
    assert part.keys == (corpus.keys[0], corpus.keys[2])
    assert part.digest != corpus.digest
    assert [skip.key for skip in corpus.skipped] == ["text.wav"]
    assert part.skipped == ()
    np.testing.assert_array_equal(part.audio(1), corpus.audio(2))


@pytest.mark.parametrize("keys", [["absent.wav"], []])
def test_a_subset_of_unknown_tracks_is_refused(corpus: Corpus, keys: list[str]) -> None:
    with pytest.raises(DataError, match="subset"):
        corpus.subset(keys)
