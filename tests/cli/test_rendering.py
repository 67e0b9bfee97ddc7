from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main

RATE = 16_000


@pytest.fixture
def folder(make_stream: Callable[..., Path], tmp_path: Path) -> Path:
    (tmp_path / "show").mkdir()
    make_stream("show/jazz.onnx")
    return tmp_path / "show"


def write(folder: Path, **changes: Any) -> Path:
    """A score by hand."""
    score = {
        "rate": RATE,
        "channels": 2,
        "seconds": 0.5,
        "events": [
            [0.0, ["/model/load", "jazz"], ["/latent", 1.0, 0.5]],
            [0.25, "/gain", -96],
        ],
    }
    path = folder / "score.json"
    path.write_text(json.dumps(score | changes), "utf-8")
    return path


def render(score: Path, out: Path, *options: Any) -> int:
    return main(["render", str(score), "--out", str(out), *map(str, options)])


def test_a_score_by_hand_becomes_a_sound(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out.wav"
    assert render(write(folder), out) == 0  # finds the model beside the score
    sound, rate = soundfile.read(out, always_2d=True)
    assert (rate, sound.shape) == (RATE, (8000, 2))
    assert np.abs(sound[1000:4000]).max() > 0.05
    assert not sound[5000:].any()
    assert capsys.readouterr().out == f"{out}: 0.50 s\n"
    first = out.read_bytes()
    assert render(write(folder), out, "--quiet") == 0
    assert out.read_bytes() == first
    assert capsys.readouterr() == ("", "")


def test_a_name_moves_no_cursor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert render(write(folder), folder / "a\x1b[2Jb.wav") == 0
    assert capsys.readouterr().out.endswith("a?[2Jb.wav: 0.50 s\n")


def test_models_may_lie_elsewhere(folder: Path, tmp_path: Path) -> None:
    score = write(tmp_path)
    assert render(score, tmp_path / "out.wav") == 1
    for place in (folder, folder / "jazz.onnx"):
        assert render(score, tmp_path / "out.wav", "--models", place) == 0


def test_the_home_folder_is_expanded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    score = write(tmp_path).relative_to(tmp_path)
    models = Path("~") / folder.relative_to(tmp_path)
    assert render(Path("~") / score, Path("~/out.wav"), "--models", models) == 0
    assert (tmp_path / "out.wav").is_file()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"events": [[0.1, "/model/load", "metal"]]}, "no model of that name"),
        ({"events": [[0.1, "/quux"]]}, "at frame 1600: unknown address"),
        ({"events": [[0.1]]}, "event 1"),
        ({"rate": 1}, "rate is 1"),
        ({"tempo": 120}, "'tempo' is unknown"),
    ],
)
def test_what_is_wrong_with_a_score_is_told_and_an_older_file_stays(
    folder: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], reason: str
) -> None:
    out = folder / "out.wav"
    out.write_bytes(b"older")
    assert render(write(folder, **changes), out) == 1
    said = capsys.readouterr().err
    assert said.startswith("musicvae: ")
    assert reason in said
    assert out.read_bytes() == b"older"
    assert sorted(path.name for path in folder.iterdir()) == ["jazz.onnx", "out.wav", "score.json"]


def test_a_score_that_is_none_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert render(folder / "absent.json", tmp_path / "out.wav") == 1
    assert "there is no file" in capsys.readouterr().err
    assert render(folder / "jazz.onnx", tmp_path / "out.wav") == 1
    assert "is not a score" in capsys.readouterr().err
    assert render(write(folder), folder / "jazz.onnx" / "out.wav") == 1  # in a file, as it were
    assert "jazz.onnx" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["score.json", "link.wav", "hard.wav", "out.flac", "out"])
def test_no_input_is_overwritten(folder: Path, name: str) -> None:
    score = write(folder)
    before = score.read_bytes()
    (folder / "link.wav").symlink_to(score)
    (folder / "hard.wav").hardlink_to(score)
    assert render(score, folder / name, "--models", folder) == 1
    assert score.read_bytes() == before


def test_a_recording_is_not_replaced_by_its_rendering(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = {"musicvae": "journal", "schema": 1, "rate": RATE, "channels": 2, "start_frame": 0}
    model = {"file": str(folder / "jazz.onnx"), "graph_sha256": ""}
    lines = [
        header | {"models": {"jazz": model}},
        {"frame": 0, "do": [["/model/load", "jazz"]]},
        {"end": 800},
    ]
    score = folder / "solo.score.jsonl"
    score.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    recorded = folder / "solo.wav"
    recorded.write_bytes(b"what was played")
    assert render(score, recorded) == 1
    assert "would replace what it is made from" in capsys.readouterr().err
    assert recorded.read_bytes() == b"what was played"
    assert render(score, folder / "again.wav") == 0
