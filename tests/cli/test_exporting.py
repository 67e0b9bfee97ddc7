"""The command export, with an exporter that only notes what it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.artifact.reading import inspect
from musicvae.cli.main import main


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the exporter was asked for; it finds the artifact written already."""
    asked: dict[str, Any] = {}

    def export(run: Any, out: str, **options: Any) -> Any:
        asked.update(options, run=run)
        return inspect(out)

    monkeypatch.setattr("musicvae.exporting.export", export)
    return asked


def test_every_option_reaches_the_exporter(
    asked: dict[str, Any], make_artifact: Callable[..., Path]
) -> None:
    out = make_artifact("jazz.onnx")
    words = ["export", "runs/jazz", "--out", str(out), "--licence", "CC0-1.0"]
    assert main(words) == 0
    no = {"half": False, "encoder": False, "int8": False, "tape": None}
    assert asked == {"run": "runs/jazz", "licence": "CC0-1.0", **no}
    assert main([*words, "--half", "--encoder"]) == 0
    assert (asked["half"], asked["encoder"], asked["int8"]) == (True, True, False)
    assert main([*words, "--int8", "--tape", "song.tape"]) == 0
    assert (asked["int8"], asked["tape"]) == (True, "song.tape")


def test_a_clip_is_described_and_can_be_played(
    asked: dict[str, Any], make_artifact: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    out = make_artifact("jazz.onnx")
    assert main(["export", "runs/jazz", "--out", str(out)]) == 0
    info, lines = inspect(out), capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"wrote {out}: {info.genre}, {info.latent_dim} latents, ")
    assert lines[1].startswith("largest differences: ")
    assert lines[2] == f"play it: musicvae live {out}"


def test_a_stream_plays_tapes(
    asked: dict[str, Any], make_stream: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    out = make_stream("jazz.onnx")
    assert main(["export", "runs/jazz", "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"a stream of {inspect(out).hop} samples a frame" in lines[0]
    assert lines[2] == f"play a tape with it: musicvae play {out} NAME.tape -o NAME.wav"
