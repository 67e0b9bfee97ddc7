"""docs/artifact.md is true: its host plays, its tables are complete."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicvae import audio, errors
from musicvae.artifact import SCHEMA, ArtifactInfo, AttributeInfo, DynamicsInfo, LatentInfo
from musicvae.runtime.decoder import Decoder

Make = Callable[..., Path]


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "artifact.md").read_text("utf-8")


@pytest.fixture
def host(page: str, tmp_path: Path) -> Path:
    blocks: list[str] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (code,) = [block for block in blocks if "InferenceSession" in block]
    assert "musicvae as" not in code
    path = tmp_path / "host.py"
    path.write_text(code, "utf-8")
    return path


def run(host: Path, *arguments: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(host), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_host_plays(host: Path, make_artifact: Make, tmp_path: Path) -> None:
    artifact = make_artifact(channels=2)
    done = run(host, artifact, tmp_path / "jazz.wav")
    assert done.returncode == 0, done.stderr
    assert "0.5 s of jazz" in done.stdout
    sound = audio.read(tmp_path / "jazz.wav")
    latents = np.random.default_rng(7).standard_normal((4, 4)).astype(np.float32)
    expected = Decoder(artifact).decode(latents).reshape(-1, 2)
    assert sound.sample_rate == 16_000
    np.testing.assert_allclose(sound.samples, expected, atol=1e-4)  # 16 bits


def test_the_host_refuses_what_it_does_not_know(
    host: Path, make_artifact: Make, tmp_path: Path
) -> None:
    artifact = make_artifact(schema=SCHEMA + 1)
    done = run(host, artifact, tmp_path / "jazz.wav")
    assert done.returncode == 1
    assert f"schema {SCHEMA + 1}" in done.stderr


def test_every_key_is_documented(page: str) -> None:
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    documented = set(re.findall(r"`(\w+)`", rows))
    assert documented == {field.name for field in dataclasses.fields(ArtifactInfo)}
    for part in (LatentInfo, DynamicsInfo, AttributeInfo):
        for field in dataclasses.fields(part):
            assert f"`{field.name}`" in page


def test_what_is_new_is_marked(page: str) -> None:
    marked = {
        name
        for line in page.splitlines()
        if line.startswith("| `") and "²" in line.split("|")[1]
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert marked == {
        "stride", "latent_space", "precision", "covariance", "dynamics", "attributes"
    }  # fmt: skip


def test_every_error_is_documented(page: str) -> None:
    named = set(re.findall(r"`(\w+Error)`", page))
    kinds: set[type[Exception]] = {errors.ArtifactError, *errors.ArtifactError.__subclasses__()}
    assert named == {kind.__name__ for kind in kinds}
