"""examples/plugin-ready, as a stranger meets it: built, installed, listed, played by name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from musicvae.audio import read


@pytest.fixture(scope="module")
def site(
    root: Path, stream_artifacts: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder where the plug-in is installed."""
    if find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the plug-in, is not installed")
    folder = tmp_path_factory.mktemp("ready")
    source = shutil.copytree(root / "examples" / "plugin-ready", folder / "source")
    models, told = source / "musicvae_rain" / "models", {"genre": "rain", "licence": "CC-BY-4.0"}
    models.mkdir(exist_ok=True)
    stream_artifacts.write_stream_artifact(models / "rain.onnx", **told)
    stream_artifacts.write_encoder_artifact(models / "rain-encoder.onnx", **told)
    command = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [sys.executable, *command, "--target", str(folder / "site"), str(source)], check=True
    )
    return folder / "site"


def musicvae(site: Path, *arguments: str | Path) -> str:
    """Output of ``musicvae ARGUMENTS`` where the plug-in is installed."""
    done = subprocess.run(
        [sys.executable, "-m", "musicvae", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_model_is_listed_with_its_files_and_plays_by_its_name(
    site: Path, tmp_path: Path
) -> None:
    rows = {row["name"]: row for row in json.loads(musicvae(site, "models", "--json"))}
    assert rows["rain"]["from"] == ["musicvae-rain 0.1.0"]
    assert rows["rain"]["problem"] is None
    assert Path(rows["rain"]["encoder"]) == site / "musicvae_rain" / "models" / "rain-encoder.onnx"
    out = tmp_path / "rain.wav"
    musicvae(site, "live", "rain", "--out", out, "--fast", "--seconds", "0.3", "--port", "0")
    assert read(out).seconds == pytest.approx(0.3)
