"""A decoder without a file, and the packets that break OSC libraries."""

from __future__ import annotations

import importlib.util
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.artifact import ArtifactInfo, LatentInfo

RATE = 8000
SAMPLES = 4000


#: Seconds. Many tests wait for what must happen; one that waits in vain must fail, not hang.
PATIENCE = 180


@pytest.fixture
def count_threads() -> Callable[[], int]:
    """How many threads of daemons run; that which hears signals lives as long as the process."""

    def count() -> int:
        return sum(thread.name.startswith("musicvae-") for thread in threading.enumerate())

    return count


@pytest.fixture(autouse=True)
def no_test_hangs() -> Iterator[None]:
    """Fails a test that takes absurdly long, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def give_up(number: int, frame: Any) -> None:
        raise TimeoutError(f"the test was still waiting after {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class SineDecoder:
    """Each latent is the loudness of a sine of 100 Hz, 200 Hz and so on."""

    def __init__(self, latent_dim: int = 3, channels: int = 1, sample_rate: int = RATE) -> None:
        latents = tuple(LatentInfo(f"sine {i}", 0, 1, -2, 2, 0.1) for i in range(latent_dim))
        self.info = ArtifactInfo(
            "clip", "test", "clip", sample_rate, channels, latent_dim, SAMPLES, latents=latents
        )
        self.calls: list[list[float]] = []

    def decode(self, latents: Any, /) -> Any:
        self.calls.append([float(value) for value in latents[0]])
        time = np.arange(SAMPLES) / self.info.sample_rate
        rows = [np.sin(2 * np.pi * 100 * (i + 1) * time) for i in range(latents.shape[1])]
        audio = (latents @ np.stack(rows)).astype(np.float32)
        return np.repeat(audio[:, :, None], self.info.channels, axis=2)


@pytest.fixture(scope="session")
def make_decoder() -> Callable[..., SineDecoder]:
    return SineDecoder


@pytest.fixture
def decoder() -> SineDecoder:
    return SineDecoder()


def packets() -> list[dict[str, str]]:
    """Nineteen packets, each of which breaks some OSC library."""
    loaded: list[dict[str, str]] = json.loads(
        Path(__file__).with_name("hostile_packets.json").read_text("utf-8")
    )
    return loaded


@pytest.fixture
def hostile_packets() -> list[bytes]:
    return [bytes.fromhex(packet["hex"]) for packet in packets()]


@pytest.fixture
def osc() -> Callable[..., bytes]:
    """Builds a message with python-osc: ``osc("/gain", -6.0)``; a pair gives the type."""

    return build_message


def build_message(address: str, *values: Any) -> bytes:
    builder = OscMessageBuilder(address=address)
    for value in values:
        if isinstance(value, tuple):
            builder.add_arg(value[0], value[1])
        else:
            builder.add_arg(value)
    return bytes(builder.build().dgram)


def build_bundle(*messages: bytes, when: int = 1) -> bytes:
    parts = (len(message).to_bytes(4, "big") + message for message in messages)
    return b"#bundle\0" + when.to_bytes(8, "big") + b"".join(parts)


@pytest.fixture
def bundle() -> Callable[..., bytes]:
    """Builds a bundle: ``bundle(osc(...), osc(...), when=1)``."""
    return build_bundle


class Client:
    """A sender that hears its answers."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.peer = (host, port)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, self.peer)

    def receive(self) -> tuple[str, list[Any]]:
        message = OscMessage(self.socket.recv(65536))
        return message.address, list(message.params)

    def ask(self, data: bytes, address: str) -> list[Any]:
        """Send, and wait for an answer of this address; others are dropped."""
        self.send(data)
        while True:
            heard, values = self.receive()
            if heard == address:
                return values

    def say(self, *message: Any) -> None:
        """Send one message: ``say("/gain", -6.0)``."""
        self.send(build_message(*message))

    def job(self, *message: Any) -> tuple[str, list[Any], list[tuple[str, list[Any]]]]:
        """Ask for a job: ``/done`` or ``/fail``, its values, and what was heard before it."""
        self.say(*message)
        heard: list[tuple[str, list[Any]]] = []
        while True:
            address, values = self.receive()
            if address in ("/done", "/fail") and values[0] == message[0]:
                return address, values[1:], heard
            heard.append((address, values))

    def done(self, *message: Any) -> list[Any]:
        """Ask for a job that succeeds; what stands behind ``/done ADDRESS``."""
        address, values, _ = self.job(*message)
        assert address == "/done", values
        return values

    def failed(self, *message: Any) -> str:
        """Ask for a job that fails; why it did."""
        address, values, _ = self.job(*message)
        assert address == "/fail", values
        return str(values[0])

    def sync(self) -> None:
        """Wait until all that was asked for has happened."""
        number = time.monotonic_ns() % 2**31
        while self.ask(build_message("/sync", number), "/synced") != [number]:
            pass

    def status(self) -> dict[str, Any]:
        """The fields of ``/status.reply``; asks again where that was too often."""
        self.say("/status")
        while True:
            self.socket.settimeout(0.1)
            try:
                heard, values = self.receive()
            except TimeoutError:
                self.say("/status")
                continue
            finally:
                self.socket.settimeout(10)
            if heard == "/status.reply":
                return dict(zip(values[::2], values[1::2], strict=True))


