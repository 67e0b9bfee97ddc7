"""The process of MIDI beside a daemon, where it cannot begin, and listing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from musicvae.errors import DeviceError, MissingExtraError
from musicvae.live.services import Services
from musicvae.midi import starting
from musicvae.midi.starting import Midi, check_installed, list_ports
from tests.live.jack import wait_for


def parts(folder: Path) -> Any:
    return SimpleNamespace(
        repertoire=SimpleNamespace(presets=folder),
        services=Services(),
        hosts=("0.0.0.0",),
        port=7700,
        engine=SimpleNamespace(decks=dict.fromkeys("abc")),
    )


def test_a_process_that_cannot_begin_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    line = json.dumps({"error": "no library"})
    monkeypatch.setattr(starting, "CODE", f"print({line!r})")
    with Midi(parts(tmp_path), "", "", said.append) as midi:
        wait_for(lambda: not midi._thread.is_alive(), 60)
    assert said == ["no MIDI input: no library"]


def test_it_is_told_where_everything_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = parts(tmp_path / "presets")
    job = json.loads(Midi(told, "keys", "map.json", print)._line())
    assert job == {
        "port": "keys",
        "file": str(tmp_path / "map.json"),
        "presets": str(tmp_path / "presets"),
        "token": told.services.token,
        "osc_host": "127.0.0.1",
        "osc_port": 7700,
        "decks": 3,
    }


def test_ports_that_cannot_be_listed_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("", "print('nonsense')", "import os; os.abort()"):
        monkeypatch.setattr(starting, "LIST", code)
        with pytest.raises(DeviceError, match="cannot be listed"):
            list_ports()
    monkeypatch.setattr(starting, "LIST", """print('of a library'); print('["Keys"]')""")
    assert list_ports() == ["Keys"]


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="rtmidi"):
        check_installed()


def test_the_daemon_imports_no_library_for_midi() -> None:
    script = (
        "import sys, musicvae.midi.starting, musicvae.cli.playing; "
        "print([name for name in ('rtmidi', 'rtmidi2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
