"""A decoder without a file, and the packets that break OSC libraries."""

from __future__ import annotations

import importlib.util
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, LatentInfo

RATE = 8000
SAMPLES = 4000


#: Seconds. Many tests wait for what must happen; one that waits in vain must fail, not hang.
PATIENCE = 180


def _beside(name: str) -> ModuleType:
    """A module beside this file, by path: the import mode of the tests keeps it off sys.path."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_clients = _beside("clients")


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
    build: Callable[..., bytes] = _clients.build_message
    return build


@pytest.fixture
def bundle() -> Callable[..., bytes]:
    """Builds a bundle: ``bundle(osc(...), osc(...), when=1)``."""
    build: Callable[..., bytes] = _clients.build_bundle
    return build


@pytest.fixture
def make_client() -> Iterator[Callable[[int], Any]]:
    clients: list[Any] = []

    def make(port: int) -> Any:
        clients.append(_clients.Client(port))
        return clients[-1]

    yield make
    for client in clients:
        client.socket.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Any]]:
    """Starts ``musicvae live`` with these arguments, at any free port."""
    started: list[Any] = []

    def begin(*arguments: Any, python: tuple[str, ...] = ("-m", "musicvae")) -> Any:
        command = [sys.executable, *python, "live", *map(str, arguments), "--port", "0"]
        started.append(_clients.Running(command))
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
def jacks() -> ModuleType:
    """The module tests/live/jack.py."""
    return _beside("jack")


@pytest.fixture
def wait_for(jacks: ModuleType) -> Callable[..., None]:
    """Waits until something happened, which it must in time: ``wait_for(happened)``."""
    waiting: Callable[..., None] = jacks.wait_for
    return waiting


@pytest.fixture
def jack(jacks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A JACK server without hardware, which runs and is the one of this process."""
    with jacks.heard_by_portaudio(monkeypatch) as server:
        yield server


@pytest.fixture(params=["C", "Python"])
def callback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each language of PortAudio's callback in turn, which is used meanwhile."""
    if request.param == "C":
        pytest.importorskip("rtmixer", reason="rtmixer is not installed")
    else:
        monkeypatch.setattr("musicvae.live.outputs.portaudio.mixer", lambda: None)
    return str(request.param)


@pytest.fixture(scope="session")
def performing() -> ModuleType:
    """The module tests/live/performing.py."""
    return _beside("performing")


@pytest.fixture(scope="session")
def make_bench() -> Callable[..., Any]:
    """``Bench`` of tests/live/benches.py: ``make_bench(decoder, due=..., quit=...)``."""
    made: Callable[..., Any] = _beside("benches").Bench
    return made
