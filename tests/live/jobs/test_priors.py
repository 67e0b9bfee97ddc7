"""Priors on a deck, as jobs: loaded, listed, asked for genres, kept by presets."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.latents.memories import make_memory


@pytest.fixture
def folder(models: Path, prior_artifacts: ModuleType) -> Path:
    write = prior_artifacts.write_prior_artifact
    write(models / "jazz.prior.onnx", licence="CC0-1.0")
    write(models / "far.prior.onnx", latent_space="f" * 16)
    (models / "torn.prior.onnx").write_bytes((models / "jazz.prior.onnx").read_bytes()[:-99])
    make_memory().save(models / "jazz.memory")
    return models


def sources(rig: Any, deck: str = "a") -> Any:
    return rig.engine.decks[deck].voice.controls


def test_they_are_listed_with_what_they_can_be_asked_for(folder: Path, rig: Any) -> None:
    assert rig.done("/prior/list") == [3]
    rows = {values[0]: values[1:] for _, address, values in rig.said if address.endswith("reply")}
    assert rows["jazz"] == ["jazz metal", "brightness", "CC0-1.0", ""]
    assert rows["far"][:1] == ["jazz metal"]
    assert rows["torn"][:3] == ["", "", ""]
    assert rows["torn"][3]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("far", "another latent space"), ("torn", "cannot be played"), ("none", "no prior of that")],
)
def test_one_that_cannot_be_played_changes_nothing(
    folder: Path, rig: Any, name: str, reason: str
) -> None:
    rig.done("/prior/load", "jazz")
    before = sources(rig).sources["prior"]._rollout
    assert reason in rig.failed("/prior/load", name)
    assert "stream model" in rig.failed("/deck/b/prior/load", "jazz")
    assert sources(rig).active_source == "prior"
    assert sources(rig).sources["prior"]._rollout is before


def test_a_style_may_be_a_genre_of_the_prior_or_a_style_of_the_memory(
    folder: Path, rig: Any
) -> None:
    assert "no memory and no prior" in rig.failed("/style", "metal")
    rig.done("/prior/load", "jazz")
    assert rig.done("/style", "metal") == ["metal"]
    reason = rig.failed("/style", "even")
    assert "all, jazz, metal. " in reason
    rig.done("/memory/load", "jazz")
    assert rig.done("/style", "even", "metal") == ["even", "metal"]
    assert "even, odd, jazz, metal, or a track" in rig.failed("/style", "polka")
    assert rig.done("/style", "all") == ["all"]


def test_a_preset_keeps_it_and_a_model_of_the_space_takes_it_over(folder: Path, rig: Any) -> None:
    rig.done("/prior/load", "jazz")
    rig.done("/preset/save", "new")
    rig.done("/memory/load", "jazz")
    assert sources(rig).active_source == "memory"
    rig.done("/preset/load", "new")
    assert sources(rig).active_source == "prior"
    rollout = sources(rig).sources["prior"]._rollout
    rig.done("/model/load", "metal")
    assert sources(rig).active_source == "prior"
    assert sources(rig).sources["prior"]._rollout is rollout
    rig.done("/model/load", "wide")
    assert sources(rig).active_source == "held"


def test_the_models_own_gives_way_to_that_of_the_next_model(
    folder: Path, prior_artifacts: ModuleType, rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = list[str]()
    real = rig.handle.apply

    def apply(command: Any, **options: Any) -> None:
        applied.append(command.row.path)
        real(command, **options)

    prior_artifacts.write_prior_artifact(folder / "metal.prior.onnx", licence="CC-BY-4.0")
    rig.done("/prior/load", "jazz")
    rig.done("/memory/load", "jazz")
    before = sources(rig).sources["prior"]._rollout
    monkeypatch.setattr(rig.handle, "apply", apply)
    rig.done("/model/load", "metal")
    assert applied == ["/model/load", "/prior/swap"]  # so a score holds both
    prior = sources(rig).sources["prior"]
    assert prior.prior_name == "metal"
    assert prior._rollout is not before
    assert sources(rig).active_source == "memory"  # which played on
    rig.done("/prior/load", "jazz")  # somebody chose it, so it stays
    rig.done("/model/load", "jazz")
    rig.done("/model/load", "metal")
    assert sources(rig).sources["prior"].prior_name == "metal"
    rig.done("/prior/load", "jazz")
    chosen = sources(rig).sources["prior"]._rollout
    rig.done("/model/load", "metal")
    assert sources(rig).sources["prior"]._rollout is chosen


def test_one_that_cannot_be_played_leaves_that_of_the_model_before(folder: Path, rig: Any) -> None:
    (folder / "metal.prior.onnx").write_bytes((folder / "torn.prior.onnx").read_bytes())
    rig.done("/prior/load", "jazz")
    before = sources(rig).sources["prior"]._rollout
    rig.done("/model/load", "metal")
    assert sources(rig).sources["prior"]._rollout is before
    assert sources(rig).active_source == "prior"
