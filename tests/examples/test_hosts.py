"""The hosts in examples/hosts, run as a stranger would run them, beside our own decoder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae import audio
from musicvae.runtime.stream_decoder import StreamDecoder

Make = Callable[..., Path]
Host = list[str]

#: Of full scale; other builds of onnxruntime add up in another order.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def python_host(root: Path) -> Host:
    return [sys.executable, "-I", str(root / "examples" / "hosts" / "host.py")]


@pytest.fixture(scope="module")
def javascript_host(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Host:
    """The host beside an installed onnxruntime-web; skips where that cannot be had.

    ``MUSICVAE_NODE_MODULES`` may name a ``node_modules`` folder that has it.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    hosts, folder = root / "examples" / "hosts", tmp_path_factory.mktemp("node")
    installed = Path(os.environ.get("MUSICVAE_NODE_MODULES") or hosts / "node_modules").resolve()
    if not (installed / "onnxruntime-web").is_dir():
        pytest.skip("onnxruntime-web is not installed: run `npm install` in examples/hosts")
    for path in hosts.iterdir():
        if path.suffix in (".js", ".json"):
            shutil.copy(path, folder)
    (folder / "node_modules").symlink_to(installed)
    return [node, str(folder / "host.js")]


@pytest.fixture(params=["python_host", "javascript_host"])
def host(request: pytest.FixtureRequest) -> Host:
    found: Host = request.getfixturevalue(request.param)
    return found


def run(host: Host, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*host, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(("block", "channels"), [(1, 2), (3, 1), (64, 2)])
def test_it_plays_what_we_play(
    host: Host, make_stream: Make, tmp_path: Path, block: int, channels: int
) -> None:
    decoder = StreamDecoder(make_stream(channels=channels))
    latents = decoder.walk(50, seed=3)
    latents.astype("<f4").tofile(tmp_path / "z.f32")
    done = run(
        host, tmp_path / "stream.onnx", "--latents", tmp_path / "z.f32",
        "--raw", tmp_path / "out.f32", "--block", block,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "0.2 s of jazz\n"
    sound = np.fromfile(tmp_path / "out.f32", "<f4").reshape(-1, channels)
    np.testing.assert_allclose(sound, decoder.decode(latents), rtol=0, atol=TOLERANCE)


def test_it_walks(host: Host, make_stream: Make, tmp_path: Path) -> None:
    done = run(host, make_stream(channels=2), "--seconds", 2, "--wav", tmp_path / "take.wav")
    assert done.returncode == 0, done.stderr
    sound = audio.read(tmp_path / "take.wav")
    assert (sound.sample_rate, sound.samples.shape) == (16_000, (32_000, 2))
    assert 0.02 < np.sqrt(np.mean(sound.samples**2)) < 1


def test_it_refuses_what_is_no_stream_it_knows(
    host: Host, make_artifact: Make, make_stream: Make
) -> None:
    for path in (make_artifact(), make_stream(schema=4)):
        done = run(host, path, "--seconds", 1)
        assert done.returncode == 1
        assert "is no stream artifact of schema 2 or 3" in done.stderr


def test_it_names_latents_that_are_too_large(host: Host, make_stream: Make, tmp_path: Path) -> None:
    np.full((8, 4), 1e4, "<f4").tofile(tmp_path / "z.f32")
    path = make_stream(sounding="Exp")
    done = run(host, path, "--latents", tmp_path / "z.f32", "--raw", tmp_path / "out.f32")
    assert done.returncode == 1
    assert "beyond what" in done.stderr
    assert not (tmp_path / "out.f32").exists()


def test_they_need_nothing_of_musicvae(root: Path) -> None:
    for path in (root / "examples" / "hosts").glob("*.[jp][sy]"):
        imports = [line for line in path.read_text("utf-8").splitlines() if "import " in line]
        assert not [line for line in imports if "musicvae" in line]