@pytest.fixture
def make_client() -> Iterator[Callable[[int], Client]]:
    clients: list[Client] = []

    def make(port: int) -> Client:
        clients.append(Client(port))
        return clients[-1]

    yield make
    for client in clients:
        client.socket.close()


class Running:
    """``musicvae live`` in a process of its own, which has said its start-up lines."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line.strip().startswith("stop"):
                break
        found = re.search(r"port (\d+)", "".join(self.lines))
        assert found, self.process.communicate()[1]
        self.port = int(found[1])

    def ended(self) -> tuple[int, str, str]:
        """Exit code, and what it said afterwards."""
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Starts ``musicvae live`` with these arguments, at any free port."""
    started: list[Running] = []

    def begin(*arguments: Any, python: tuple[str, ...] = ("-m", "musicvae")) -> Running:
        command = [sys.executable, *python, "live", *map(str, arguments), "--port", "0"]
        started.append(Running(command))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.process.communicate()


@pytest.fixture
def models(
    make_stream: Callable[..., Path],
    make_encoder: Callable[..., Path],
    make_artifact: Callable[..., Path],
    tmp_path: Path,
) -> Path:
    """A folder with every kind of model, all at 16 kHz but one, and a tape of ``jazz``.

    ``jazz`` plays at first; ``metal`` has the same latent space and two channels; ``wide`` another
    latent space, another D and 12 kHz; ``loops`` is a clip; ``ears`` and ``torn`` cannot be played.
    """
    from musicvae.latents.tape import Tape

    folder = tmp_path / "models"
    folder.mkdir()
    jazz = make_stream("models/jazz.onnx")
    make_stream("models/metal.onnx", sounding="Softsign", channels=2, genre="metal")
    other = {"latent_space": "f" * 16, "sample_rate": 12_000, "hop": 60}
    make_stream("models/wide.onnx", latent_dim=6, **other)
    make_artifact("models/loops.onnx", latent_dim=3, samples=4096)
    make_encoder("models/ears.onnx")
    (folder / "torn.onnx").write_bytes(jazz.read_bytes()[:-50])
    rows = np.random.default_rng(0).standard_normal((40, 4)).astype(np.float32)
    tape = Tape(rows, 16_000, 64, 2, 40 * 128, latent_space="0123456789abcdef", source="solo.wav")
    tape.save(folder / "solo.tape")
    return folder


@pytest.fixture(scope="session")
def beside() -> Callable[[str], ModuleType]:
    """Loads a module of this folder: ``beside("jack")``."""
    return _beside


@pytest.fixture(scope="session")
def performing() -> ModuleType:
    """The module tests/live/performing.py."""
    return _beside("performing")


@pytest.fixture(scope="session")
def make_bench() -> Callable[..., Any]:
    """``Bench`` of tests/live/benches.py: ``make_bench(decoder, due=..., quit=...)``."""
    made: Callable[..., Any] = _beside("benches").Bench
    return made


def _beside(name: str) -> ModuleType:
    """A module beside this file, by path: the import mode of the tests keeps it off sys.path."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
