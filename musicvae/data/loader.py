"""Loads tracks as the original notebook did: ``DatasetLoader`` and ``load``, by its names.

They read one file at a time and have no cache. Training uses :mod:`musicvae.data.cache` instead.
"""

from __future__ import annotations

import os

import numpy as np

from musicvae.audio import Samples, Sound, read, resample
from musicvae.data.tracks import scan
from musicvae.recipes.split import split_tracks


def DatasetLoader(  # noqa: N802 - the notebook's spelling
    class_: str,
    base_path: str | os.PathLike[str],
    counts: tuple[int, int] = (13, 12),
    seed: int = 0,
) -> tuple[list[str], list[str]]:
    """Choose tracks of one genre at random, to train and to test on.

    Args:
        class_: the genre, such as ``"jazz"``.
        base_path: the folder that holds the genres' folders.
        counts: number of tracks in each of the two sets.
        seed: seed of the random choice.

    Returns:
        ``(TrackSet_1, TrackSet_2)``: the sorted paths of the tracks to train and to test on.

    Raises:
        DataError: no such folder, or fewer tracks than that.
        SettingError: a count is not above 0.
    """
    tracks = {track.key: str(track.path) for track in scan(base_path, class_).tracks}
    split = split_tracks(tracks, f"{counts[0]}+{counts[1]}", seed)
    return [tracks[key] for key in split.train], [tracks[key] for key in split.test]


def load(
    file_: str | os.PathLike[str], sr: int = 3_000, samples: int = 90_001
) -> tuple[Samples, int]:
    """Load a track as one row; the same samples as ``librosa.load(file_, sr=sr)`` gives.

    Args:
        file_: a sound file.
        sr: rate to resample to, in Hz.
        samples: length of the row in samples; longer tracks are cut, shorter ones end in zeros.

    Returns:
        The mean of the channels, float32, shape (1, samples), full scale ±1; and ``sr``.

    Raises:
        AudioError: the file cannot be decoded.
    """
    sound = read(file_)
    mono = resample(Sound.of(sound.mono(), sound.sample_rate), sr)
    row = np.zeros((1, samples), np.float32)
    found = mono.samples[:samples, 0]
    row[0, : len(found)] = found
    return row, sr
