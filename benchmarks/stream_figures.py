"""Computes figures of a model's reconstructions, track by track, and keeps them on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.audio import Sound
from musicvae.files import read_json, write_json
from musicvae.measures import (
    bandwidth,
    log_mel_distance,
    multi_resolution_stft_distance,
    onset_correlation,
)
from musicvae.measures.spectra import COMPARISON_RATE, MEL_HOP


@dataclass(frozen=True)
class Figures:
    """One value a track; see :mod:`musicvae.measures`.

    Attributes:
        log_mel: distance in natural-log units.
        stft: multi-resolution STFT distance.
        onsets: correlation of the onset strengths.
        bandwidth: in Hz.
    """

    log_mel: list[float]
    stft: list[float]
    onsets: list[float]
    bandwidth: list[float]

    def means(self) -> dict[str, float]:
        """The mean over the tracks, by name."""
        return {name: float(np.mean(values)) for name, values in asdict(self).items()}


def judge(tracks: Sequence[Sound], remake: Callable[[Sound], Sound]) -> Figures:
    """The figures of what ``remake`` makes of each track."""
    rows = []
    for track in tracks:
        made = remake(track)
        rows.append(
            (
                log_mel_distance(track, made),
                multi_resolution_stft_distance(track, made),
                onset_correlation(track, made),
                bandwidth(made),
            )
        )
    return Figures(*(list(column) for column in zip(*rows, strict=True)))


def kept(path: Path, settings: dict[str, Any], make: Callable[[], Figures]) -> Figures:
    """The figures that a file holds for these settings, or new ones, which are then kept."""
    if path.is_file():
        found = read_json(path)
        if found["settings"] == settings:
            return Figures(**found["figures"])
    figures = make()
    write_json(path, {"settings": settings, "figures": asdict(figures), "means": figures.means()})
    return figures


def kl_per_step(model: Any) -> float:
    """Nats for each 512 samples at 22 050 Hz, on the test tracks, of the weights that are used."""
    rows = model.history()
    best = [row for row in rows if row["step"] == model.provenance["steps"]] or rows
    if model.recipe.family == "stream":  # whose terms are per step
        return float(best[-1]["test_kl"])
    steps = float(model.recipe.seconds) * COMPARISON_RATE / MEL_HOP
    return float(best[-1]["test_kl"]) / steps


def digest(paths: Sequence[Path]) -> str:
    """SHA-256, in hex, of what these files hold, in this order."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
