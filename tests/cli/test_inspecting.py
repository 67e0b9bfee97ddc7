"""The command inspect, through the parser that declares it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.cli.main import main
from musicvae.latents.tape import Tape
from tests.latents.memories import SPACE, make_memory


def test_inspect_tells_what_the_artifact_says(
    make_artifact: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_artifact("jazz.onnx")
    assert main(["inspect", str(path), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["kind"] == "clip"
    assert len(values["latents"]) == values["latent_dim"]
    assert main(["inspect", str(path)]) == 0
    text = capsys.readouterr().out
    assert values["genre"] in text
    assert str(values["sample_rate"]) in text.replace(" ", "").replace(",", "")


def test_inspect_prints_texts_that_nothing_can_encode(
    make_artifact: Callable[..., Path],
    stream_artifacts: ModuleType,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    hostile = "ja\ud800\x1b[2J\x9b\u202e\u2028zz"
    path = make_artifact("jazz.onnx")
    stream_artifacts.described(path, genre=hostile, provenance={hostile: [hostile]})
    assert main(["inspect", str(path), "--json"]) == 0
    printed = capsysbinary.readouterr().out.decode("utf-8")
    assert json.loads(printed)["genre"] == hostile.replace("\ud800", "\ufffd")
    assert main(["inspect", str(path)]) == 0
    printed += capsysbinary.readouterr().out.decode("utf-8")
    assert all(line.isprintable() for line in printed.split("\n"))


def test_inspect_refuses_what_is_no_artifact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "song.onnx"
    path.write_bytes(b"no artifact")
    assert main(["inspect", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("musicvae: ")
    assert "song.onnx" in printed.err


def rows_of(text: str, first: str) -> list[list[str]]:
    """The words of the lines of a table below the heading that begins with this word."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(first)) + 1
    end = next((number for number in range(start, len(lines)) if not lines[number]), len(lines))
    return [line.split() for line in lines[start:end]]


def test_inspect_lists_the_tracks_of_a_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = make_memory(parts=3).save(tmp_path / "jazz.memory")
    assert main(["inspect", str(file)]) == 0
    text = capsys.readouterr().out
    assert rows_of(text, "track  ") == [
        ["track", "0", "even", "6.4", "400"],
        ["track", "1", "odd", "6.4", "400"],
        ["track", "2", "even", "6.4", "400"],
    ]
    assert rows_of(text, "attribute") == [["brightness", "0", "255"]]
    for fact in (SPACE, "CC0-1.0", "made up", "even, odd", "19.2 s, 1200 steps, 62.5 a second"):
        assert fact in text


def test_inspect_tells_programs_of_a_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = make_memory(parts=3).save(tmp_path / "jazz.memory")
    assert main(["inspect", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["bytes"], told["seconds"]) == ("memory", file.stat().st_size, 19.2)
    assert told["parts"][1] == {"name": "track 1", "style": "odd", "steps": 400, "seconds": 6.4}
    assert (told["latent_space"], told["licence"]) == (SPACE, "CC0-1.0")
    assert told["attributes"] == [{"name": "brightness", "low": 0.0, "high": 255.0}]


def test_inspect_finds_the_memory_of_a_model(
    ready_site: Any, make_stream: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ready_site.bring("jazz", memory=True)
    beside = make_stream("mine.onnx")
    make_memory().save(beside.with_suffix(".memory"))
    for model in ("jazz", str(beside), str(beside.with_suffix(".memory"))):
        assert main(["inspect", model, "--memory"]) == 0
        assert "track 3" in capsys.readouterr().out
    ready_site.bring("metal", "bare")
    assert main(["inspect", "metal", "--memory"]) == 1
    assert "the model 'metal' has no memory" in capsys.readouterr().err


def test_inspect_tells_what_a_tape_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = "so\x1blo.wav"
    made = Tape(np.zeros((4, 3), np.float32), 8_000, 64, 2, 500, SPACE, source)
    file = made.save(tmp_path / "solo.tape")
    assert main(["inspect", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "kind": "tape", "bytes": file.stat().st_size, "seconds": 0.0625, "steps": 4,
        "latent_dim": 3, "sample_rate": 8_000, "hop": 64, "stride": 2, "samples": 500,
        "latent_space": SPACE, "source": source,
    }  # fmt: skip
    assert main(["inspect", str(file)]) == 0
    text = capsys.readouterr().out
    for fact in ("0.06 s, 4 steps, 62.5 a second", SPACE, "so lo.wav", "8000 Hz"):
        assert fact in text


@pytest.mark.parametrize(
    ("name", "reason"), [("song.memory", "not a memory"), ("song.tape", "not a tape")]
)
def test_inspect_refuses_what_is_neither_memory_nor_tape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    assert main(["inspect", str(tmp_path / name)]) == 1
    assert "there is no file" in capsys.readouterr().err
    (tmp_path / name).write_bytes(b"no music at all")
    assert main(["inspect", str(tmp_path / name)]) == 1
    assert reason in capsys.readouterr().err
