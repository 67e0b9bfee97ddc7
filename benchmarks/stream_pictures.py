"""Draws spectrograms of one track and of its reconstructions by three models."""

from __future__ import annotations

from pathlib import Path

from musicvae.audio import Sound
from musicvae.measures import log_mel_distance, multi_resolution_stft_distance
from musicvae.plots import save, spectrograms

SECONDS = 8
NAMES = ("clip", "PCA, Griffin-Lim", "stream")


def draw(path: Path, track: Sound, clip: Sound, inverted: Sound, stream: Sound) -> Path:
    """Write a picture of the first seconds of all four, with their distances in the titles."""
    original = _start(track)
    made = [_start(sound) for sound in (clip, inverted, stream)]
    titles = [
        f"{name}: log-mel {log_mel_distance(original, sound):.2f}, "
        f"STFT {multi_resolution_stft_distance(original, sound):.2f}"
        for name, sound in zip(NAMES, made, strict=True)
    ]
    return save(spectrograms([original, *made], ["an unheard track", *titles]), path)


def _start(sound: Sound) -> Sound:
    return Sound(sound.samples[: SECONDS * sound.sample_rate], sound.sample_rate)
