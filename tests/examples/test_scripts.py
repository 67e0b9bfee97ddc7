"""Every numbered script, run as a reader would run it, on a model trained in seconds.

They run inside the test's process, which has TensorFlow loaded already.
"""

from __future__ import annotations

import functools
import re
import runpy
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import musicvae
from musicvae.artifact.reading import read_info
from musicvae.audio import read
from musicvae.cli.main import main
from musicvae.recipes import DEFAULT, RECIPES
from musicvae.runtime.stream_decoder import StreamDecoder

pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

Script = Callable[..., str]

SCRIPTS = (
    *("01_train", "02_sample", "03_interpolate", "04_export", "05_play_over_osc"),
    *("06_stream", "07_perform", "08_new_music"),
)


@pytest.fixture(scope="module")
def load_once() -> Callable[[Any], Any]:
    """Loads each run once for all tests here: building a network takes seconds."""
    from musicvae.vae.run.loading import load

    return functools.cache(load)


@pytest.fixture(autouse=True)
def quick_loading(load_once: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def load(run: Any) -> Any:
        return load_once(Path(run))

    monkeypatch.setattr(musicvae, "load", load)
    monkeypatch.setattr("musicvae.vae.run.loading.load", load)


@pytest.fixture
def script(
    root: Path,
    tmp_path: Path,
    tiny_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Script:
    """Runs ``script(name, *arguments)`` in an empty folder and returns what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUSICVAE_CACHE", str(tiny_cache))

    def run(name: str, *arguments: object) -> str:
        path = root / "examples" / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(path), *map(str, arguments)])
        runpy.run_path(str(path), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_no_script_is_left_out(root: Path) -> None:
    assert sorted(path.stem for path in (root / "examples").glob("[0-9]*.py")) == list(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_shows_how_to_call_it(script: Script, root: Path, name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        script(name, "--help")
    assert ended.value.code == 0
    assert f"python examples/{name}.py" in (root / "examples" / f"{name}.py").read_text("utf-8")


def test_train(
    script: Script,
    tiny_sounds: Path,
    tiny_settings: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The script asks for the default as it is; a small clip of that name saves a minute. No plug-in
    # knows this genre, so that none has settings of its own for it.
    monkeypatch.setitem(RECIPES._loaded, DEFAULT, RECIPES["clip"].with_settings(**tiny_settings))
    shutil.copytree(tiny_sounds / "jazz", tmp_path / "genres" / "bebop")
    printed = script(
        "01_train", "--data", "genres", "--genre", "bebop", "--epochs", 1, "--out", "run"
    )
    assert (tmp_path / "run" / "best.npz").is_file()
    assert (tmp_path / "run" / "training_curves.png").is_file()
    assert "02_sample.py" in printed


def test_sample(script: Script, tiny_run: Path, tmp_path: Path) -> None:
    printed = script("02_sample", tiny_run, "--n", 2)
    assert printed.count("dBFS") == 2
    names = {path.name for path in (tmp_path / "new").iterdir()}
    assert names == {"sample-01.wav", "sample-02.wav", "waveforms.png", "spectrograms.png"}


def test_stream(
    script: Script,
    tiny_stream_run: Path,
    tiny_sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What seconds of training leave is not reliable; here it is offered all the same.
    monkeypatch.setattr("musicvae.vae.stream.statistics.is_offered", lambda *_: True)
    track = next((tiny_sounds / "jazz").iterdir())
    printed = script("06_stream", tiny_stream_run, "--sound", track, "--seconds", 1)
    stream = tmp_path / "stream"
    offered = [attribute.name for attribute in read_info(stream / "decoder.onnx").attributes]
    assert {"loudness", "brightness", "bass"} <= set(offered)
    assert printed.count("follows the knob") == len(offered)
    assert all((stream / f"more-{name}.wav").is_file() for name in offered)
    assert read(stream / "walk.wav").seconds == pytest.approx(1, abs=0.01)
    assert read(stream / "track.wav").samples.shape == read(track).samples.shape
    assert (
        main(["play", str(stream / "decoder.onnx"), str(stream / "track.tape"), "-o", "a.wav"]) == 0
    )
    np.testing.assert_array_equal(read("a.wav").samples, read(stream / "track.wav").samples)


def test_perform(
    script: Script,
    make_stream: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    streams = [make_stream(name, sample_rate=22_050) for name in ("one.onnx", "other.onnx")]
    monkeypatch.setenv("MUSICVAE_MODELS", str(streams[1].parent))
    script("07_perform", streams[0], "other")  # a path, and a name
    made = tmp_path / "performance"
    sound = read(made / "performance.wav")
    assert sound.seconds == 22
    level = abs(sound.samples).reshape(22, -1).max(axis=1)
    assert (level[:21] > 0.01).all()
    assert level[21] > 0  # the panic comes half-way
    assert abs(sound.samples[round(21.6 * 48_000) :]).max() == 0
    words = ["render", str(made / "score.json"), "--models", str(tmp_path), "--out", "again.wav"]
    assert main(words) == 0
    assert Path("again.wav").read_bytes() == (made / "performance.wav").read_bytes()


@pytest.mark.parametrize("model", ["no-such-model", "missing.onnx"])
def test_perform_says_what_is_missing(script: Script, tmp_path: Path, model: str) -> None:
    with pytest.raises(SystemExit, match=rf"07_perform\.py: .*{model}"):
        script("07_perform", model)
    assert not (tmp_path / "performance").exists()


def test_interpolate(script: Script, tiny_run: Path, tiny_sounds: Path, tmp_path: Path) -> None:
    script("03_interpolate", tiny_run, "--steps", 3, "--out", "tracks")
    assert len(list((tmp_path / "tracks").glob("step-*.wav"))) == 3
    one, other = sorted(tiny_sounds.glob("jazz/*.wav"))[:2]
    script("03_interpolate", tiny_run, one, other, "--steps", 4, "--out", "files")
    step, whole = (read(tmp_path / "files" / name) for name in ("step-01.wav", "whole.wav"))
    assert whole.seconds == pytest.approx(4 * step.seconds - 3 * 0.1)


def test_export_and_play_over_osc(script: Script, tiny_stream_run: Path, tmp_path: Path) -> None:
    pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
    printed = script("04_export", tiny_stream_run)
    assert "random latents" in printed
    assert "latent 0 = +2" in printed
    assert StreamDecoder(tmp_path / "example.onnx").info.genre == "jazz"
    printed = script("05_play_over_osc", "--seconds", 1, "--out", "take.wav")
    received = re.search(r"(\d+) packets received, 0 refused", printed)
    assert received is not None
    assert int(received[1]) >= 2  # a gain and some latents; how many depends on the machine
    take = read(tmp_path / "take.wav")
    assert abs(take.samples).max() > 0


def test_the_command_plots_a_real_run(tiny_run: Path, tmp_path: Path) -> None:
    assert main(["plot", str(tiny_run), "--out", str(tmp_path / "out")]) == 0
    pictures = {path.stem for path in (tmp_path / "out").glob("*.png")}
    assert pictures == {"latent_usage", "training_curves", "reconstructions"}


def test_the_command_interpolates_from_a_track_to_a_seed(
    tiny_run: Path, tiny_sounds: Path, tmp_path: Path
) -> None:
    track = next(tiny_sounds.glob("jazz/*.wav"))
    words = ["interpolate", str(tiny_run), str(track), "7", "--steps", "3"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("step-*.wav"))) == 3


def test_new_music(
    script: Script,
    make_stream: Callable[..., Path],
    prior_artifacts: ModuleType,
    tmp_path: Path,
) -> None:
    model = make_stream("jazz.onnx")
    prior_artifacts.write_prior_artifact(model.with_name("jazz.prior.onnx"))
    words = (model, "--prior", model.with_name("jazz.prior.onnx"), "--n", 2, "--seconds", 1)
    assert script("08_new_music", *words).count("dBFS") == 2
    one, two = (read(tmp_path / "new-music" / f"sample-0{n}.wav") for n in (1, 2))
    assert one.seconds == pytest.approx(1, abs=0.02)
    assert not np.array_equal(one.samples, two.samples)
    script("08_new_music", *words, "--out", "again")
    again = read(tmp_path / "again" / "sample-02.wav")
    np.testing.assert_array_equal(again.samples, two.samples)
