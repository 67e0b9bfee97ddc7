"""How much one sound is like another, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from musicvae_export.verify_sound import likeness, refuse_unlike

from musicvae.errors import ParityError

RATE = 16_000


def beats() -> np.ndarray:
    time = np.arange(RATE)[:, None] / RATE
    return (np.sin(2 * np.pi * 440 * time) * np.exp(-12 * (time % 0.25))).astype(np.float32)


def test_a_sound_is_like_itself() -> None:
    found = likeness(beats(), beats(), RATE)
    assert found["snr"] == 200
    assert found["log_mel"] == 0
    assert found["onsets"] == pytest.approx(1)
    refuse_unlike(found, 20, 0.1, 0.9)


def test_more_noise_is_less_alike() -> None:
    noise = np.random.default_rng(0).standard_normal((RATE, 1)).astype(np.float32)
    little, much = (likeness(beats(), beats() + level * noise, RATE) for level in (1e-3, 1e-1))
    size = float(np.sqrt(np.mean(beats() ** 2)))
    assert little["snr"] == pytest.approx(20 * np.log10(size / 1e-3), abs=0.2)
    assert little["snr"] > much["snr"] + 35
    assert little["log_mel"] < much["log_mel"]
    assert little["onsets"] > much["onsets"]
    with pytest.raises(ParityError, match="sounds different"):
        refuse_unlike(much, 20, 0.1, 0.9)


@pytest.mark.parametrize(
    ("name", "value"), [("snr", 19.0), ("log_mel", 0.2), ("onsets", 0.5), ("snr", float("nan"))]
)
def test_each_figure_can_refuse(name: str, value: float) -> None:
    with pytest.raises(ParityError):
        refuse_unlike({"snr": 30, "log_mel": 0.03, "onsets": 0.99, name: value}, 20, 0.1, 0.9)


def test_silence() -> None:
    assert likeness(0 * beats(), 0 * beats(), RATE)["snr"] == 200
    assert likeness(0 * beats(), beats(), RATE)["snr"] == 0
