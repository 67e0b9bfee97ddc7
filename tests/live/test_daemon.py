"""The whole daemon in this process, over real UDP on loopback."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import (
    ArtifactError,
    ArtifactKindError,
    DeviceError,
    MusicVAEError,
    PortInUseError,
    SettingError,
)
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.choice import Null
from musicvae.live.status import FIELDS


def pairs(values: list[Any]) -> dict[str, Any]:
    return dict(zip(values[::2], values[1::2], strict=True))


def test_it_plays_what_comes_over_osc(
    decoder: Any, make_client: Any, osc: Callable[..., bytes]
) -> None:
    with Daemon(decoder, output="null", port=0) as daemon:
        client = make_client(daemon.port)
        client.send(osc("/latent", 0.5))
        client.send(osc("/gain", -6.0))
        status: dict[str, Any] = {"level": -120.0}
        while status["level"] < -20:  # the daemon's own report, until the sound has arrived
            status = pairs(client.ask(osc("/status"), "/status.reply"))
        assert client.ask(osc("/ping", 3), "/pong") == [3]
    assert list(status) == [name for name, _, _ in FIELDS]
    assert status["gain"] == -6.0
    assert status["level"] < -8
    assert status["packets_refused"] == status["faults"] == status["decode_failed"] == 0
    assert status["packets_received"] >= 3
    assert status["rate"] == 8000


def test_the_status_has_the_documented_types(decoder: Any) -> None:
    kinds = {"s": str, "i": int, "f": float}
    with Daemon(decoder, output="null", port=0) as daemon:
        status = daemon.status()
    assert {name: type(value) for name, value in status.items()} == {
        name: kinds[kind] for name, kind, _ in FIELDS
    }


def test_hostile_packets_then_ping(
    decoder: Any, make_client: Any, osc: Callable[..., bytes], hostile_packets: list[bytes]
) -> None:
    with Daemon(decoder, output="null", port=0) as daemon:
        client = make_client(daemon.port)
        for data in hostile_packets:
            client.send(data)
        assert client.ask(osc("/ping"), "/pong") == []
        status = daemon.status()
        refused = int(status["packets_refused"]) + int(status["messages_refused"])
        assert (refused, status["faults"]) == (18, 0)


def test_a_take_has_the_right_length_and_fades_out(decoder: Any, tmp_path: Path) -> None:
    take = tmp_path / "take.wav"
    with Daemon(decoder, output=take, port=0, seconds=2, fast=True) as daemon:
        daemon.wait()
    sound, rate = soundfile.read(take)
    assert (sound.shape, rate) == ((16_000, 2), 8000)


def test_quit_ends_the_wait(decoder: Any, make_client: Any, osc: Callable[..., bytes]) -> None:
    with Daemon(decoder, output="null", port=0, allow_quit=True) as daemon:
        make_client(daemon.port).send(osc("/quit"))
        daemon.wait()


def test_samples_that_are_not_finite_leave_the_old_sound(
    decoder: Any, make_client: Any, osc: Callable[..., bytes], tmp_path: Path
) -> None:
    healthy = decoder.decode
    broken = threading.Event()

    def decode(latents: Any, /) -> Any:
        if latents[0, 0] == 9:
            broken.set()
            return healthy(latents) * np.nan
        return healthy(latents)

    decoder.decode = decode
    take = tmp_path / "take.wav"
    with Daemon(decoder, output=take, port=0) as daemon:
        client = make_client(daemon.port)
        client.send(osc("/latent", 9.0))
        assert broken.wait(10)
        status: dict[str, Any] = {"decode_failed": 0}
        while not status["decode_failed"]:
            status = pairs(client.ask(osc("/status"), "/status.reply"))
    assert np.isfinite(soundfile.read(take)[0]).all()


def test_start_up_errors_leave_nothing_open(
    decoder: Any, tmp_path: Path, make_artifact: Callable[..., Path]
) -> None:
    with Daemon(decoder, output="null", port=0) as first, pytest.raises(PortInUseError):
        Daemon(decoder, output="null", port=first.port).start()
    port = first.port
    with pytest.raises(DeviceError):
        Daemon(decoder, output=tmp_path / "missing" / "take.wav", port=port).start()
    truncated = tmp_path / "torn.onnx"
    truncated.write_bytes(make_artifact().read_bytes()[:-40])
    foreign = tmp_path / "notes.txt"
    foreign.write_text("hello")
    for path in (truncated, foreign, tmp_path / "missing.onnx"):
        with pytest.raises((ArtifactError, MusicVAEError), match=path.name):
            Daemon(path, output="null", port=port).start()
    with Daemon(make_artifact(), output="null", port=port) as daemon:  # the port is free again
        assert daemon.model == "jazz.onnx"


def test_other_kinds_are_refused_by_name(
    make_stream: Callable[..., Path], make_encoder: Callable[..., Path]
) -> None:
    for path, kind in ((make_stream(), "stream"), (make_encoder(), "encoder")):
        with pytest.raises(ArtifactKindError, match=f"clips only, so far.*kind '{kind}'"):
            Daemon(path, output="null", port=0).start()


@pytest.mark.parametrize(
    "options",
    [
        {"gain_db": 13},
        {"gain_db": float("nan")},
        {"seconds": 0},
        {"block": 1},
        {"rate": 10},
        {"bind": "0.0.0.0"},
    ],
)
def test_options_are_checked(decoder: Any, options: dict[str, Any]) -> None:
    with pytest.raises(SettingError), Daemon(decoder, output="null", port=0, **options):
        pass


def test_the_process_is_put_back_as_it_was(decoder: Any) -> None:
    before = (sys.getswitchinterval(), gc.get_freeze_count(), threading.active_count())
    with Daemon(decoder, output="null", port=0) as daemon:
        assert sys.getswitchinterval() < 0.001
        assert gc.get_freeze_count() > 0
    daemon.stop()
    assert (sys.getswitchinterval(), gc.get_freeze_count(), threading.active_count()) == before


def test_an_output_that_fails_is_raised_at_the_end(decoder: Any) -> None:
    output = Null(8000)
    daemon = Daemon(decoder, output=output, port=0)
    daemon.start()
    output.failure = DeviceError("the disk is full")
    with pytest.raises(DeviceError, match="the disk is full"):
        daemon.stop()
