"""The command ``models``, and names wherever a command takes an artifact."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from musicvae.artifact.reading import read_info
from musicvae.audio import read
from musicvae.cli.main import main
from musicvae.models import READY_MODELS


@pytest.fixture
def installed(ready_site: Any) -> Any:
    """One model of each kind of trouble, and two that can be played."""
    ready_site.bring("jazz", "my-jazz", encoder=True, card=True, memory=True)
    half = ready_site.bring("half", "half-installed")
    (half / "models" / "half.onnx").unlink()
    ready_site.site.install("broken", {"polka": "no_such_module:P"}, group=READY_MODELS.group)
    ready_site.bring("twice", "first")
    ready_site.own("twice")
    ready_site.own("mine", channels=2)
    ready_site.own("torn").write_bytes(b"no artifact")
    READY_MODELS.refresh()
    return ready_site


def test_the_list_has_a_row_for_each_whatever_is_wrong(
    installed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models"]) == 0
    headings, *lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
    assert headings.split()[:7] == ["model", "kind", "Hz", "channels", "D", "MB", "licence"]
    assert list(rows) == ["half", "jazz", "mine", "polka", "torn", "twice"]
    assert rows["jazz"] == (
        "stream, encoder, memory 16000 1 4 0.01 CC0-1.0 my-jazz 1.0 "
        "onsets 0.980, log-mel 0.250, level -0.3 dB"
    )
    assert rows["mine"].endswith(f"{installed.folder} not measured")
    for name, reason in {
        "half": "half-installed 1.0 BROKEN: the decoder of the model 'half' is missing",
        "polka": "broken 1.0 BROKEN: the ready model 'polka' of broken 1.0 does not load",
        "torn": "BROKEN: 'torn.onnx' is not an ONNX file",
        "twice": "BROKEN: the name 'twice' stands for more than one model",
    }.items():
        assert reason in rows[name]


def test_the_list_is_json_for_programs(installed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    jazz = rows["jazz"]
    assert (jazz["kind"], jazz["sample_rate"], jazz["from"]) == ("stream", 16_000, ["my-jazz 1.0"])
    assert jazz["card"]["figures"]["onsets"] == 0.98
    assert Path(jazz["file"]).stat().st_size == jazz["bytes"]
    assert (jazz["memory"]["tracks"], jazz["memory"]["licence"]) == (4, "CC0-1.0")
    assert Path(jazz["memory"]["file"]).stat().st_size == jazz["memory"]["bytes"]
    assert (rows["mine"]["memory"], jazz["problem"]) == (None, None)
    assert rows["twice"]["from"] == ["first 1.0", str(installed.folder)]
    assert "first 1.0 and" in rows["twice"]["problem"]


def test_where_nothing_is_installed_it_says_how_to(
    ready_site: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models"]) == 0
    said = capsys.readouterr().out
    assert "No ready model is installed" in said
    assert "pip install musicvae-gtzan" in said
    assert str(ready_site.folder) in said


def test_a_card_is_printed(installed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "card", "jazz"]) == 0
    assert capsys.readouterr().out.startswith("# jazz\n\nPlays jazz.\n")
    assert main(["models", "card", "jazz", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "jazz"
    for name, reason in {
        "mine": "the model 'mine' has no card",
        "polka": "does not load",
        "tango": "no ready model named 'tango'",
    }.items():
        assert main(["models", "card", name]) == 1
        assert reason in capsys.readouterr().err


def test_a_model_is_fetched_from_an_index_that_was_named(
    ready_site: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", "jazz"]) == 1
    assert "no index of models by default" in capsys.readouterr().err
    file = ready_site.makers.write_stream_artifact(tmp_path / "rain.onnx", licence="CC0-1.0")
    data, info = file.read_bytes(), read_info(file)
    remote = {"url": file.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    entry = {"name": "rain", "kind": "stream", "genre": info.genre, "licence": "CC0-1.0",
             "latent_space": info.latent_space, "artifact": remote}  # fmt: skip
    index = tmp_path / "index.json"
    index.write_text(json.dumps({"models": [entry]}), "utf-8")
    assert main(["models", "--index", str(index)]) == 0
    assert "rain" in capsys.readouterr().out
    assert main(["models", "--index", str(index), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["artifact"] == remote
    assert main(["models", "fetch", "rain", "--index", str(index)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"fetched {ready_site.folder / 'rain.onnx'}, 0.01 MB",
        "play it: musicvae live rain",
    ]
    assert main(["inspect", "rain"]) == 0


def test_names_serve_the_commands_that_take_artifacts(
    installed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, tape = str(tmp_path / "a.wav"), str(tmp_path / "a.tape")
    assert main(["play", "jazz", "-o", out, "--seconds", "0.5", "--seed", "1"]) == 0
    assert read(out).seconds == 0.5
    assert main(["tape", "jazz", out, "-o", tape]) == 0
    assert main(["play", "jazz", tape, "-o", str(tmp_path / "b.wav")]) == 0
    assert main(["inspect", "jazz", "--json"]) == 0
    assert main(["live", "jazz", "--out", str(tmp_path / "c.wav"), "--fast", "--seconds", "0.2",
                 "--port", "0", "--plain"]) == 0  # fmt: skip
    assert "jazz: 4 latents, 16 000 Hz mono, latency 2.0 ms; shares one" in capsys.readouterr().out
    for command in (["live"], ["inspect"], ["play", "-o", out]):
        assert main([command[0], "half", *command[1:]]) == 1
        assert "is missing" in capsys.readouterr().err
        assert main([command[0], "tango", *command[1:]]) == 1
        assert "Expected: half, jazz, mine, polka, torn, twice" in capsys.readouterr().err


def test_a_tape_has_its_own_length(
    installed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "a.wav")
    assert main(["play", "jazz", "a.tape", "-o", out, "--seconds", "3"]) == 1
    said = capsys.readouterr().err
    assert "Received: --seconds. Hint: leave these options out" in said
