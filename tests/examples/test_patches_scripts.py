"""The performances in Python and JavaScript, played to a real daemon, and their own OSC."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae import audio

Make = Callable[..., Path]
#: Messages of the score, without the circle's 200.
EVENTS, CIRCLE = 20, 200


@pytest.fixture
def python_words(root: Path) -> list[str]:
    return [sys.executable, str(root / "examples" / "python" / "play.py")]


@pytest.fixture
def node_words(root: Path) -> list[str]:
    return [node(), str(root / "examples" / "node" / "play.js")]


def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    return found


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, words)), capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("host", ["python", "node", "node --tcp"])
def test_it_performs(
    host: str, request: pytest.FixtureRequest, play: Any, make_stream: Make, tmp_path: Path
) -> None:
    name, *more = host.split()
    playing = play(make_stream(latent_dim=8), "--out", tmp_path / "take.wav")
    words = request.getfixturevalue(f"{name}_words")
    done = run(*words, "--port", playing.port, "--pace", 0.03, *more)
    assert done.returncode == 0, done.stderr
    first, *between, last = done.stdout.splitlines()
    assert first == "stream (jazz) has 8 latents"
    assert between == []  # nothing was refused, so nothing else was answered
    assert last.startswith("0 messages refused, ")
    playing.heard_all()
    playing.until(lambda: playing.status()["playing"] == 0)  # the last event, in the next block
    status = playing.status()
    assert status["gain"] == -96.0
    assert playing.get("/glide") == [4000.0]
    assert playing.get("/source") == ["held"]
    assert playing.get("/walk") == [2.0, pytest.approx(1.2)]
    assert status["packets_received"] >= CIRCLE
    playing.close()
    sound = audio.read(tmp_path / "take.wav").samples
    assert np.abs(sound).max() > 0.05  # it was heard
    assert np.abs(sound[-1]).max() < 1e-3  # and faded out


@pytest.mark.parametrize("name", ["python", "node"])
def test_without_a_daemon_it_says_so(
    name: str, request: pytest.FixtureRequest, free_port: int
) -> None:
    done = run(*request.getfixturevalue(f"{name}_words"), "--port", free_port)
    assert done.returncode == 1
    assert "start `musicvae live" in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["python", "node"])
def test_both_play_the_same_piece(
    name: str, request: pytest.FixtureRequest, listener: Any, understand: Callable[..., Any]
) -> None:
    """To a port that answers only how it is; the daemon's own table understands each message."""
    words = request.getfixturevalue(f"{name}_words")
    who = {"model": "a", "genre": "b", "latents": 8, "messages_refused": 0, "underruns": 0}
    status = ("/status.reply", [part for pair in who.items() for part in pair])
    listener.answers["/status"] = status
    assert run(*words, "--port", listener.port, "--pace", 0.02).returncode == 0
    heard = [message for message in listener.messages if message[0] != "/status"]
    assert len(heard) == EVENTS + CIRCLE
    for message in heard:
        understand(message)
    assert heard[0] == ("/gain", [-96.0])
    assert heard[3] == ("/play", [1])
    assert heard[-1] == ("/play", [0])
    assert ("/walk", [1.0, pytest.approx(0.7)]) in heard


def test_our_osc_in_javascript_is_osc(root: Path) -> None:
    """Against python-osc, both ways; and a stream cut anywhere is the same packets."""
    from pythonosc.osc_bundle import OscBundle
    from pythonosc.osc_message import OscMessage
    from pythonosc.osc_message_builder import OscMessageBuilder

    builder = OscMessageBuilder(address="/status.reply")
    for value in ("model", "jazz", "genre", "çà", "latents", 8, "gain", -6.5):
        builder.add_arg(value)
    datagram = builder.build().dgram
    script = """
        const { encode, decode, framed, unframe } = require(process.argv[1]);
        const hex = (data) => data.toString('hex');
        const whole = Buffer.from(process.argv[2], 'hex');
        const stream = Buffer.concat([framed(whole), framed(encode(['/x'])), framed(whole)]);
        const cuts = [1, 3, 4, 7, 50, stream.length].map((size) => {
            const found = [], feed = unframe((data) => found.push(hex(data)));
            for (let at = 0; at < stream.length; at += size) feed(stream.subarray(at, at + size));
            return found;
        });
        console.log(JSON.stringify({
            decoded: decode(whole), cuts, message: hex(encode(['/preset/load', 'one', 0.5])),
            bundle: hex(encode(['/glide', 30], ['/latent', 1, 2])), bare: hex(encode(['/x'])),
        }));
    """
    done = run(node(), "-e", script, root / "examples" / "node" / "osc.js", datagram.hex())
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["decoded"] == [
        "/status.reply", ["model", "jazz", "genre", "çà", "latents", 8, "gain", -6.5]
    ]  # fmt: skip
    message = OscMessage(bytes.fromhex(said["message"]))
    assert (message.address, message.params) == ("/preset/load", ["one", 0.5])
    bundle = OscBundle(bytes.fromhex(said["bundle"]))
    assert [(part.address, part.params) for part in bundle] == [
        ("/glide", [30.0]), ("/latent", [1.0, 2.0])
    ]  # fmt: skip
    assert said["cuts"] == [[datagram.hex(), said["bare"], datagram.hex()]] * 6
