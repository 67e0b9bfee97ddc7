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

from musicvae.artifact.reading import read_info
from musicvae.audio import Sound, read
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder

PLUGINS = ("plugin", "plugin-model", "plugin-stream")


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
    assert held == [
        *("musicvae_bossa.py", "musicvae_pulse.py", "musicvae_pulse_recipe.py"),
        "musicvae_tiny.py",
    ]


def test_the_registry_knows_it_once_installed(site: Path) -> None:
    genres = {genre["name"]: genre for genre in listed(site)}
    assert genres["bossa"]["distributions"] == ["musicvae-bossa 0.1.0"]
    assert genres["bossa"]["problem"] is None
    assert (genres["bossa"]["recipe"], genres["bossa"]["latent_dim"]) == ("stream", 32)
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
        "--cache", tmp_path / "cache", "--recipe", "clip", *chosen,
        site=site)  # fmt: skip
    made = json.loads((out / "run.json").read_text("utf-8"))
    recipe = made["recipe"]
    assert made["genre"] == "bossa"
    assert (recipe["name"], recipe["family"], recipe["latent_dim"]) == ("clip", "tiny", 640)
    assert (out / "last.npz").stat().st_size > 1_000
    split = json.loads((out / "split.json").read_text("utf-8"))
    names = sorted(Path(name).name for name in split["train"] + split["test"])
    assert names == [f"{number}.wav" for number in range(6)]


@pytest.fixture(scope="module")
def pulse(site: Path, sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the streaming family, trained by its own recipe, and its decoder beside it."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
    folder = tmp_path_factory.mktemp("pulse")
    run("-m", "musicvae", "train", "--genre", "bossa", "--data", sounds, "--out", folder / "run",
        "--cache", folder / "cache", "--recipe", "pulse", "--set", "epochs=2",
        "--set", "split=4+2", "--no-pictures", site=site)  # fmt: skip
    for name, options in {"decoder": [], "encoder": ["--encoder"]}.items():
        artifact = folder / f"{name}.onnx"
        run("-m", "musicvae", "export", folder / "run", "--out", artifact, *options, site=site)
    return folder


def test_a_recipe_is_listed_without_tensorflow(site: Path) -> None:
    script = (
        "import sys; from musicvae.recipes import RECIPES;"
        "print(*RECIPES, RECIPES['pulse'].family, 'tensorflow' in sys.modules)"
    )
    assert run("-c", script, site=site).split() == [
        *("clip", "notebook", "pulse", "stream", "stream-ll", "stream44"), "pulse", "False"
    ]  # fmt: skip
    listed = json.loads(run("-m", "musicvae", "recipes", "--json", site=site))
    assert {recipe["name"]: recipe["family"] for recipe in listed}["pulse"] == "pulse"


def test_the_streaming_family_says_what_its_artifacts_are(pulse: Path) -> None:
    decoder, encoder = (read_info(pulse / f"{name}.onnx") for name in ("decoder", "encoder"))
    assert (decoder.kind, encoder.kind) == ("stream", "encoder")
    assert (decoder.genre, decoder.recipe, decoder.sample_rate) == ("bossa", "pulse", 16_000)
    assert (decoder.hop, decoder.stride, decoder.latency) == (256, 1, 0)
    assert (decoder.latent_dim, decoder.state_size) == (8, 8)  # it remembers one frame
    assert decoder.receptive_field == encoder.receptive_field == encoder.hop * 2 == 512
    assert decoder.latent_space == encoder.latent_space != ""
    assert decoder.dynamics is not None


def test_its_stream_plays_in_any_blocks(pulse: Path, sounds: Path) -> None:
    stream, encoder = StreamDecoder(pulse / "decoder.onnx"), Encoder(pulse / "encoder.onnx")
    tape = encoder.tape(read(sounds / "Bossa Nova" / "0.wav"))
    assert stream.play(tape).shape == (16_000, 1)
    latents = stream.walk(60, seed=1)
    whole = stream.decode(latents)
    parts = [stream.push(latents[start : start + 7]) for start in range(0, 60, 7)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)
    moved = latents.copy()
    moved[20] += 1.0
    changed = np.flatnonzero((stream.decode(moved) != whole).any(axis=1))
    assert changed[0] >= 20 * 256
    assert changed[-1] < 20 * 256 + stream.info.receptive_field


def test_its_stream_plays_in_the_daemon(pulse: Path, tmp_path: Path) -> None:
    out = tmp_path / "take.wav"
    run("-m", "musicvae", "live", pulse / "decoder.onnx", "--out", out, "--fast", "--seconds", "2",
        "--port", "0", "--quiet", "--source", "held")  # fmt: skip
    take = read(out)
    assert (take.sample_rate, len(take.samples)) == (16_000, 32_000)
    # It holds the mean latents, to which the network answers with one pulse over and over.
    heard = take.samples[8_000:24_000, 0]
    assert np.abs(heard).max() > 1e-3
    np.testing.assert_allclose(heard[256:], heard[:-256], atol=1e-4)


#: Of each file that the guide quotes: whether the whole file is shown.
QUOTED = {
    "plugin/pyproject.toml": True,
    "plugin/musicvae_bossa.py": True,
    "plugin-model/pyproject.toml": False,
    "plugin-model/musicvae_tiny.py": False,
    "plugin-stream/musicvae_pulse.py": False,
    "plugin-stream/pyproject.toml": False,
    "plugin-stream/musicvae_pulse_recipe.py": True,
    "plugin-ready/pyproject.toml": True,
    "plugin-ready/musicvae_rain/__init__.py": True,
}


def test_the_guide_shows_the_files_that_are_tested(root: Path) -> None:
    guide = (root / "plugins" / "README.md").read_text("utf-8")
    blocks = re.findall(r"```(?:toml|python)\n(.*?)```", guide, flags=re.DOTALL)
    files = {name: (root / "examples" / name).read_text("utf-8") for name in QUOTED}
    for block in blocks:
        assert any(
            block == text if QUOTED[name] else block in text for name, text in files.items()
        ), block
    for name, text in files.items():
        assert any(block in text for block in blocks), name
    assert len((blocks[0] + blocks[1]).splitlines()) <= 30
