from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from musicvae.cli.main import main
from musicvae.cli.training import parse_settings
from musicvae.errors import SettingError

QUICK = (
    *("sample_rate=8000", "samples=4096", "latent_dim=16", "batch_size=4", "epochs=1"),
    *("split=4+2", "model.width=8", "model.fft=256", "model.hop=64", "model.bands=20"),
)


def _options(*settings: str, minutes: float | None = None) -> argparse.Namespace:
    return argparse.Namespace(set=list(settings), minutes=minutes, seed=None)


def test_settings_are_read() -> None:
    settings = parse_settings(_options("epochs=3", "model.width=64", "split=13+12", minutes=2.0))
    assert settings == {"epochs": "3", "model": {"width": 64}, "split": "13+12", "minutes": 2.0}


def test_a_setting_without_a_value_is_refused() -> None:
    with pytest.raises(SettingError, match="NAME=VALUE"):
        parse_settings(_options("epochs"))


def test_train_export_and_inspect(
    tiny_sounds: Path, tiny_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
    run, artifact = str(tmp_path / "run"), str(tmp_path / "jazz.onnx")
    (tiny_sounds / "jazz" / "broken.wav").write_text("no sound")
    settings = [text for setting in QUICK for text in ("--set", setting)]
    where = [
        "--data",
        str(tiny_sounds),
        "--cache",
        str(tiny_cache),
        "--out",
        run,
        "--recipe",
        "clip",
    ]
    try:
        status = main(["train", "--genre", "jazz", "--workers", "1", *where, *settings])
    finally:
        (tiny_sounds / "jazz" / "broken.wav").unlink()
    assert status == 0
    printed = capsys.readouterr().out
    assert re.search(r"skipped:\n +broken.wav +cannot be decoded", printed)
    assert "epoch    1" in printed
    assert main(["export", run, "--out", artifact, "--licence", "CC0-1.0"]) == 0
    assert "largest difference" in capsys.readouterr().out
    assert main(["inspect", artifact]) == 0
    assert "CC0-1.0" in capsys.readouterr().out


def test_train_without_sounds_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--out", str(tmp_path / "run")]) == 1
    assert "--data FOLDER" in capsys.readouterr().err


def test_an_unknown_setting_lists_the_known_ones(
    tiny_sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data", str(tiny_sounds), "--out", str(tmp_path / "run")]
    assert main(["train", *where, "--set", "epoch=3"]) == 1
    assert "epochs" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
