"""The command ``play``: which source plays, and every refusal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import musicvae as mv
from musicvae.artifact import AttributeInfo
from musicvae.audio import read
from musicvae.cli.main import main
from musicvae.runtime.new_music import play_prior
from tests.latents.memories import make_memory

Said = Callable[..., str]


@pytest.fixture
def here(
    make_stream: Callable[..., Path],
    prior_artifacts: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A folder, which is the current one, with a model, its memory, another one, and a prior."""
    bright = AttributeInfo("brightness", "Hz", (1.0, 0.0, 0.0, 0.0), 0.0, 1.0, 0.5)
    model = make_stream("jazz.onnx", attributes=(bright,))
    make_memory().save(model.with_suffix(".memory"))
    make_memory(seed=5).save(tmp_path / "other.memory")
    make_memory(space="f" * 16).save(tmp_path / "strange.memory")
    prior_artifacts.write_prior_artifact(tmp_path / "new.onnx")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def play(*words: str) -> np.ndarray:
    """The samples of half a second with seed 3."""
    given = ["play", "jazz.onnx", *words, "-o", "a.wav", "--seconds", "0.5", "--seed", "3"]
    assert main(given) == 0
    return read("a.wav").samples


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], lambda: mv.play("./jazz.onnx", 0.5, 3)),
        ([], lambda: mv.improvise("./jazz.onnx", 0.5, 3)),
        (["--source", "walk"], lambda: mv.play("./jazz.onnx", 0.5, 3, source="walk")),
        (["--source", "memory"], lambda: mv.improvise("./jazz.onnx", 0.5, 3)),
        (["--continuity", "1"], lambda: mv.improvise("./jazz.onnx", 0.5, 3, continuity=1.0)),
        (
            ["--memory", "other.memory", "--temperature", "0"],
            lambda: mv.improvise("./jazz.onnx", 0.5, 3, memory="other.memory", temperature=0.0),
        ),
        (
            ["--source", "memory", "--attribute", "brightness=1.5"],
            lambda: mv.improvise("./jazz.onnx", 0.5, 3, attributes={"brightness": 1.5}),
        ),
        (
            ["--attribute", "brightness=1.5"],  # both memory and prior take it: the usual one
            lambda: mv.improvise("./jazz.onnx", 0.5, 3, attributes={"brightness": 1.5}),
        ),
        (["--prior", "new.onnx"], lambda: play_prior("./jazz.onnx", 0.5, 3, prior="new.onnx")),
        (
            ["--prior", "new.onnx", "--temperature", "0.5", "--attribute", "brightness=1.5"],
            lambda: play_prior(
                "./jazz.onnx",
                0.5,
                3,
                prior="new.onnx",
                temperature=0.5,
                attributes={"brightness": 1.5},
            ),
        ),
        (
            ["--source", "prior", "--prior", "new.onnx", "--genre", "metal"],
            lambda: play_prior("./jazz.onnx", 0.5, 3, prior="new.onnx", genre="metal"),
        ),
    ],
)
def test_options_say_which_source_plays(words: list[str], expected: Callable[[], mv.Sound]) -> None:
    np.testing.assert_allclose(play(*words), np.clip(expected().samples, -1, 1), atol=1e-6)


def test_without_a_memory_it_is_asked_which_source_is_meant(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "jazz.memory").unlink()
    assert main(["play", "jazz.onnx", "--temperature", "1", "-o", "a.wav"]) == 1
    said = capsys.readouterr().err
    assert "which source" in said
    assert "--source memory or --source prior" in said


