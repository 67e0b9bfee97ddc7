"""Sound files that the tests make themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

MakeSound = Callable[..., Path]


def music(seconds: float, rate: int = 22_050, channels: int = 1, seed: int = 0) -> np.ndarray:
    """Chords and noise at about -20 dBFS, float32, shape (samples, channels)."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitches = random.uniform(80, 700, (channels, 4, 1))
    tones = np.sin(2 * np.pi * pitches * time).sum(axis=1).T / 4
    sound: np.ndarray = 0.14 * tones + 0.05 * random.standard_normal(tones.shape)
    return sound.astype(np.float32)


@pytest.fixture(scope="session")
def make_sound() -> MakeSound:
    """Writes a sound file and returns its path."""

    def make(
        path: Path, seconds: float = 2.0, rate: int = 22_050, channels: int = 1, seed: int = 0
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, music(seconds, rate, channels, seed), rate)
        return path

    return make


@pytest.fixture(scope="session")
def broken_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of shared/data/broken, made anew: what is wrong with each is the same."""
    folder = tmp_path_factory.mktemp("broken")

    def put(name: str, samples: np.ndarray, rate: int = 22_050, **how: str) -> Path:
        soundfile.write(folder / name, samples, rate, **how)
        return folder / name

    whole = put("whole.wav", music(3)).read_bytes()
    (folder / "whole.wav").unlink()
    (folder / "jazz.00054.wav").write_bytes(whole[:8] + bytes(28) + whole[36:])
    (folder / "rock.00031.wav").write_bytes(whole[: len(whole) // 2 + 1])
    (folder / "country.00003.wav").write_bytes(b"")
    (folder / "readme.wav").write_text("This is a text file.\n")
    (folder / "._jazz.00000.wav").write_bytes(b"\0\5\26\7" + bytes(117))
    put("header_only.wav", music(0))
    put("half_second.wav", music(0.5))
    put("silence.wav", np.zeros((220_500, 1)))
    spoilt = music(3)
    spoilt[1000:1040] = np.nan
    spoilt[2000:2002, 0] = np.inf, -np.inf
    put("not_a_number.wav", spoilt, subtype="FLOAT")
    put("stereo_48k_24bit.wav", music(2, 48_000, 2), 48_000, subtype="PCM_24")
    put("mono_8k.wav", music(4, 8_000), 8_000)
    put("reggae.00000.au", music(5))
    mp3 = put("country.00000.mp3", music(5))
    (folder / "mp3_called_wav.wav").write_bytes(mp3.read_bytes())
    put("Café del Mar – été (live) 音楽 #1.wav", music(3, seed=1))
    put("upper.WAV", music(3, seed=2), format="WAV")
    put("opposite_phase.wav", music(3, seed=3) * [[1, -0.98]])
    put("clipped.wav", np.clip(20 * music(3, seed=4), -1, 1))
    put("offset.wav", 0.6 + 0.1 * music(3, seed=5))
    return folder
