"""Fixtures that all tests share."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.models import GROUP, READY_MODELS

# Before a test imports TensorFlow, whichever comes first.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# Programs print the same, whether or not who runs the tests asks for colours.
for _name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "NO_COLOR"):
    os.environ.pop(_name, None)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def ordinary_signals() -> None:
    """Lets the programs that tests start hear all signals, also where ``nohup`` or ``&`` began us.

    What these ignore, a child ignores too; a handler, which a child does not inherit, is as good.
    """
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)  # Windows has the first alone
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def benchmark(root: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a module of benchmarks/, which otherwise cannot be: ``benchmark("soak")``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root / "benchmarks")
        yield importlib.import_module


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The corpus that lies beside the repository on our machines; a stranger's clone has none."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no shared corpus beside the repository")
    return folder


@pytest.fixture(scope="session")
def artifacts() -> ModuleType:
    """The module tests/artifacts.py; skips where onnx is not installed."""
    pytest.importorskip("onnx", reason="onnx, which makes the test artifacts, is not installed")
    return _helper("artifacts")


@pytest.fixture(scope="session")
def stream_artifacts(artifacts: ModuleType) -> ModuleType:
    """The module tests/stream_artifacts.py; skips where onnx is not installed."""
    return _helper("stream_artifacts")


@pytest.fixture(scope="session")
def prior_artifacts(artifacts: ModuleType) -> ModuleType:
    """The module tests/prior_artifacts.py; skips where onnx is not installed."""
    return _helper("prior_artifacts")


@pytest.fixture
def allocated() -> Callable[[Callable[[], object]], tuple[int, int]]:
    """The bytes that some work keeps, and the most that it holds at once: ``allocated(work)``.

    The work is done several times and the least counts: all threads of the process are measured,
    also one that an earlier test has not seen end, but only the work takes its memory each time.
    """

    def measure(work: Callable[[], object]) -> tuple[int, int]:
        work()  # the first time may take what later ones find
        found = []
        tracemalloc.start()
        try:
            for _ in range(5):
                before = tracemalloc.get_traced_memory()[0]
                tracemalloc.reset_peak()
                work()
                now, peak = tracemalloc.get_traced_memory()
                found.append((now - before, peak - before))
        finally:
            tracemalloc.stop()
        kept, most = zip(*found, strict=True)
        return min(kept), min(most)

    return measure


@pytest.fixture
def fake_site(tmp_path: Path) -> Iterator[Any]:
    """A ``FakeSite`` of tests/fake_distributions.py, first on ``sys.path`` during the test."""
    with _helper("fake_distributions").FakeSite(tmp_path / "site").active() as site:
        yield site


@pytest.fixture(autouse=True)
def no_ready_models() -> Iterator[None]:
    """Nothing that is installed here, nor in the user's folder, is seen by a test."""
    # A context of its own: what the fixture monkeypatch undoes last depends on who asked first.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(READY_MODELS, "group", f"{GROUP}.of_tests")
        patch.setattr(READY_MODELS, "_claims", {})
        patch.setattr(READY_MODELS, "_loaded", {})
        patch.setenv("MUSICVAE_MODELS", str(ROOT / "no such folder"))
        yield


