from __future__ import annotations

import dataclasses
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.daemon import Daemon
from musicvae.live.outputs.clocked import Null

pytest.importorskip("rich", reason="rich, which draws the screen, is not installed")

from rich.console import Console

from musicvae.live.console.screen import Screen, draw


def text(daemon: Daemon) -> str:
    console = Console(record=True, width=110, file=io.StringIO())
    console.print(draw(daemon.parts))
    return console.export_text()


def test_it_shows_how_the_daemon_is(models: Path, make_client: Any, tmp_path: Path) -> None:
    output: Any = Null(16_000)
    output.latency_ms, output.queue_ms, output.underruns = 12.0, 10.0, 2
    with Daemon(models, output=output, port=0, takes=tmp_path, source="held") as daemon:
        shown = text(daemon)
        for words in (
            "deck a  jazz  held  +0.0 dB",
            "deck b  nothing  +0.0 dB",
            "level  ········································  silence",
            "cross-fade  a ┃──────────────────── b",
            "queue 10.0 · device 2.0 · model 2.0 · decode",
            "load  decoding takes ",
            "late  2 times",
            "sound  nowhere",
            "heard  nothing yet",
            "packets  0, 0 refused",
        ):
            assert words in shown, shown
        assert "recording" not in shown
        client = make_client(daemon.port)
        client.done("/deck/b/model/load", "wide")
        client.done("/record/start", "one")
        client.say("/deck/b/gain", -6.5)
        client.say("/play", 0)
        client.say("/crossfade", 0.5)
        client.say("/deck/b/latent", 2.0, 2.0, 2.0)
        client.say("/quux")
        client.sync()
        while daemon.parts.engine.level < 0.05:
            time.sleep(0.01)
        shown = text(daemon)
    for words in (
        "deck a  jazz  held  +0.0 dB  stopped",
        "deck b  wide  held  -6.5 dB",
        "a ──────────┃────────── b",
        "recording  one.wav",
        "heard  /sync",
        "1 refused",
    ):
        assert words in shown, shown
    assert re.search(r"level  █+·+ +-\d+\.\d dBFS", shown)


def test_nothing_in_it_steers_the_terminal(make_decoder: Callable[..., Any]) -> None:
    decoder = make_decoder()
    decoder.info = dataclasses.replace(decoder.info, genre="[red]\x1b[2J")
    with Daemon(decoder, output=Null(8000), port=0) as daemon:
        shown = text(daemon)
    assert "[red]?[2J" in shown  # as it is written, neither escape nor markup
    assert "\x1b" not in shown


def test_it_is_drawn_again_and_again_and_left_standing(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.console.screen._EVERY", 0.01)
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, height=40)
    with Daemon(models, output=Null(16_000), port=0) as daemon, Screen(daemon.parts, console):
        while out.getvalue().count("deck a") < 3:
            time.sleep(0.01)
    assert out.getvalue().rstrip().endswith(("refused", "\x1b[?25h"))


def test_a_terminal_that_fails_disturbs_nothing(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.live.console.screen._EVERY", 0.005)

    class Gone(io.StringIO):
        writes = 0

        def write(self, text: str) -> int:
            self.writes += 1
            raise UnicodeEncodeError("ascii", text, 0, 1, "ordinal not in range(128)")

    terminal = Gone()
    console = Console(file=terminal, force_terminal=True)
    with Daemon(models, output=Null(16_000), port=0) as daemon, Screen(daemon.parts, console):
        while terminal.writes < 5:
            time.sleep(0.005)