def test_a_walk_lasts_ten_seconds_if_nothing_else_is_said(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "jazz.onnx", "-o", "a.wav"]) == 0
    assert read(here / "a.wav").seconds == 10.0
    assert "10.00 s of jazz.onnx" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        (["x.tape", "--seconds", "3"], ["a tape has its own length", "--seconds"]),
        (["x.tape", "--source", "memory"], ["a tape has its own length", "--source"]),
        (["x.tape", "--seed", "0", "--continuity", "0"], ["--seed, --continuity"]),
        (["x.tape", "--attribute", "a=1"], ["--attribute"]),
        (["--adapt", "1"], ["--adapt moves a tape", "play MODEL TAPE --adapt 1"]),
        (["--source", "walk", "--memory", "other.memory"], ["--source walk", "--source memory"]),
        (["--source", "walk", "--temperature", "1"], ["--source memory or --source prior"]),
        (["--source", "memory", "--genre", "jazz"], ["--source memory", "--source prior"]),
        (["--source", "memory", "--prior", "new.onnx"], ["no use with --source memory"]),
        (["--source", "memory", "--attribute", "brightness=nan"], ["brightness is out of range"]),
        (["--source", "memory", "--attribute", "soul=1"], ["no such attribute", "brightness"]),
        (["--source", "memory", "--attribute", "brightness"], ["NAME=VALUE"]),
        (["--source", "prior"], ["has no prior"]),
        (["--genre", "jazz"], ["has no prior"]),
        (["--source", "memory", "--temperature", "nan"], ["temperature is out of range", "nan"]),
        (["--source", "memory", "--temperature", "-1"], ["temperature is out of range"]),
        (["--source", "memory", "--continuity", "inf"], ["continuity is out of range"]),
        (["--source", "memory", "--seed", "-1"], ["seed"]),
        (["--source", "memory", "--seed", "4294967296"], ["seed"]),
        (["--source", "memory", "--seconds", "nan"], ["of this length"]),
        (["--seed", "-1"], ["seed"]),
        (["--seconds", "3601"], ["of this length"]),
        (["--prior", "new.onnx", "--temperature", "nan"], ["temperature"]),
        (["--prior", "new.onnx", "--seed", "-1"], ["seed"]),
        (["--prior", "new.onnx", "--attribute", "brightness"], ["NAME=VALUE"]),
        (["--prior", "new.onnx", "--attribute", "brightness=much"], ["NAME=VALUE"]),
        (["--prior", "new.onnx", "--attribute", "brightness=nan"], ["brightness"]),
        (["--prior", "new.onnx", "--attribute", "soul=1"], ["soul"]),
        (["--prior", "new.onnx", "--genre", "polka"], ["polka"]),
        (["--prior", "lost.onnx"], ["lost.onnx"]),
        (["--prior", "jazz.onnx"], ["prior"]),
        (["--memory", "lost.memory"], ["lost.memory"]),
        (["--memory", "strange.memory"], ["another encoder"]),
        (["--memory", "jazz.onnx"], ["not a memory"]),
    ],
)
def test_refusals_say_why_and_write_nothing(
    words: list[str], reasons: list[str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "jazz.onnx", *words, "-o", "a.wav"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("musicvae: ")
    for reason in reasons:
        assert reason in said
    assert not (here / "a.wav").exists()


def test_a_model_without_a_memory_says_how_to_make_one(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "jazz.memory").unlink()
    assert main(["play", "jazz.onnx", "--source", "memory", "-o", "a.wav"]) == 1
    assert "musicvae memory FOLDER" in capsys.readouterr().err


def test_a_damaged_memory_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    memory = here / "jazz.memory"
    memory.write_bytes(memory.read_bytes()[:-9])
    assert main(["play", "jazz.onnx", "--source", "memory", "-o", "a.wav"]) == 1
    assert "damaged" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_an_unknown_source_is_no_choice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["play", "jazz.onnx", "--source", "drone", "-o", "a.wav"])
    assert "invalid choice: 'drone'" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_tape_is_moved_to_where_the_music_of_the_model_lies(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = np.random.default_rng(0).standard_normal((40, 4)).astype(np.float32) + 2
    tape = mv.Tape(rows, 16_000, 64, 2, 40 * 128, latent_space="0123456789abcdef")
    tape.save("solo.tape")
    assert main(["play", "jazz.onnx", "solo.tape", "--adapt", "0.5", "-o", "a.wav"]) == 0
    decoder = mv.StreamDecoder("./jazz.onnx")
    expected = decoder.play(tape.adapted(decoder.info, 0.5, 0.5))
    np.testing.assert_allclose(read("a.wav").samples, np.clip(expected, -1, 1), atol=1e-6)
    assert np.abs(expected - decoder.play(tape)).max() > 0.01
    assert main(["play", "jazz.onnx", "solo.tape", "--adapt", "2", "-o", "b.wav"]) == 1
    assert "cannot be moved so far" in capsys.readouterr().err
    assert not Path("b.wav").exists()
