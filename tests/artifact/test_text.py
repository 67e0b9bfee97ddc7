"""Descriptions as text: every fact, aligned, and nothing that steers a terminal."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.reading import inspect
from musicvae.artifact.text import describe


@pytest.fixture
def info(make_artifact: Callable[..., Path]) -> ArtifactInfo:
    provenance = {"steps": 12, "versions": {"keras": "3.1"}}
    return inspect(make_artifact(provenance=provenance, licence="CC-BY-4.0"))


def test_says_every_fact(info: ArtifactInfo) -> None:
    text = describe(info)
    for fact in ("jazz", "16000 Hz", "2048 samples, 0.13 s", "CC-BY-4.0", "12", "keras", "1.0e-07"):
        assert fact in text
    assert info.graph_sha256 in text


def test_values_are_aligned(info: ArtifactInfo) -> None:
    facts, made, table = describe(info).split("\n\n")
    (start,) = {line.index("jazz") for line in facts.splitlines() if "jazz" in line}
    assert all(line[start - 2 : start] == "  " for line in facts.splitlines())
    assert made.splitlines() == ["made: steps     12", "made: versions  keras 3.1"]
    assert len({len(line) for line in table.splitlines()}) == 1


def test_long_values_are_wrapped_below_themselves(info: ArtifactInfo) -> None:
    versions = {f"package{index}": "1.0" for index in range(30)}
    made = describe(dataclasses.replace(info, provenance={"versions": versions})).split("\n\n")[1]
    first, *others = made.splitlines()
    assert len(others) > 2
    assert all(len(line) <= 100 for line in (first, *others))
    assert {len(line) - len(line.lstrip()) for line in others} == {first.index("package0")}


def test_groups_of_groups(info: ArtifactInfo) -> None:
    provenance = {"export": {"date": "today", "versions": {"onnx": "1", "keras": "3"}}}
    made = describe(dataclasses.replace(info, provenance=provenance)).split("\n\n")[1]
    assert made.splitlines() == [
        "made: export date      today",
        "made: export versions  onnx 1, keras 3",
    ]


def test_provenance_does_not_pass_for_a_fact(info: ArtifactInfo) -> None:
    text = describe(dataclasses.replace(info, provenance={"licence": "free for all"}))
    assert "\nlicence          CC-BY-4.0" in text
    assert "\nmade: licence  free for all" in text


def test_one_row_for_each_latent(info: ArtifactInfo) -> None:
    rows = describe(info).split("\n\n")[2].splitlines()[1:]
    assert [row[:8] for row in rows] == [f"latent {index}" for index in range(4)]
    assert all("25.00%" in row for row in rows)


def test_many_latents_are_counted(make_artifact: Callable[..., Path]) -> None:
    text = describe(inspect(make_artifact(latent_dim=40)))
    assert "latent 31" in text
    assert "latent 32" not in text
    assert "and 8 more, which hold 20.00% of the variance" in text


def test_a_stream(make_stream: Callable[..., Path]) -> None:
    facts, _, latents, attributes = describe(inspect(make_stream())).split("\n\n")
    for fact in (
        "hop              64 samples, 4.0 ms",
        "stride           2 frames a latent, 125.0 latents a second",
        "latency          32 samples, 2.0 ms",
        "state            68 numbers",
        "latent space     0123456789abcdef",
        "dynamics         one-step error 25.0% of the variance, 125.0 steps a second",
        "precision        float32",
    ):
        assert f"\n{fact}\n" in facts
    assert latents.count("25.00%") == 4
    rows = [line.split() for line in attributes.splitlines()]
    assert rows == [
        ["attribute", "unit", "mean", "std", "R²", "Spearman"],
        ["loudness", "dB", "-21.5", "6.25", "0.875", "0.960"],
        ["brightness", "Hz", "1834", "512", "0.500", "-"],
    ]
    assert len({len(line) for line in attributes.splitlines()}) == 1


def test_a_stream_that_says_little(make_stream: Callable[..., Path]) -> None:
    path = make_stream(dynamics=None, attributes=(), latent_space="", precision="float16", stride=1)
    text = describe(inspect(path))
    assert "\nlatent space     unstated\n" in text
    assert "\nprecision        float16\n" in text
    assert "\nstride           1 frame a latent" in text
    assert "dynamics" not in text
    assert "attribute" not in text


def test_an_encoder(make_encoder: Callable[..., Path]) -> None:
    text = describe(inspect(make_encoder()))
    assert "hop              128 samples, 8.0 ms, 125.0 latents a second" in text
    assert "stride" not in text


def test_control_characters_do_not_reach_the_terminal(info: ArtifactInfo) -> None:
    text = describe(dataclasses.replace(info, genre="ja\x1b[31mzz\nlicence free"))
    assert "\x1b" not in text
    assert "\nlicence free" not in text


def test_what_each_latent_does(info: ArtifactInfo) -> None:
    effects = ("bass +8 dB, darker", "", "wider\x1b[2J", "little audible")
    latents = tuple(
        dataclasses.replace(latent, effect=effect)
        for latent, effect in zip(info.latents, effects, strict=True)
    )
    table = describe(dataclasses.replace(info, latents=latents)).split("\n\n")[3]
    assert table.splitlines() == [
        "latent    one standard deviation up",
        "latent 0  bass +8 dB, darker",
        "latent 1  not measured",
        "latent 2  wider [2J",
        "latent 3  little audible",
    ]
