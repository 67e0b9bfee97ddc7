"""Small made-up tracks: chords that change, with a beat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile as sf

RATE = 16_000


def write_tracks(folder: Path) -> Path:
    """Write jazz/jazz.0000N.wav (6) and metal/metal.0000N.wav (2), 3 s each, into ``folder``."""
    for genre, count in (("jazz", 6), ("metal", 2)):
        (folder / genre).mkdir()
        for number in range(count):
            samples = track(seed=number + (100 if genre == "metal" else 0))
            sf.write(folder / genre / f"{genre}.{number:05d}.wav", samples, RATE)
    return folder


def track(seed: int, seconds: float = 3.0) -> np.ndarray:
    """Mono float32 samples: a chord every half second and noise on each beat."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    samples = np.zeros_like(time)
    for start in np.arange(0, seconds, 0.5):
        since = time - start
        within = (since >= 0) & (since < 0.5)
        envelope = np.where(within, np.exp(-4 * np.maximum(since, 0)), 0)
        for note in generator.integers(40, 76, 3):
            samples += 0.1 * envelope * np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * since)
        samples += 0.05 * envelope**4 * generator.standard_normal(len(time))
    return samples.astype(np.float32)
