from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.console.json_lines import JsonLines
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.clocked import Null
from musicvae.live.status import FIELDS


def test_every_line_is_one_object_with_the_whole_status(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.console.json_lines._EVERY", 0.02)
    lines: list[str] = []
    three = threading.Event()

    def say(line: str) -> None:
        lines.append(line)
        if len(lines) > 3:
            three.set()

    with Daemon(models, output=Null(16_000), port=0) as daemon, JsonLines(daemon.parts, say):
        assert three.wait(10)
        port = daemon.port
    said: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [one["event"] for one in said] == ["startup", *["status"] * (len(said) - 2), "end"]
    names = {name for name, _, _ in FIELDS}
    assert all(names <= set(one) for one in said)
    assert all("\n" not in line for line in lines)
    first = said[0]
    assert (first["port"], first["bind"], first["output"]) == (port, "127.0.0.1", "nowhere")
    assert (first["model"], first["kind"], first["rate"]) == ("jazz", "stream", 16_000)
    assert first["names"] == ["latent 0", "latent 1", "latent 2", "latent 3"]
    assert first["attributes"] == ["loudness", "brightness"]
    assert (first["block"], first["channels"]) == (512, 2)
    assert said[-1]["seconds"] >= first["seconds"]


def test_a_reader_that_is_gone_disturbs_nothing(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.console.json_lines._EVERY", 0.005)
    tried, enough = [0], threading.Event()

    def gone(line: str) -> None:
        tried[0] += 1
        if tried[0] > 5:
            enough.set()
        raise BrokenPipeError(32, "Broken pipe")

    with Daemon(models, output=Null(16_000), port=0) as daemon, JsonLines(daemon.parts, gone):
        daemon.parts.notices.say("the disk is full")
        assert enough.wait(30)
    assert daemon.parts.notices.last == "the disk is full"


def test_a_reader_that_stands_still_does_not_keep_the_daemon_from_ending(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.console.json_lines._EVERY", 0.01)
    stands, go = threading.Event(), threading.Event()

    def stand_still(line: str) -> None:
        if threading.current_thread().name == "musicvae-json":
            stands.set()
            go.wait(60)

    daemon = Daemon(models, output=Null(16_000), port=0)
    with daemon, JsonLines(daemon.parts, stand_still):
        assert stands.wait(30)
    go.set()
