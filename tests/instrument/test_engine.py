"""The engine in JavaScript plays what the daemon plays, given the same random numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, AttributeInfo
from musicvae.artifact.reading import read_info
from musicvae.instrument.describing import facts
from musicvae.latents.memory import Memory
from musicvae.latents.memory.places import Places
from musicvae.limiter import Limiter
from musicvae.live.engine.controls import Controls
from musicvae.live.sources.memory import MemorySource
from tests.latents.memories import make_memory

Ask = Callable[..., Any]
Message = tuple[int, str, list[Any]]


class Recorder:
    """Draws random numbers as numpy does, and keeps them.

    Attributes:
        drawn: kind and value of each.
    """

    def __init__(self, seed: int) -> None:
        self._draws = np.random.Generator(np.random.PCG64(seed))
        self.drawn: list[tuple[str, float]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._draws, name)  # what is not kept

    def integers(self, below: int, size: int | None = None) -> Any:
        found = self._draws.integers(below, size=size)
        self.drawn += [("integer", int(one)) for one in np.ravel(found)]
        return found

    def standard_exponential(self) -> float:
        self.drawn.append(("exponential", float(self._draws.standard_exponential())))
        return self.drawn[-1][1]

    def random(self, size: int) -> Any:
        found = self._draws.random(size)
        self.drawn += [("uniform", float(one * (1 - 2e-12) + 1e-12)) for one in found]
        return found


@pytest.fixture
def info(make_stream: Callable[..., Path]) -> ArtifactInfo:
    """Of a stream with an attribute of each method; the memory has measured one of them."""
    plain = read_info(make_stream())
    contrast = AttributeInfo("onsets", "1/s", (0.0,) * 4, 2.0, 1.0, 0.5, 0.9, "contrast")
    return replace(plain, attributes=(*plain.attributes, contrast))


@pytest.fixture
def recorders(monkeypatch: pytest.MonkeyPatch) -> list[Recorder]:
    """Those that were made, in order."""
    made: list[Recorder] = []

    def make(seed: int) -> Recorder:
        made.append(Recorder(seed))
        return made[-1]

    monkeypatch.setattr(np.random, "default_rng", make)
    return made


def obey(controls: Controls, source: MemorySource, address: str, values: list[Any]) -> None:
    """What a message of the instrument does to the daemon's controls."""
    kind, _, name = address.strip("/").partition("/")
    guidance = controls.guidance
    if kind == "latent":
        controls.set_latents(int(name), values)
    elif kind == "attr":
        controls.set_attribute(name, values[0])
    elif address == "/memory/place":
        source.go(values[0])
    elif address == "/source":
        controls.select(values[0])
    else:
        field = {"walk": "speed", "lead": "leading"}.get(kind, kind)
        setattr(guidance, field, tuple(values) if kind == "region" else values[0])


def in_python(
    info: ArtifactInfo, memory: Memory, messages: list[Message], frames: int
) -> tuple[Any, MemorySource]:
    """The latents of each frame, and the source that made them."""
    controls = Controls(info, info.sample_rate / info.hop)
    source = controls.sources["memory"]
    assert isinstance(source, MemorySource)
    source.insert(Places(memory), "memory")
    rows = []
    for frame in range(frames):
        for at, address, values in messages:
            if at == frame:
                obey(controls, source, address, values)
        rows.append(controls.next().copy())
    return np.array(rows), source


#: What a hand does, in several plays; each begins with the source.
PLAYS: dict[str, list[Message]] = {
    "alone": [],
    "short": [(0, "/continuity", [0.5]), (0, "/temperature", [0.2])],
    "wild": [(0, "/continuity", [0.5]), (500, "/temperature", [4.0])],
    "steered": [
        (0, "/continuity", [1.0]), (100, "/latent/1", [1.5]), (900, "/attr/loudness", [-1.0]),
        (1500, "/attr/brightness", [1.5]), (2200, "/attr/onsets", [2.0]), (2500, "/lead", [0.75]),
    ],
    "within": [(0, "/continuity", [0.5]), (300, "/region", [0.3, 0.55])],
    "moved": [(700, "/memory/place", [0.5]), (1200, "/walk", [0.3, 1.0]), (2000, "/walk", [3, 1])],
}  # fmt: skip


