"""Draws windows of tracks to learn from, some of them spoiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from musicvae.errors import DataError
from musicvae.runtime.embedding import WINDOW, Float32
from musicvae.vae.embedding.spoiling import SPOILS

#: Share of the windows that are spoiled.
SPOILED = 0.35
#: Standard deviations of what a window is raised by, and of what its last band is more than its
#: first, in natural-log units: microphones and masters differ.
_LEVEL, _TILT = 0.5, 0.3

#: Log-mel frames of the tracks of each genre, each (frames, 80).
Tracks = Mapping[str, Sequence[NDArray[np.floating]]]


class Crops:
    """Windows of tracks with their labels: a genre's place, or the number of genres if spoiled.

    Args:
        tracks: by genre.
        seed: of what is drawn.

    Raises:
        DataError: there are fewer than two genres, or a genre has no track of 3 s.
    """

    def __init__(self, tracks: Tracks, seed: int) -> None:
        self.names = tuple(tracks)
        self._tracks = [
            [track for track in each if len(track) > WINDOW] for each in tracks.values()
        ]
        if len(self.names) < 2 or not all(self._tracks):
            raise DataError(
                "an embedding learns to tell genres apart",
                expected="two genres or more, each with a track of more than 3 s",
                received=", ".join(
                    f"{name}: {len(each)}"
                    for name, each in zip(self.names, self._tracks, strict=True)
                ),
            )
        self._random = np.random.default_rng(seed)

    def draw(self, count: int, *, varied: bool = True) -> tuple[Float32, NDArray[np.int64]]:
        """Windows, float32 (count, 129, 80), and their labels, int64 (count,).

        Args:
            count: how many.
            varied: whether levels and spectra vary, as for training.
        """
        pairs = [self._window(varied) for _ in range(count)]
        windows, labels = zip(*pairs, strict=True)
        return np.stack(windows).astype(np.float32), np.array(labels, np.int64)

    def _window(self, varied: bool) -> tuple[Float32, int]:
        random = self._random
        label = int(random.integers(len(self.names)))
        track = self._tracks[label][random.integers(len(self._tracks[label]))]
        start = int(random.integers(len(track) - WINDOW))
        window = track[start : start + WINDOW].astype(np.float32)
        if random.random() < SPOILED:
            label = len(self.names)
            window = SPOILS[random.integers(len(SPOILS))](window, random)
        if varied:
            tilt = np.linspace(-1, 1, window.shape[1]) * random.normal(scale=_TILT)
            window = window + (random.normal(scale=_LEVEL) + tilt).astype(np.float32)
        return window, label
