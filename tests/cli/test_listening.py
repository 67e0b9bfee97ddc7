"""The listening commands on a model that stands in for a trained one: it needs no TensorFlow."""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path
from types import ModuleType

import matplotlib.image
import numpy as np
import pytest

import musicvae.vae
from musicvae.audio import Sound, Sounds, read
from musicvae.cli import listening, sampling
from musicvae.cli.main import main
from musicvae.errors import AudioError, RunError
from musicvae.recipes import get_recipe

RATE = 22_050
CLIP = RATE  # samples


class ToneModel:
    """Its sounds are tones; to reconstruct is to halve, and to interpolate is to mix."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = get_recipe("clip")

    def sample(self, n: int, seed: int, seconds: float = 1.0) -> Sounds:
        return Sounds(tone(100 * (seed + 1) + 50 * index, seconds) for index in range(n))

    def reconstruct(self, sound: Sound) -> Sound:
        return Sound.of(0.5 * sound.mono(), RATE)

    def interpolate(self, a: Sound | int, b: Sound | int, steps: int) -> Sounds:
        sounds = (self.sample(1, end)[0] if isinstance(end, int) else end for end in (a, b))
        ends = [sound.mono()[:CLIP] for sound in sounds]
        weights = np.linspace(0, 1, steps)
        return Sounds(Sound.of((1 - w) * ends[0] + w * ends[1], RATE) for w in weights)

    def history(self) -> list[dict[str, float]]:
        if not (self.folder / "trained").exists():
            return []
        return [{"epoch": e, "train_elbo": -9.0 / e, "test_elbo": -9.5 / e} for e in (1, 2)]

    def kl_per_latent(self) -> np.ndarray:
        return np.array([2.0, 0.5, 0.01])

    def test_tracks(self) -> list[Path]:
        return sorted(self.folder.glob("*/*.wav"))


def tone(frequency: float, seconds: float = 1.0) -> Sound:
    time = np.arange(round(RATE * seconds)) / RATE
    return Sound.of(0.4 * np.sin(2 * np.pi * frequency * time), RATE)


def load(folder: Path) -> ToneModel:
    if not folder.is_dir():
        raise RunError("this folder is not a run", received=str(folder))
    return ToneModel(folder)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("musicvae.vae.run.loading")
    module.load = load  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "musicvae.vae.run.loading", module)
    monkeypatch.setattr(musicvae.vae, "model", module, raising=False)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").touch()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "new"


def musicvae_command(*words: object) -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    sampling.add(commands)
    listening.add(commands)
    options = parser.parse_args([str(word) for word in words])
    options.run(options)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_sample_leaves_sounds_pictures_and_measures(
    run: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    musicvae_command("sample", run, "--n", 3, "--seed", 7, "--out", out)
    sounds = {f"sample-{number:02d}.wav" for number in (1, 2, 3)}
    assert names(out) == {*sounds, "waveforms.png", "spectrograms.png", "measures.csv"}
    np.testing.assert_allclose(read(out / "sample-02.wav").samples, tone(850).samples, atol=1e-6)
    measured = rows(out / "measures.csv")
    assert [row["sound"] for row in measured] == ["sample-01", "sample-02", "sample-03"]
    assert float(measured[0]["bandwidth"]) == pytest.approx(800, abs=30)
    assert matplotlib.image.imread(out / "waveforms.png").shape[1] > 1_000
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[:3] == ["sound", "seconds", "dBFS"]
    assert printed[1].split()[:3] == ["sample-01", "1.00", "-11.0"]
    assert str(out) in printed[-1]


def test_many_samples_are_all_written_and_the_first_are_drawn(run: Path, out: Path) -> None:
    musicvae_command("sample", run, "--n", 10, "--out", out)
    assert len(list(out.glob("*.wav"))) == len(rows(out / "measures.csv")) == 10


@pytest.mark.parametrize("number", ["0", "-3", "two", "1.5"])
def test_a_number_of_samples_that_is_none_is_wrong_usage(
    run: Path, out: Path, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        musicvae_command("sample", run, f"--n={number}", "--out", out)
    assert refused.value.code == 2
    assert "a whole number from 1 to 1000000" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_is_no_run_is_refused_before_anything_is_written(
    tmp_path: Path, out: Path
) -> None:
    with pytest.raises(RunError):
        musicvae_command("sample", tmp_path / "nowhere", "--out", out)
    assert not out.exists()


def test_reconstruct_leaves_pairs_of_equal_length_and_their_distance(
    run: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = tone(440, seconds=2.5).write(tmp_path / "first.wav")
    second = tone(880).write(tmp_path / "second.wav")
    musicvae_command("reconstruct", run, first, second, "--out", out)
    pairs = {
        f"{name}-{kind}.wav"
        for name in ("first", "second")
        for kind in ("original", "reconstruction")
    }
    assert names(out) == {*pairs, "reconstructions.png", "distances.csv"}
    assert read(out / "first-original.wav").seconds == 2.5
    assert read(out / "first-reconstruction.wav").seconds == 2.5
    distances = rows(out / "distances.csv")
    assert [row["sound"] for row in distances] == ["first", "second"]
    assert 0 < float(distances[0]["log_mel_distance"]) < 1
    assert "log mel distance" in capsys.readouterr().out


def test_reconstruct_keeps_files_of_one_name_apart(run: Path, out: Path, tmp_path: Path) -> None:
    files = [tone(f).write(tmp_path / str(f) / "same.wav") for f in (200, 300)]
    musicvae_command("reconstruct", run, *files, "--out", out)
    assert {"01-same-reconstruction.wav", "02-same-reconstruction.wav"} < names(out)


def test_reconstruct_refuses_what_is_not_sound(run: Path, out: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.wav"
    text.write_text("no sound", "utf-8")
    with pytest.raises(AudioError, match=r"notes\.wav"):
        musicvae_command("reconstruct", run, text, "--out", out)
    assert not out.exists()


def test_interpolate_between_a_file_and_a_seed(run: Path, out: Path, tmp_path: Path) -> None:
    start = tone(440).write(tmp_path / "start.wav")
    musicvae_command("interpolate", run, start, 7, "--steps", 5, "--out", out)
    steps = sorted(out.glob("step-*.wav"))
    assert len(steps) == 5
    np.testing.assert_allclose(read(steps[0]).samples, tone(440).samples, atol=1e-6)
    np.testing.assert_allclose(read(steps[-1]).samples, tone(800).samples, atol=1e-6)
    assert read(out / "interpolation.wav").seconds == pytest.approx(5 - 4 * listening.SEAM)
    assert {"waveforms.png", "spectrograms.png", "measures.csv"} < names(out)


def test_interpolate_prefers_a_file_named_like_a_number(
    run: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tone(440).write(tmp_path / "7.wav").rename(tmp_path / "7")
    musicvae_command("interpolate", run, 7, 3, "--steps", 2, "--out", out)
    np.testing.assert_allclose(read(out / "step-01.wav").samples, tone(440).samples, atol=1e-6)


def test_interpolate_from_neither_file_nor_seed_is_refused(run: Path, out: Path) -> None:
    with pytest.raises(AudioError, match="start"):
        musicvae_command("interpolate", run, "start.wav", 3, "--out", out)


def test_plot_draws_what_the_run_knows(run: Path, out: Path) -> None:
    (run / "trained").touch()
    for number in range(6):
        tone(200 + 100 * number, seconds=11).write(run / "jazz" / f"jazz.{number:05d}.wav")
    musicvae_command("plot", run, "--out", out)
    pictures = {"latent_usage.png", "training_curves.png", "reconstructions.png"}
    assert pictures < names(out)
    assert len(rows(out / "distances.csv")) == listening.PLOTTED_TRACKS
    assert read(out / "jazz.00000-original.wav").seconds == listening.PLOTTED_SECONDS


def test_plot_says_what_it_leaves_out(
    run: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    musicvae_command("plot", run, "--out", out)
    assert names(out) == {"latent_usage.png"}
    printed = capsys.readouterr().out
    assert "no training curves" in printed
    assert "no reconstructions" in printed


def test_the_model_is_told_how_long_to_sound(run: Path, out: Path) -> None:
    musicvae_command("sample", run, "--seconds", "3", "--n", "1", "--out", out)
    assert read(out / "sample-01.wav").seconds == 3


@pytest.mark.parametrize("seed", ["-1", "1.5", "x", "9" * 5_000, str(2**32)])
def test_a_seed_is_a_whole_number_from_0_on(
    seed: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["sample", "run", f"--seed={seed}", "--out", str(out)])
    assert "a whole number from 0" in capsys.readouterr().err


@pytest.mark.parametrize("seed", ["-1", "9" * 5_000, str(2**32)])
def test_an_end_that_is_no_seed_is_told(
    seed: str, run: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["interpolate", str(run), "--out", str(out), "--", seed, "7"]) == 1
    assert "this is no seed" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="such names are impossible there")
def test_names_of_files_forge_no_rows(tmp_path: Path) -> None:
    names = ["a\nb,1,2.wav", "a\x1b[2Jb.wav", "caf\udce9.wav", "x" * 250 + ".wav", "é" * 120]
    for name in listening._distinct([Path(name) for name in names]):
        assert name.isprintable()
        assert len(name.encode()) <= listening.LONGEST_NAME
    assert listening._distinct([Path("a.wav"), Path("b/A.flac")]) == ["01-a", "02-A"]
