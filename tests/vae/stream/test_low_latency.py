"""The recipe for low latency, from sounds to a sound that plays it: small, and hardly trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicvae as mv
from musicvae.audio import Sound
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.clocked import Null
from musicvae.live.transforming import Transformer
from musicvae.vae.training.train import train

RATE = 16_000


@pytest.fixture(scope="module")
def exported(
    tiny_sounds: Path,
    tiny_stream_settings: dict[str, Any],
    tiny_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
    folder = tmp_path_factory.mktemp("low latency")
    windows, small = ("fft", "hop", "stride"), tiny_stream_settings["model"]
    settings = tiny_stream_settings | {
        "epochs": 1,
        "adversarial": 0.0,
        "model": {name: value for name, value in small.items() if name not in windows},
    }
    run = folder / "run"
    train(
        "jazz", tiny_sounds, run, recipe="stream-ll", settings=settings, cache=tiny_cache, workers=1
    )
    mv.export(run, folder / "jazz.onnx")
    mv.export(run, folder / "jazz.encoder.onnx", encoder=True)
    return folder / "jazz.onnx"


def test_its_latency_is_what_the_windows_and_a_step_take(exported: Path) -> None:
    decoder, encoder = mv.inspect(exported), mv.inspect(exported.with_name("jazz.encoder.onnx"))
    assert (decoder.recipe, decoder.hop, encoder.hop) == ("stream-ll", 128, 256)
    assert decoder.latency + encoder.latency == 128
    assert Transformer(exported).latency == 128 + 256


def test_a_sound_is_transformed_at_any_rate(exported: Path) -> None:
    sound = 0.1 * np.random.default_rng(0).standard_normal((RATE, 1))
    made = mv.transform(exported, Sound.of(sound.astype(np.float32), RATE))
    assert made.samples.shape == sound.shape
    assert np.isfinite(made.samples).all()
    assert np.abs(made.samples).max() > 1e-4
    assert mv.transform(exported, sound[:, 0], 44_100).samples.shape[0] == round(RATE**2 / 44_100)


def test_it_plays_live(exported: Path) -> None:
    with Daemon(exported, output=Null(RATE), port=0) as daemon:
        while daemon.status()["seconds"] < 0.5:  # type: ignore[operator]
            pass
        status = daemon.status()
    assert (status["model"], status["decode_failed"], status["faults"]) == ("jazz", 0, 0)
    assert status["stream_ms"] == pytest.approx(1000 * 64 / RATE)
