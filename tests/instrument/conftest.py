"""The engine of the instrument in node, and an instrument that was written."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import musicvae.instrument
from musicvae.instrument.writing import write_instrument
from tests.latents.memories import make_memory

ASSETS = Path(musicvae.instrument.__file__).with_name("assets")


@pytest.fixture
def in_node() -> Callable[..., Any]:
    """Asks the engine in node: ``in_node("walk", seed=1, …)``; see engine.mjs beside this file."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    script = str(Path(__file__).with_name("engine.mjs"))

    def ask(question: str, **values: Any) -> Any:
        asked = json.dumps({question: values})
        command = [node, script, str(ASSETS / "engine")]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="session")
def written(stream_artifacts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instrument of two tiny models, of two rates; the first one, in stereo, has a memory."""
    folder = tmp_path_factory.mktemp("instrument")
    write = stream_artifacts.write_stream_artifact
    first = write(folder / "jazz.onnx", channels=2, sample_rate=44_100, hop=256)
    make_memory(hop=256).save(first.with_suffix(".memory"))
    second = write(folder / "metal.onnx", channels=1, sample_rate=22_050, hop=128)
    return write_instrument([first, second], folder / "page").folder


@pytest.fixture
def instrument(written: Path, tmp_path: Path) -> Path:
    """A copy of it, which a test may change."""
    return Path(shutil.copytree(written, tmp_path / "instrument"))
