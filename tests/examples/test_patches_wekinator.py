"""The hand that plays Wekinator, and what Wekinator would send on. Wekinator is not opened here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "examples" / "wekinator"


@pytest.fixture
def project(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "project.json").read_text("utf-8"))
    return loaded


def hand(folder: Path, *words: object) -> None:
    command = [sys.executable, folder / "hand.py", "--seconds", 0.5, *words]
    subprocess.run(list(map(str, command)), check=True, timeout=60)


def test_the_project_joins_wekinator_to_the_daemon(project: dict[str, Any]) -> None:
    assert project["outputs"]["message"] == "/wek/outputs"
    assert project["outputs"]["port"] == project["musicvae"]["port"] == 7700
    # What Wekinator itself offers in its first window.
    assert (project["inputs"]["message"], project["inputs"]["port"]) == ("/wek/inputs", 6448)
    (scale,), (bias,) = (values for _, *values in project["musicvae"]["setup"][:2])
    low, high = (project["outputs"][end] * scale + bias for end in ("minimum", "maximum"))
    assert (low, high) == (-2.0, 2.0)  # of the latents, which are standardised


def test_wekinator_gets_the_inputs_that_it_expects(
    folder: Path, project: dict[str, Any], listener: Any, free_port: int
) -> None:
    hand(folder, "--wekinator", listener.port, "--port", free_port)
    heard = listener.until(15)
    assert {address for address, _ in heard} == {"/wek/inputs"}
    for _, values in heard:
        assert len(values) == project["inputs"]["count"]
        assert all(0 <= value <= 1 for value in values)
    assert len({tuple(values) for _, values in heard}) == 15  # it moves


def test_outputs_are_what_the_project_says(
    folder: Path, project: dict[str, Any], listener: Any, understand: Callable[..., Any]
) -> None:
    hand(folder, "--straight", "--port", listener.port)
    heard = listener.until(3 + 15)
    for message in heard:
        understand(message)
    assert [[address, *values] for address, values in heard[:3]] == project["musicvae"]["setup"]
    for address, values in heard[3:]:
        assert address == "/wek/outputs"
        assert len(values) == project["outputs"]["count"]
        assert all(0 <= value <= 1 for value in values)


def test_the_daemon_plays_the_outputs(folder: Path, play: Any, make_stream: Make) -> None:
    playing = play(make_stream(latent_dim=6))
    hand(folder, "--straight", "--port", playing.port)
    playing.until(lambda: playing.status()["packets_received"] >= 3 + 15)
    playing.heard_all()
    assert playing.get("/latent/scale")[0] == 4.0
    assert playing.get("/latent/bias")[0] == -2.0
    assert playing.get("/glide") == [60.0]
    latents = playing.get("/latent")
    assert 0 < latents[0] <= 1
    assert latents[4:] == [0, 0]  # Wekinator has four outputs; the rest stays