@pytest.fixture
def ready_site(
    fake_site: Any, stream_artifacts: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A ``ReadySite`` of tests/ready_models.py; the user's folder is ``models`` in ``tmp_path``."""
    monkeypatch.setenv("MUSICVAE_MODELS", str(tmp_path / "models"))
    return _helper("ready_models").ReadySite(fake_site, stream_artifacts, tmp_path / "models")


@pytest.fixture(scope="session")
def helper() -> Callable[[str], ModuleType]:
    """Gives a module below this folder, which no test is: ``helper("models/serving")``."""
    return _helper


def _helper(name: str) -> ModuleType:
    """A module below this folder, by path: the import mode of the tests keeps it off sys.path."""
    spec = importlib.util.spec_from_file_location(Path(name).name, ROOT / "tests" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_artifact(artifacts: ModuleType, tmp_path: Path) -> Callable[..., Path]:
    """Makes a tiny real clip artifact: ``make_artifact(name="jazz.onnx", **settings) -> Path``.

    The settings are those of ``write_clip_artifact`` in tests/artifacts.py.
    """

    def make(name: str = "jazz.onnx", **settings: Any) -> Path:
        written: Path = artifacts.write_clip_artifact(tmp_path / name, **settings)
        return written

    return make


@pytest.fixture(scope="session")
def make_endless(artifacts: ModuleType) -> Callable[..., Path]:
    """Lets an artifact's graph have no end: ``make_endless(path, above, port="latent")``."""
    made: Callable[..., Path] = _helper("endless").make_endless
    return made


@pytest.fixture
def make_stream(stream_artifacts: ModuleType, tmp_path: Path) -> Callable[..., Path]:
    """Makes a tiny real stream artifact: ``make_stream(name="stream.onnx", **settings) -> Path``.

    The settings are those of ``write_stream_artifact`` in tests/stream_artifacts.py.
    """

    def make(name: str = "stream.onnx", **settings: Any) -> Path:
        written: Path = stream_artifacts.write_stream_artifact(tmp_path / name, **settings)
        return written

    return make


@pytest.fixture
def make_encoder(stream_artifacts: ModuleType, tmp_path: Path) -> Callable[..., Path]:
    """Makes the encoder of that stream: ``make_encoder(name="encoder.onnx", **settings) -> Path``.

    The settings are those of ``write_encoder_artifact`` in tests/stream_artifacts.py.
    """

    def make(name: str = "encoder.onnx", **settings: Any) -> Path:
        written: Path = stream_artifacts.write_encoder_artifact(tmp_path / name, **settings)
        return written

    return make


@pytest.fixture(scope="session")
def tiny_sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of folders: six tracks of 3 s of jazz and two of metal, 16 kHz mono."""
    folder: Path = _helper("sounds").write_tracks(tmp_path_factory.mktemp("genres"))
    return folder


@pytest.fixture(scope="session")
def tiny_settings() -> dict[str, Any]:
    """Settings of the recipe ``clip`` that train in seconds."""
    return {
        "sample_rate": 8_000,
        "samples": 4_096,
        "latent_dim": 16,
        "batch_size": 4,
        "epochs": 2,
        "minutes": None,
        "kl_warmup": 4,
        "split": "4+2",
        "model": {"width": 8, "fft": 256, "hop": 128, "bands": 20, "stages": 2},
    }


@pytest.fixture(scope="session")
def tiny_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of decoded tracks that the tests share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def tiny_run(
    tiny_sounds: Path,
    tiny_settings: dict[str, Any],
    tiny_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of a finished run of the recipe ``clip`` on the tiny jazz tracks."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    from musicvae.vae.training.train import train

    out = tmp_path_factory.mktemp("runs") / "jazz"
    train(
        "jazz", tiny_sounds, out, recipe="clip", settings=tiny_settings, cache=tiny_cache, workers=1
    )
    return out


@pytest.fixture(scope="session")
def tiny_stream_settings() -> dict[str, Any]:
    """Settings of the recipe ``stream`` that train in seconds, with both phases."""
    return {
        "sample_rate": 16_000,
        "samples": 4_096,
        "latent_dim": 6,
        "batch_size": 4,
        "epochs": 4,
        "minutes": None,
        "kl_warmup": 4,
        "split": "4+2",
        "adversarial": 0.5,
        "model": {
            "width": 16,
            "hidden": 24,
            "blocks": 2,
            "encoder_width": 16,
            "encoder_blocks": 2,
            "fft": 256,
            "hop": 64,
            "stride": 2,
            "bands": 24,
        },
    }


@pytest.fixture(scope="session")
def tiny_stream_run(
    tiny_sounds: Path,
    tiny_stream_settings: dict[str, Any],
    tiny_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of a finished run of the recipe ``stream`` on the tiny jazz tracks."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    from musicvae.vae.training.train import train

    out = tmp_path_factory.mktemp("runs") / "stream"
    train(
        "jazz",
        tiny_sounds,
        out,
        recipe="stream",
        settings=tiny_stream_settings,
        cache=tiny_cache,
        workers=1,
    )
    return out
