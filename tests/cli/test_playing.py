from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from musicvae.cli.main import build_parser, main
from musicvae.live.notices import Notices
from musicvae.live.options import Options


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the daemon would be started with."""
    received: dict[str, Any] = {}

    def run(artifacts: Any, say: Any, last: Any, **options: Any) -> None:
        received.update(options, artifacts=artifacts, say=say)

    monkeypatch.setattr("musicvae.live.daemon.run", run)
    return received


def test_every_option_reaches_the_daemon(received: dict[str, Any]) -> None:
    command = (
        "live jazz.onnx more --out take.wav --seconds 3 --port 7800 --bind 0.0.0.0 "
        "--allow 10.0.0.1 --allow 10.0.1.0/24 --rate 44100 --block 256 --gain -6 "
        "--fast --allow-slow --allow-quit --honour-timetags --channels 4 --tapes t "
        "--presets p --takes k --record show --source held --decks 3 "
        "--input guitar.wav --loop --one-process --quiet"
    )
    assert main(command.split()) == 0
    assert received == {
        "artifacts": ["jazz.onnx", "more"],
        "say": None,
        "output": "take.wav",
        "port": 7800,
        "bind": "0.0.0.0",
        "allow": ["10.0.0.1", "10.0.1.0/24"],
        "allow_slow": True,
        "allow_quit": True,
        "front": False,
        "decks": 3,
        "honour_timetags": True,
        "gain_db": -6.0,
        "seconds": 3.0,
        "rate": 44_100,
        "channels": 4,
        "device": None,
        "block": 256,
        "ahead_ms": None,
        "fast": True,
        "tapes": "t",
        "presets": "p",
        "takes": "k",
        "record": "show",
        "source": "held",
        "input": "guitar.wav",
        "loop": True,
    }
    assert main(["live", "jazz.onnx", "--device", "horn", "--ahead", "3.5"]) == 0
    assert (received["device"], received["ahead_ms"]) == ("horn", 3.5)
    names = {option.name for option in dataclasses.fields(Options)}
    assert set(received) - {"artifacts", "say"} == names


def test_defaults_are_those_of_the_daemon(received: dict[str, Any]) -> None:
    assert main(["live", "jazz.onnx"]) == 0
    for option in dataclasses.fields(Options):
        default = (
            option.default_factory()
            if option.default_factory is not dataclasses.MISSING
            else option.default
        )
        value = received[option.name]
        if option.name == "takes":
            assert Path(value) == default
        else:
            assert value == (list(default) if isinstance(default, tuple) else default)
    main(["live", "jazz.onnx", "--record"])
    assert received["record"] == ""  # a recording that is given a name


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["live"], "no model to play"),
        (["live", "jazz.onnx", "--fast"], "--out take.wav"),
        (["live", "jazz.onnx", "--page-port", "7702"], "add --page"),
        (["live", "jazz.onnx", "--midi-map", "x.json"], "add --midi"),
        (["live", "jazz.onnx", "--out", "null", "--device", "horn"], "is for the sound card"),
        (["live", "jazz.onnx", "--out", "take.wav", "--ahead", "3"], "is for the sound card"),
    ],
)
def test_what_cannot_be_meant_is_explained(
    received: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    """Also an option that would do nothing without another one."""
    assert main(arguments) == 1
    assert reason in capsys.readouterr().err
    assert received == {}


def test_there_is_one_face_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(["live", "jazz.onnx", "--json", "--quiet"])
    assert caught.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_devices_are_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.outputs.devices.list_devices", lambda: "0 Speakers")
    monkeypatch.setattr("musicvae.live.outputs.devices.list_inputs", lambda: "1 Microphone")
    assert main(["live", "--list-devices"]) == 0
    assert capsys.readouterr().out == "outputs:\n0 Speakers\ninputs:\n1 Microphone\n"


def live(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """Run ``musicvae live`` to its end."""
    command = [sys.executable, "-m", "musicvae", "live", *map(str, arguments)]
    options = ["--out", "null", "--port", "0", "--seconds", "1.5"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done


def test_people_read_the_start_up_lines(make_stream: Callable[..., Path]) -> None:
    artifact = make_stream("jazz.onnx")
    for options in ([], ["--plain"]):  # a pipe gets no screen anyway
        out = live(artifact, *options).stdout
        for words in (
            "model  jazz: 4 latents, 16 000 Hz mono, latency 2.0 ms",
            "sound  nowhere: 16000 Hz, 2 channel(s), blocks of 512 frames",
            "listening  OSC over UDP and TCP, 127.0.0.1 port",
            "latents  0 to 3, which move the sound by 25 %, 25 %",
            "attributes  /attr/loudness",
            "try  oscsend localhost",
            "stop  Ctrl-C",
        ):
            assert words in out
        # Ready models, where some are installed, are one line more.
        assert len([line for line in out.splitlines() if not line.startswith("      also")]) == 7


def test_quiet_says_nothing(make_stream: Callable[..., Path]) -> None:
    assert live(make_stream("jazz.onnx"), "--quiet").stdout == ""


def test_machines_read_json(make_stream: Callable[..., Path]) -> None:
    out = live(make_stream("jazz.onnx"), "--json").stdout
    said = [json.loads(line) for line in out.splitlines()]
    assert [one["event"] for one in said] == ["startup", "status", "end"]
    assert all(one["model"] == "jazz" for one in said)
    assert said[0]["port"] > 0
    assert said[2]["seconds"] == pytest.approx(1.5, abs=0.1)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has pseudo-terminals")
@pytest.mark.skipif(find_spec("rich") is None, reason="rich, which draws the screen, is missing")
def test_a_terminal_shows_a_screen(make_stream: Callable[..., Path]) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = ["live", make_stream("jazz.onnx"), "--out", "null", "--port", "0", "--seconds", "1.5"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "110", "LINES": "40"}
    process = subprocess.Popen(
        [sys.executable, "-m", "musicvae", *map(str, command)],
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
        env=environment,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(ours)
        assert process.wait(60) == 0
    text = shown.decode("utf-8")
    assert text.index("try  oscsend") < text.index("deck a")
    for words in ("level", "cross-fade", "latency", "heard", "nothing yet", "0 refused"):
        assert words in text
    assert "\x1b" in text


def shown(monkeypatch: pytest.MonkeyPatch, *options: str) -> list[Any]:
    """What the control page is started with, where the daemon plays nothing."""
    started: list[Any] = []

    class Shown:
        def __init__(self, parts: Any, port: int, say: Any, show: Any, last: Any) -> None:
            started.append(port)
            show(f"http://localhost:{port}")

        def __enter__(self) -> Shown:
            return self

        def __exit__(self, *error: object) -> None:
            started.append("ended")

    monkeypatch.setattr("musicvae.page.starting.Page", Shown)
    monkeypatch.setattr("musicvae.page.starting.check_installed", lambda: None)
    daemon: Any = SimpleNamespace(
        greeting=lambda: ["    model  jazz"], parts=SimpleNamespace(notices=Notices()), last=None
    )

    def run(artifacts: Any, present: Any, last: Any, **options: Any) -> None:
        if present is not None:
            with present(daemon):
                started.append("plays")

    monkeypatch.setattr("musicvae.live.daemon.run", run)
    assert main(["live", "jazz.onnx", *options]) == 0
    return started


def test_the_page_is_there_while_the_daemon_plays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(monkeypatch, "--page", "--plain") == [7702, "plays", "ended"]
    said = ["    model  jazz", "      page  http://localhost:7702"]
    assert capsys.readouterr().out.splitlines() == said
    quietly = shown(monkeypatch, "--page", "--quiet", "--page-port", "8000")
    assert quietly == [8000, "plays", "ended"]
    assert capsys.readouterr().out == ""
    assert shown(monkeypatch, "--plain") == ["plays"]


def test_without_aiohttp_there_is_no_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], received: dict[str, Any]
) -> None:
    monkeypatch.setattr("musicvae.page.starting.find_spec", lambda name: None)
    assert main(["live", "jazz.onnx", "--page"]) == 1
    assert 'pip install "musicvae[page]"' in capsys.readouterr().err
    assert received == {}


def test_midi_is_there_while_the_daemon_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []

    class Heard:
        def __init__(self, parts: Any, port: str, file: str, say: Any) -> None:
            started.append((port, file))

        def __enter__(self) -> Heard:
            return self

        def __exit__(self, *error: object) -> None:
            started.append("ended")

    monkeypatch.setattr("musicvae.midi.starting.Midi", Heard)
    monkeypatch.setattr("musicvae.midi.starting.check_installed", lambda: None)
    assert shown(monkeypatch, "--plain", "--midi") == ["plays"]
    assert shown(monkeypatch, "--quiet", "--midi", "keys", "--midi-map", "x.json") == ["plays"]
    assert started == [("", ""), "ended", ("keys", "x.json"), "ended"]


@pytest.mark.parametrize("option", ["--midi", "--list-midi"])
def test_without_its_library_there_is_no_midi(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    received: dict[str, Any],
    option: str,
) -> None:
    monkeypatch.setattr("musicvae.midi.starting.find_spec", lambda name: None)
    assert main(["live", "jazz.onnx", option]) == 1
    assert 'pip install "musicvae[midi]"' in capsys.readouterr().err
    assert received == {}


def test_midi_ports_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("musicvae.midi.starting.check_installed", lambda: None)
    for names, said in ((["Keys", "Knobs"], "Keys\nKnobs\n"), ([], "There is no MIDI port.\n")):
        monkeypatch.setattr("musicvae.midi.starting.list_ports", lambda names=names: names)
        assert main(["live", "--list-midi"]) == 0
        assert capsys.readouterr().out == said
