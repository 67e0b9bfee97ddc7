"""Graphs without an end can be ended: by a signal, by a patience, by the end of the program."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicvae
from musicvae.audio import Sound
from musicvae.errors import ArtifactError, RunStoppedError
from musicvae.runtime import stopping

pytest.importorskip("onnx", reason="onnx, which makes the graphs, is not installed")

Act = Callable[[Any], Any]
LARGE = np.full(4, 6.0, np.float32)
#: What each kind of artifact can be asked for, where its input is above 5.
CALLS: dict[str, tuple[str, Act]] = {
    "decode": ("stream", lambda player: player.decode(LARGE)),
    "push": ("stream", lambda player: player.push(LARGE)),
    "clip": ("clip", lambda player: player.decode(LARGE)),
    "encode": ("encoder", lambda player: player.encode(Sound.of(np.full(999, 9.0), 16_000))),
    "encode long": (
        "encoder",
        lambda player: player.encode(Sound.of(np.full(140_000, 9.0), 16_000)),
    ),
}


@pytest.fixture
def player(
    request: pytest.FixtureRequest,
    make_endless: Callable[..., Path],
    make_stream: Callable[..., Path],
    make_artifact: Callable[..., Path],
    make_encoder: Callable[..., Path],
) -> Any:
    kind = CALLS[request.param][0]
    if kind == "clip":
        return musicvae.Decoder(make_endless(make_artifact(), 5.0))
    if kind == "stream":
        return musicvae.StreamDecoder(make_endless(make_stream(), 5.0))
    return musicvae.Encoder(make_endless(make_encoder(), 5.0, "audio"))


def once_it_runs(act: Callable[[], None]) -> threading.Thread:
    """Do something on another thread, once a graph is running."""

    def wait() -> None:
        while not stopping._runs:
            pass
        time.sleep(0.02)  # until it is within onnxruntime
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def end() -> None:
    """Ask for no runs, for a moment."""
    with stopping.no_runs():
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")
@pytest.mark.parametrize(("player", "call"), [(key, key) for key in CALLS], indirect=["player"])
def test_control_c_ends_it_at_once(player: Any, call: str) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread = once_it_runs(lambda: os.kill(os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            CALLS[call][1](player)
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    if not call.startswith("encode"):
        assert player.decode(np.ones(4)).any()  # it plays on
    gc.collect()  # the signal may have come while Python was leaving a `with`
    assert signal.set_wakeup_fd(-1) == -1  # as it was before


@pytest.mark.parametrize(("player", "call"), [(key, key) for key in CALLS], indirect=["player"])
def test_the_end_of_the_program_ends_it(player: Any, call: str) -> None:
    thread = once_it_runs(end)
    with pytest.raises(RunStoppedError, match=r"'\w+\.onnx' was stopped.*the program ends"):
        CALLS[call][1](player)
    thread.join()


@pytest.mark.parametrize(("player", "call"), [(key, key) for key in CALLS], indirect=["player"])
def test_none_begins_while_the_program_ends(player: Any, call: str) -> None:
    with stopping.no_runs():
        with stopping.no_runs():  # of another daemon in this process
            pass
        for _ in range(2):
            with pytest.raises(RunStoppedError, match="the program ends"):
                CALLS[call][1](player)
    if not call.startswith("encode"):
        assert player.decode(np.ones(4)).any()  # one in the same process plays on


@pytest.mark.parametrize(
    ("player", "call"), [("push", "push"), ("clip", "clip")], indirect=["player"]
)
def test_patience_ends_it(player: Any, call: str) -> None:
    player.limit(1.0)
    looks: list[float] = []

    def look() -> None:
        while stopping._runs:
            looks.append(0.25)
            stopping.look(0.25)

    thread = once_it_runs(look)
    with pytest.raises(RunStoppedError, match="within 1 s"):
        CALLS[call][1](player)
    thread.join()
    assert len(looks) >= 5


def test_time_that_passes_unseen_is_no_reason(make_stream: Callable[..., Path]) -> None:
    """A program that was stopped for an hour sees its run once more, and it ends."""
    decoder = musicvae.StreamDecoder(make_stream())
    decoder.limit(1.0)
    for _ in range(100):
        stopping.look(0.25)
        decoder.push(np.ones(4))


@pytest.mark.parametrize("player", ["decode"], indirect=True)
def test_nothing_ends_a_long_run_of_a_program_that_waits_for_it(player: Any) -> None:
    def look_then_stop() -> None:
        stopping.look(1000.0)
        end()

    thread = once_it_runs(look_then_stop)
    with pytest.raises(RunStoppedError, match="the program ends"):
        player.decode(LARGE)
    thread.join()


@pytest.mark.parametrize("kind", ["stream", "encoder"])
def test_loading_comes_to_an_end(
    make_endless: Callable[..., Path],
    make_stream: Callable[..., Path],
    make_encoder: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    monkeypatch.setattr(stopping, "TRIAL_PATIENCE", 0.05)
    stream, encoder = make_stream(), make_encoder()
    opens: dict[str, Callable[[], Any]] = {
        "stream": lambda: musicvae.StreamDecoder(make_endless(stream, -1.0)),
        "encoder": lambda: musicvae.Encoder(make_endless(encoder, -1.0, "audio")),
    }
    with pytest.raises(ArtifactError, match=r"did not come to an end within 0\.05 s"):
        opens[kind]()


def test_errors_are_raised_and_not_printed(
    make_stream: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    run = stopping.Run("x")
    with pytest.raises(ZeroDivisionError):
        run(lambda options: 1 // 0)
    assert run(lambda options: 3) == 3
    assert not stopping._runs
    assert capfd.readouterr().err == ""
