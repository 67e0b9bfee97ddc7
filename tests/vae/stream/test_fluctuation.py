"""The term of the loss that asks for as much fluctuation as the music has."""

from __future__ import annotations

import numpy as np

from musicvae.vae.stream.spectral_distance import SpectralDistance

RATE = 16_000


def test_the_fluctuation_term_counts_how_much_a_band_moves_and_not_when() -> None:
    random = np.random.default_rng(5)
    plain = SpectralDistance(RATE, 512, 0.0, 0.0, 0.0)
    spectral = SpectralDistance(RATE, 512, 0.0, 0.0, 0.0, fluctuation_weight=1.0)
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)

    def moving(depth: float, seed: int) -> np.ndarray:
        """A tone whose level moves 12 times a second, by so many nats, at other moments."""
        phase = np.random.default_rng(seed).uniform(0, 2 * np.pi)
        return 0.1 * tone * np.exp(depth * np.sin(2 * np.pi * 12 * np.arange(RATE) / RATE + phase))

    def term(x: np.ndarray, made: np.ndarray) -> float:
        pair = [spectral.spectra([part[None].astype(np.float32)]) for part in (x, made)]
        return float((spectral.between(*pair) - plain.between(*pair))[0])

    x = moving(0.5, 1)
    other, smooth, rough = moving(0.5, 2), moving(0.1, 1), moving(1.2, 1)
    assert abs(term(x, x)) < 1e-6
    assert term(x, other) < 0.1 * min(term(x, smooth), term(x, rough))
    noise = 0.1 * random.standard_normal(RATE)
    assert term(noise, random.permutation(noise)) < term(noise, 0.1 * tone)
