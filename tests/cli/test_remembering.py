"""The command ``memory``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.cli.main import main
from musicvae.evaluating import representing
from musicvae.latents.memory import Memory
from musicvae.runtime.remembering import Piece
from tests.sounds import RATE, track


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two tracks of jazz and a file that is none."""
    for number in range(2):
        Sound.of(track(number), RATE).write(tmp_path / "jazz" / f"jazz.{number}.wav")
    (tmp_path / "jazz" / "torn.wav").write_bytes(b"RIFF")
    return tmp_path / "jazz"


@pytest.fixture
def ears(make_encoder: Callable[..., Path]) -> str:
    return str(make_encoder())


def test_a_folder_becomes_a_memory(
    folder: Path, ears: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "jazz.memory"
    words = ["--licence", "CC0-1.0", "--source", "made up", "--style", "swing"]
    assert main(["memory", str(folder), "--encoder", ears, "-o", str(out), *words]) == 0
    memory = Memory.load(out)
    assert memory.styles == ("swing",)
    assert (memory.header.licence, memory.header.source) == ("CC0-1.0", "made up")
    said = capsys.readouterr()
    assert "0.1 minutes of 2 track(s)" in said.out
    assert said.out.rstrip().endswith("MB; 1 file(s) left out")
    assert "left out: torn.wav: " in said.err
    assert "remembering 1: " in said.err


def test_of_more_music_the_tracks_are_taken_that_a_model_plays_best(
    ears: str,
    make_stream: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real, kept = representing.representative, list[str]()

    def spied(*given: Any, **options: Any) -> list[Piece]:
        pieces = real(*given, **options)
        kept.extend(piece.path.stem for piece in pieces)
        return pieces

    monkeypatch.setattr(representing, "representative", spied)
    for number in range(3):
        Sound.of(track(number, 4.0), RATE).write(tmp_path / "jazz" / f"{number}.wav")
    out = tmp_path / "jazz.memory"
    words = ["memory", str(tmp_path / "jazz"), "--encoder", ears, "--nearest", str(make_stream())]
    assert main([*words, "--minutes", "0.1", "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert "0.1 minutes of 2 track(s)" in said.out
    assert sorted(part.name for part in Memory.load(out).parts) == sorted(kept)
    assert Memory.load(out).parts[-1].name == kept[-1]  # which is cut where it is too long
    assert [line for line in said.err.splitlines() if line.startswith("hearing")] == [
        f"hearing {number + 1}: {number}.wav" for number in range(3)
    ]
    assert main([*words, "--minutes", "nan", "-o", str(out)]) == 1
    assert "hearing" not in capsys.readouterr().err  # it was told before


def test_what_it_makes_is_played_beside_its_model(
    folder: Path, ears: str, make_stream: Callable[..., Path], tmp_path: Path
) -> None:
    model, out = make_stream("jazz.onnx"), tmp_path / "a.wav"
    memory = ["memory", str(folder), "--encoder", ears, "-o", str(model.with_suffix(".memory"))]
    assert main(memory) == 0
    assert main(["play", str(model), "--source", "memory", "--seconds", "0.5", "--seed", "1",
                 "-o", str(out)]) == 0  # fmt: skip
    assert out.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["FOLDER", "--encoder", "EARS", "-o", "jazz.wav"], ".memory"),
        (["FOLDER", "--encoder", "EARS", "-o", "a.memory", "--minutes", "nan"], "this length"),
        (["FOLDER", "--encoder", "EARS", "-o", "a.memory", "--minutes", "0"], "this length"),
        (["FOLDER", "--encoder", "no.onnx", "-o", "a.memory"], "no.onnx"),
        (["no.wav", "--encoder", "EARS", "-o", "a.memory"], "nothing to remember"),
        (["FOLDER/empty", "--encoder", "EARS", "-o", "a.memory"], "no sound files"),
        (["FOLDER/torn.wav", "--encoder", "EARS", "-o", "a.memory"], "nothing to remember"),
        (["FOLDER", "--encoder", "EARS", "-o", "a.memory", "--licence", "x" * 1001], "short text"),
    ],
)
def test_refusals_say_why_and_write_nothing(
    words: list[str],
    reason: str,
    folder: Path,
    ears: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    given = [word.replace("FOLDER", str(folder)).replace("EARS", ears) for word in words]
    assert main(["memory", *given]) == 1
    assert reason in capsys.readouterr().err
    assert not list(tmp_path.glob("*.memory"))


def test_a_decoder_is_no_encoder(
    folder: Path,
    make_stream: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "a.memory"
    assert main(["memory", str(folder), "--encoder", str(make_stream()), "-o", str(out)]) == 1
    assert "encoder" in capsys.readouterr().err
    assert not out.exists()


def test_a_memory_that_is_there_stays_until_a_new_one_is_whole(
    folder: Path, ears: str, tmp_path: Path
) -> None:
    out = tmp_path / "a.memory"
    out.write_bytes(b"dear to somebody")
    short = Sound.of(np.zeros(100), RATE).write(tmp_path / "short.wav")
    assert main(["memory", str(short), "--encoder", ears, "-o", str(out)]) == 1
    assert out.read_bytes() == b"dear to somebody"
    assert main(["memory", str(folder), "--encoder", ears, "-o", str(out)]) == 0
    assert len(Memory.load(out).parts) == 2
