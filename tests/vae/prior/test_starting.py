"""What a training starts from, by the names that people give it, and what mistakes are told."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.errors import (
    ArtifactError,
    ArtifactKindError,
    DuplicateNameError,
    ForeignArtifactError,
    MissingExtraError,
    RunError,
    SettingError,
)
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.starting import find_start, weights_to_start


@pytest.fixture
def with_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if musicvae-export were installed; nothing of it is called."""
    monkeypatch.setitem(sys.modules, "musicvae_export", ModuleType("musicvae_export"))


@pytest.fixture
def prior_file(prior_artifacts: ModuleType, tmp_path: Path) -> Path:
    """The exported prior ``some.prior.onnx``."""
    said = {"plan": {"family": "energy", "model": {"width": 8}}}
    made: Path = prior_artifacts.write_prior_artifact(
        tmp_path / "some.prior.onnx", provenance=said, prior=_energy(prior_artifacts)
    )
    return made


def _energy(prior_artifacts: ModuleType) -> Any:
    """Its description, with a family that there is."""
    return dataclasses.replace(prior_artifacts.PRIOR, family="energy")


def test_a_folder_and_its_terms(prior_folder: PriorFolder) -> None:
    start = find_start(prior_folder.path)
    assert (start.path, start.model) == (prior_folder.path, None)
    assert start.terms.genres == ("jazz", "metal")
    assert (start.terms.space, start.terms.licence) == (prior_folder.space(), "x")
    plan = start.terms.plan({"steps": 7, "model": {"draws": 3}})
    assert (plan.steps, plan.family, plan.model["draws"]) == (7, "energy", 3)
    assert plan.model["width"] == prior_folder.plan().model["width"]


@pytest.mark.usefixtures("with_exporter")
def test_a_file_and_its_terms(prior_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prior_file.parent)
    for given in (prior_file, str(prior_file), "some.prior.onnx"):
        start = find_start(given)
        assert start.path.name == "some.prior.onnx"
        assert start.model is None  # so it does not say what encodes
        assert start.terms.genres == ("jazz", "metal")
        assert [knob.name for knob in start.terms.attributes] == ["brightness"]
        assert start.terms.unit.tolist() == [[1500.0, 400.0]]
        assert start.terms.plan({}).model == {"width": 8}


@pytest.mark.usefixtures("with_exporter")
def test_a_ready_model_brings_its_prior(ready_site: Any, prior_artifacts: ModuleType) -> None:
    place = ready_site.bring("jazz", said={"prior": "fake_bringer_jazz:models/jazz.prior.onnx"})
    file = place / "models" / "jazz.prior.onnx"
    prior_artifacts.write_prior_artifact(
        file, sample_rate=16_000, hop=128, licence="CC0-1.0", prior=_energy(prior_artifacts)
    )
    start = find_start("jazz")
    assert (start.path, start.model, start.terms.licence) == (file, "jazz", "CC0-1.0")


def test_a_ready_model_without_a_prior(ready_site: Any) -> None:
    ready_site.bring("jazz")
    with pytest.raises(ArtifactError, match="the model 'jazz' has no prior") as caught:
        find_start("jazz")
    assert "musicvae prior" in str(caught.value.hint)


def test_a_name_that_stands_for_two(
    ready_site: Any, prior_folder: PriorFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_site.bring("prior")
    monkeypatch.chdir(prior_folder.path.parent)
    with pytest.raises(DuplicateNameError, match="the folder of a prior here") as caught:
        find_start("prior")
    assert str(Path("prior")) in str(caught.value.hint)
    assert caught.value.expected == "one of the two"
    assert find_start("./prior").path == find_start(Path("prior")).path
    (prior_folder.path.parent / "jazz").mkdir()
    (prior_folder.path.parent / "jazz" / "run.json").touch()
    ready_site.bring("jazz", "another")
    with pytest.raises(DuplicateNameError, match="a folder here"):
        find_start("jazz")


def test_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for given in ("nope", "nope.onnx", "./nope", tmp_path / "nope", "nope.memory"):
        with pytest.raises(RunError, match="no prior to start from") as caught:
            find_start(given)
        assert "the name of a ready model" in str(caught.value.expected)
        assert caught.value.received == str(given)


def test_folders_of_something_else(
    prior_folder: PriorFolder, prior_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(RunError, match="not that of a prior") as caught:
        find_start(tmp_path / "run")
    assert caught.value.hint is None
    (tmp_path / "run" / "run.json").touch()
    with pytest.raises(RunError, match="not that of a prior") as caught:
        find_start(tmp_path / "run")
    assert "musicvae prior RUN" in str(caught.value.hint)
    with pytest.raises(RunError, match="not that of a prior") as caught:
        find_start(prior_file.parent)
    assert caught.value.hint == f"name a file in it, such as {prior_file}"
    prior_folder.best.unlink()
    with pytest.raises(RunError, match="left weights"):
        find_start(prior_folder.path)


def test_files_of_something_else(encoder: Path, prior_file: Path, tmp_path: Path) -> None:
    (tmp_path / "song.onnx").write_bytes(b"no graph")
    with pytest.raises(ForeignArtifactError):
        find_start(tmp_path / "song.onnx")
    with pytest.raises(ArtifactKindError, match=r"encoder\.onnx is no prior") as caught:
        find_start(encoder)
    assert (caught.value.received, caught.value.hint) == ("one of kind 'encoder'", None)
    some = encoder.rename(prior_file.with_name("some.onnx"))
    with pytest.raises(ArtifactKindError, match=r"some\.onnx is no prior") as caught:
        find_start(some)
    assert caught.value.hint == f"the prior beside it is {prior_file}"


def test_a_file_needs_the_exporter(prior_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "musicvae_export", None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match="starting from an exported prior") as caught:
        find_start(prior_file)
    assert "./export" in str(caught.value.hint)


def test_weights_are_tried_out(
    prior_material: ModuleType, prior_folder: PriorFolder, tmp_path: Path
) -> None:
    from musicvae.vae.prior.building import build_model
    from musicvae.vae.run import checkpoint

    start = find_start(prior_folder.path)
    with pytest.raises(RunError, match=r"best\.npz"):
        weights_to_start(start, start.terms.plan({}), tmp_path)
    model = build_model(prior_folder.outline(), prior_folder.plan())
    checkpoint.save(prior_folder.best, model.variables, {"step": 1})
    fitting: list[dict[str, Any]] = [{}, {"model": {"draws": 3}}]  # which decides no shape
    for settings in fitting:
        plan = start.terms.plan(settings)
        assert weights_to_start(start, plan, tmp_path) == prior_folder.best
    others: list[dict[str, Any]] = [{"model": {"width": 16}}, {"family": "mixture"}]
    for settings in others:
        with pytest.raises(SettingError, match="do not fit these settings") as caught:
            weights_to_start(start, start.terms.plan(settings), tmp_path)
        assert "model.width=8" in str(caught.value.expected)
