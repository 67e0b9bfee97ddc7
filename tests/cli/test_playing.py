from __future__ import annotations

from typing import Any

import pytest

from musicvae.cli import playing
from musicvae.cli.main import main


def test_every_option_reaches_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    received: dict[str, Any] = {}

    def run(artifact: Any, say: Any, **options: Any) -> None:
        received.update(options, artifact=artifact, say=say)

    monkeypatch.setattr("musicvae.live.daemon.run", run)
    command = (
        "live jazz.onnx --out take.wav --seconds 3 --port 7800 --bind 0.0.0.0 --allow 10.0.0.1 "
        "--allow 10.0.1.0/24 --device horn --rate 44100 --block 256 --gain -6 --fast --allow-quit "
        "--quiet"
    )
    assert main(command.split()) == 0
    assert received == {
        "artifact": "jazz.onnx",
        "say": None,
        "output": "take.wav",
        "port": 7800,
        "bind": "0.0.0.0",
        "allow": ["10.0.0.1", "10.0.1.0/24"],
        "allow_quit": True,
        "gain_db": -6.0,
        "seconds": 3.0,
        "rate": 44_100,
        "device": "horn",
        "block": 256,
        "fast": True,
    }


def test_defaults_are_those_of_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    import inspect

    from musicvae.live.daemon import Daemon

    received: dict[str, Any] = {}
    monkeypatch.setattr(
        "musicvae.live.daemon.run", lambda artifact, say, **options: received.update(options)
    )
    assert main(["live", "jazz.onnx"]) == 0
    for name, parameter in inspect.signature(Daemon).parameters.items():
        if name in received and name != "allow":
            assert received[name] == parameter.default, name


def test_start_up_lines_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    playing._say("model")
    assert capsys.readouterr().out == "model\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [(["live"], "no artifact"), (["live", "jazz.onnx", "--fast"], "--out take.wav")],
)
def test_what_cannot_be_meant_is_explained(
    capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str
) -> None:
    assert main(arguments) == 1
    assert reason in capsys.readouterr().err


def test_devices_are_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.outputs.choice.list_devices", lambda: "0 Speakers")
    assert main(["live", "--list-devices"]) == 0
    assert capsys.readouterr().out == "0 Speakers\n"
