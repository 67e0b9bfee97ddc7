from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae.data.loader import DatasetLoader, load
from musicvae.errors import AudioError, DataError


def test_the_two_sets(tmp_path: Path) -> None:
    (tmp_path / "jazz").mkdir()
    for number in range(30):
        (tmp_path / "jazz" / f"jazz.{number:05}.wav").write_bytes(b"x")
    first, second = DatasetLoader("jazz", tmp_path)
    assert (len(first), len(second)) == (13, 12)
    assert first == sorted(first)
    assert second == sorted(second)
    assert not set(first) & set(second)
    assert all(Path(path).is_file() for path in first + second)
    assert (first, second) != DatasetLoader("jazz", tmp_path, seed=1)
    assert [len(s) for s in DatasetLoader("jazz", tmp_path, counts=(3, 1))] == [3, 1]
    with pytest.raises(DataError, match="too few"):
        DatasetLoader("jazz", tmp_path, counts=(20, 20))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of audioread, which librosa asks
@pytest.mark.parametrize(("rate", "channels"), [(22_050, 1), (44_100, 2), (3_000, 1)])
def test_a_row_is_what_librosa_loads(
    make_sound: Callable[..., Path], tmp_path: Path, rate: int, channels: int
) -> None:
    import librosa

    path = make_sound(tmp_path / "a.wav", seconds=31, rate=rate, channels=channels)
    row, sr = load(path)
    assert (row.shape, row.dtype, sr) == ((1, 90_001), np.dtype(np.float32), 3_000)
    np.testing.assert_array_equal(row[0], librosa.load(path, sr=3_000)[0][:90_001])


def test_a_short_file_ends_in_zeros(make_sound: Callable[..., Path], tmp_path: Path) -> None:
    row, _ = load(make_sound(tmp_path / "a.wav", seconds=2, rate=3_000), samples=10_000)
    assert row[0, :6_000].any()
    assert not row[0, 6_000:].any()


def test_what_is_not_sound(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("text")
    with pytest.raises(AudioError):
        load(tmp_path / "a.wav")