@pytest.mark.parametrize("play", PLAYS)
def test_it_improvises_as_the_daemon_does(
    play: str, info: ArtifactInfo, recorders: list[Recorder], in_node: Ask, tmp_path: Path
) -> None:
    memory = make_memory(parts=6)
    path = memory.save(tmp_path / "jazz.memory")
    messages: list[Message] = [(0, "/source", ["memory"]), *PLAYS[play]]
    expected, source = in_python(info, memory, messages, 4000)
    drawn = recorders[-1].drawn
    played = in_node(
        "play", info=facts(info), memory=str(path), draws=drawn, messages=messages, frames=4000
    )
    np.testing.assert_allclose(played["rows"], expected, rtol=0, atol=2e-5)
    assert played["status"]["jumps"] == source.jumps > 2
    assert played["status"]["place"] == pytest.approx(source.place)
    assert played["status"]["track"] == source.track


def test_hands_alone_are_heard_as_in_the_daemon(
    info: ArtifactInfo, in_node: Ask, recorders: list[Recorder]
) -> None:
    messages: list[Message] = [
        (3, "/latent/0", [2.0]), (40, "/latent/3", [-9.0]), (60, "/attr/loudness", [1.5]),
        (90, "/attr/onsets", [-2.0]), (120, "/attr/nothing", [3.0]), (130, "/latent/0", [0.0]),
    ]  # fmt: skip
    known = [message for message in messages if message[1] != "/attr/nothing"]
    expected, _ = in_python(info, make_memory(), known, 300)
    played = in_node("play", info=facts(info), memory=None, messages=messages, frames=300)
    np.testing.assert_allclose(played["rows"], expected, rtol=0, atol=2e-5)
    assert np.abs(expected).max() == 8  # the bound


def test_it_walks_as_the_music_moves(info: ArtifactInfo, in_node: Ask) -> None:
    rows = np.array(in_node("walk", info=facts(info), seed=5, steps=20_000))
    assert info.dynamics is not None
    matrix = np.array(info.dynamics.matrix)
    covariance = np.cov(rows.T)
    np.testing.assert_allclose(covariance, np.eye(4), atol=0.15)  # theirs, which the dynamics keep
    following = np.cov(rows[:-1].T, rows[1:].T)[4:, :4]
    np.testing.assert_allclose(following, matrix @ covariance, atol=0.05)
    again = in_node("walk", info=facts(info), seed=5, steps=10)
    assert again == rows[:10].tolist()


def test_without_dynamics_it_walks_too(info: ArtifactInfo, in_node: Ask) -> None:
    rows = in_node("walk", info=facts(replace(info, dynamics=None)), seed=1, steps=5000)
    np.testing.assert_allclose(np.std(rows, axis=0), 1, atol=0.2)


def test_random_numbers_are_what_they_are_called(in_node: Ask) -> None:
    drawn = in_node("draws", seed=3, count=20_000)
    assert 0 < min(drawn["uniform"]) < 0.01 < 0.99 < max(drawn["uniform"]) < 1
    assert set(drawn["integer"]) == set(range(10))
    assert np.mean(drawn["normal"]) == pytest.approx(0, abs=0.05)
    assert np.std(drawn["normal"]) == pytest.approx(1, abs=0.05)
    assert in_node("draws", seed=4, count=5)["uniform"] != drawn["uniform"][:5]


def test_the_limiter_is_that_of_the_daemon(in_node: Ask) -> None:
    block = np.random.default_rng(1).normal(0, 1, (300, 2)).astype(np.float32)
    mixed = in_node("mix", block=block.ravel().tolist(), channels=2, **{"from": 1, "to": 1})
    peak = Limiter(300, 2).apply(block)
    np.testing.assert_allclose(mixed["block"], block.ravel(), rtol=0, atol=1e-6)
    assert 10 ** (mixed["peak"] / 20) == pytest.approx(peak)


def test_a_change_of_gain_makes_no_jump(in_node: Ask) -> None:
    block = in_node("mix", block=[0.5] * 100, channels=1, **{"from": 0, "to": 1})["block"]
    np.testing.assert_allclose(block, np.arange(1, 101) / 200, atol=1e-6)
