"""Priors out of their exported files: with the same weights, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import pytest
from musicvae_export import export_model
from musicvae_export.graph import compact, half
from musicvae_export.restoring import restore_prior
from onnx import numpy_helper

from musicvae.artifact import METADATA_KEY
from musicvae.errors import ArtifactError, ArtifactKindError, DataError, LatentError, RunError
from musicvae.runtime.prior import Prior
from musicvae.vae.prior.trained import TrainedPrior, load_prior
from musicvae.vae.prior.training import train_prior

Made = Callable[..., tuple[TrainedPrior, Path]]


@pytest.fixture
def made(trained_prior: Callable[[Path, str], TrainedPrior], tmp_path: Path) -> Made:
    """Exports a prior of random weights; returns it and its file."""

    def make(
        family: str = "energy", half: bool = False, int8: bool = False
    ) -> tuple[TrainedPrior, Path]:
        trained = trained_prior(tmp_path / "prior", family)
        export_model(trained, tmp_path / "made.prior.onnx", half=half, int8=int8)
        return trained, tmp_path / "made.prior.onnx"

    return make


@pytest.mark.parametrize("family", ["energy", "mixture"])
def test_weights_come_back_as_they_were(made: Made, tmp_path: Path, family: str) -> None:
    trained, file = made(family)
    folder = restore_prior(file, tmp_path / "restored")
    again = load_prior(folder.path)
    assert len(again.model.variables) == len(trained.model.variables)
    for before, after in zip(trained.model.variables, again.model.variables, strict=True):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
    np.testing.assert_array_equal(again.outline.bounds, trained.outline.bounds)
    assert (again.space, again.plan.model) == (trained.space, trained.plan.model)
    assert again.outline.attributes == trained.outline.attributes
    info = export_model(again, tmp_path / "again.onnx")
    assert info.licence == "CC0-1.0"
    _check_alike(file, tmp_path / "again.onnx")


@pytest.mark.parametrize("precision", ["half", "int8"])
def test_rounded_weights_come_back_as_they_play(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    for module in (compact, half):
        monkeypatch.setattr(module, "LEFT", 64)  # this prior has no larger matrices
    trained, file = made(**{precision: True})
    restored = load_prior(restore_prior(file, tmp_path / "restored").path)
    pairs = zip(trained.model.variables, restored.model.variables, strict=True)
    apart = max(float(np.abs(one.numpy() - other.numpy()).max()) for one, other in pairs)
    assert 1e-5 < apart < 0.02
    export_model(restored, tmp_path / "again.onnx")
    _check_alike(file, tmp_path / "again.onnx")


def _check_alike(first: Path, second: Path) -> None:
    walks = [Prior(file).walk(40, seed=3, genre="metal") for file in (first, second)]
    np.testing.assert_allclose(walks[0], walks[1], atol=1e-4)


def _changed(file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of an artifact with another description."""
    model = onnx.load(str(file))
    entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
    described = json.loads(entry.value)
    change(described)
    entry.value = json.dumps(described)
    copy = file.with_name("changed.prior.onnx")
    copy.write_bytes(model.SerializeToString(deterministic=True))
    return copy


def test_another_architecture_is_refused(made: Made, tmp_path: Path) -> None:
    _, file = made()

    def set_model(name: str, value: int) -> Path:
        return _changed(file, lambda d: d["provenance"]["plan"]["model"].update({name: value}))

    for name, value in {"head": 12, "fast_blocks": 1, "code": 3}.items():
        with pytest.raises(ArtifactError, match="another architecture"):
            restore_prior(set_model(name, value), tmp_path / "restored")
    with pytest.raises(ArtifactError, match="another architecture"):
        restore_prior(_changed(file, lambda d: d["provenance"].pop("plan")), tmp_path / "restored")
    assert not (tmp_path / "restored" / "best.npz").exists()


def test_another_constant_is_refused(made: Made, tmp_path: Path) -> None:
    """What is no weight has to be the same, such as the least noise of a step."""
    _, file = made()
    model = onnx.load(str(file))
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    quietest = next(n for n, v in held.items() if v.size == 1 and np.isclose(v.item(), 0.15))
    tensor = next(tensor for tensor in model.graph.initializer if tensor.name == quietest)
    tensor.CopyFrom(numpy_helper.from_array(np.full_like(held[quietest], 0.3), quietest))
    copy = tmp_path / "loud.onnx"
    copy.write_bytes(model.SerializeToString(deterministic=True))
    copy = _changed(copy, lambda described: described.update(graph_sha256=""))
    with pytest.raises(ArtifactError, match="another constant"):
        restore_prior(copy, tmp_path / "restored")


def test_what_is_no_prior_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactKindError, match="no prior"):
        restore_prior(exported, tmp_path / "restored")
    with pytest.raises(ArtifactKindError, match="no prior"):
        train_prior(out=tmp_path / "new", material="x.npz", start_from=exported)
    assert not (tmp_path / "restored").exists()
    assert not (tmp_path / "new").exists()


def test_training_starts_from_a_file(made: Made, material: ModuleType, tmp_path: Path) -> None:
    trained, file = made()
    latents = tmp_path / "material.npz"
    material.material().save(latents)
    plan = {k: v for k, v in material.PLAN.items() if k != "model"} | {"steps": 2, "rollouts": 0.0}
    tuned = train_prior(
        out=tmp_path / "tuned", material=latents, settings=plan | {"learning_rate": 1e-7},
        genre="jazz", start_from=file, compiled=False,
    )  # fmt: skip
    assert tuned.plan.model == trained.plan.model
    for before, after in zip(trained.model.variables, tuned.model.variables, strict=True):
        np.testing.assert_allclose(before.numpy(), after.numpy(), atol=1e-5)
    assert tuned.folder.describe()["from"] == "made.prior.onnx"
    other = _changed(file, lambda described: described.update(latent_space="f" * 16))
    with pytest.raises(LatentError, match="another latent space"):
        train_prior(out=tmp_path / "new", material=latents, settings=plan, start_from=other)
    with pytest.raises(DataError, match="no track is of this genre"):
        train_prior(
            out=tmp_path / "new", material=latents, settings=plan, start_from=file, genre="polka"
        )
    with pytest.raises(RunError, match="no prior to start from"):
        train_prior(out=tmp_path / "new", material=latents, start_from=tmp_path / "none.onnx")
    assert not (tmp_path / "new").exists()
