"""A daemon with a sound card: JACK's dummy driver, which PortAudio finds like any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Start = Callable[..., Any]


def sounding(client: Any) -> dict[str, Any]:
    """Set latents; the status when they are heard."""
    client.say("/latent", 2.0, 2.0, 2.0, 2.0)
    status: dict[str, Any] = client.status()
    while status["level"] < -12 or not status["queue_ms"]:
        status = client.status()
    return status


def test_a_card_plays_and_moves(start: Start, models: Path, make_client: Any, jack: Any) -> None:
    running = start(models, "--allow-quit")
    (line,) = [line for line in running.lines if line.split()[0] == "sound"]
    assert "48000 Hz" in line
    assert "callback" in line
    client = make_client(running.port)
    status = sounding(client)
    assert status["output"] == "playing"
    parts = ("queue_ms", "device_ms", "stream_ms", "decode_ms")
    assert status["latency_ms"] == pytest.approx(sum(status[part] for part in parts), abs=0.01)
    (count,) = client.done("/audio/list")
    assert count >= 1
    assert client.done("/audio/block", 256) == [256]
    assert "no such sound card" in client.failed("/audio/device", "a card that nobody has")
    assert sounding(client)["output"] == "playing"
    client.say("/quit")
    code, said = running.ended()[:2]
    assert code == 0
    assert said.startswith("refused /audio/device: there is no such sound card")
    assert said.count("\n") == 1


def test_a_card_that_is_lost_comes_back(
    start: Start, models: Path, make_client: Any, jack: Any, tmp_path: Path
) -> None:
    running = start(models, "--allow-quit", "--takes", tmp_path)
    client = make_client(running.port)
    sounding(client)
    client.done("/record/start", "one")
    client.done("/notify", 1)
    jack.kill()
    address, values = client.receive()
    while address != "/output":
        address, values = client.receive()
    assert values[0].startswith("lost: ")
    client.done("/notify", 0)
    while not client.status()["output"].startswith("lost"):
        time.sleep(0.05)
    before = client.status()["seconds"]
    while client.status()["seconds"] < before + 0.2:  # it plays on, to nowhere
        time.sleep(0.05)
    jack.start()
    while client.status()["output"] != "playing":
        time.sleep(0.05)
    status = client.status()
    assert status["reconnects"] >= 1
    assert (status["recording"], status["faults"]) == ("one.wav", 0)
    client.done("/record/stop")
    client.say("/quit")
    code, printed, _ = running.ended()
    assert code == 0
    said = [line for line in printed.splitlines() if line.startswith("sound: ")]
    assert said[0].startswith("sound: lost: ")
    assert said[-1] == "sound: playing"
