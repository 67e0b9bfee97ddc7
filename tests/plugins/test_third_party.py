"""The plug-ins under examples/, as a stranger meets them: built, installed elsewhere, trained."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound

PLUGINS = ("plugin", "plugin-model")


def run(*arguments: str | Path, site: Path | None = None) -> str:
    """Output of ``python ARGUMENTS``, with a folder of installed plug-ins or without."""
    path = {} if site is None else {"PYTHONPATH": str(site)}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **path},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the plug-ins, is not installed")
    folder = tmp_path_factory.mktemp("wheels")
    # Copies: a build must not leave anything in the checkout.
    sources = [
        shutil.copytree(root / "examples" / plugin, folder / "source" / plugin)
        for plugin in PLUGINS
    ]
    run("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
        "--wheel-dir", folder, *sources)  # fmt: skip
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, *wheels)
    return folder


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six tracks of one second at 16 kHz in a folder that goes by the plug-in's other name."""
    folder = tmp_path_factory.mktemp("music")
    random = np.random.default_rng(0)
    time = np.arange(16_000) / 16_000
    for number in range(6):
        tone = np.sin(2 * np.pi * 110 * (number + 1) * time) * 0.4
        noisy = tone + 0.01 * random.standard_normal(len(time))
        Sound.of(noisy, 16_000).write(folder / "Bossa Nova" / f"{number}.wav")
    return folder


def test_a_wheel_holds_the_module_and_nothing_else(wheels: list[Path]) -> None:
    held = [
        name
        for wheel in wheels
        for name in zipfile.ZipFile(wheel).namelist()
        if ".dist-info/" not in name
    ]
    assert held == ["musicvae_bossa.py", "musicvae_tiny.py"]


def test_the_registry_knows_it_once_installed(site: Path) -> None:
    genres = {genre["name"]: genre for genre in listed(site)}
    assert genres["bossa"]["distributions"] == ["musicvae-bossa 0.1.0"]
    assert genres["bossa"]["problem"] is None
    assert genres["bossa"]["latent_dim"] == 640
    assert "bossa" not in {genre["name"] for genre in listed(None)}


def listed(site: Path | None) -> list[dict[str, Any]]:
    genres: list[dict[str, Any]] = json.loads(run("-m", "musicvae", "genres", "--json", site=site))
    return genres


def test_one_plugin_trains_with_the_other(site: Path, sounds: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    settings = {"family": "tiny", "epochs": 1, "batch_size": 2, "sample_rate": 16_000,
                "samples": 8_192, "kl_warmup": 0}  # fmt: skip
    chosen = [text for name, value in settings.items() for text in ("--set", f"{name}={value}")]
    out = tmp_path / "run"
    run("-m", "musicvae", "train", "--genre", "bossa", "--data", sounds, "--out", out,
        "--cache", tmp_path / "cache", *chosen,
        site=site)  # fmt: skip
    made = json.loads((out / "run.json").read_text("utf-8"))
    recipe = made["recipe"]
    assert made["genre"] == "bossa"
    assert (recipe["name"], recipe["family"], recipe["latent_dim"]) == ("clip", "tiny", 640)
    assert (out / "last.npz").stat().st_size > 1_000
    split = json.loads((out / "split.json").read_text("utf-8"))
    names = sorted(Path(name).name for name in split["train"] + split["test"])
    assert names == [f"{number}.wav" for number in range(6)]


def test_the_guide_shows_the_files_that_are_tested(root: Path) -> None:
    guide = (root / "plugins" / "README.md").read_text("utf-8")
    blocks = re.findall(r"```(?:toml|python)\n(.*?)```", guide, flags=re.DOTALL)
    files = [
        (root / "examples" / plugin / name).read_text("utf-8")
        for plugin, name in [
            ("plugin", "pyproject.toml"),
            ("plugin", "musicvae_bossa.py"),
            ("plugin-model", "pyproject.toml"),
            ("plugin-model", "musicvae_tiny.py"),
        ]
    ]
    assert len(blocks) == len(files)
    assert blocks[:2] == files[:2]
    assert len((blocks[0] + blocks[1]).splitlines()) <= 30
    assert blocks[2] in files[2]
    assert blocks[3] in files[3]
