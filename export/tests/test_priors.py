"""Priors as artifacts: what is exported plays what TensorFlow plays, or nothing is written."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from musicvae_export import export_model
from musicvae_export.graph import compact

import musicvae.vae.prior.building as building
from musicvae.errors import ExportError, ParityError
from musicvae.families import Exportable
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.plan import Plan
from musicvae.vae.prior.trained import TrainedPrior
from musicvae.vae.run import checkpoint

TESTS = Path(__file__).resolve().parents[2] / "tests"


@pytest.fixture(scope="module")
def material() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prior_material", TESTS / "prior_material.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _trained(material: ModuleType, folder: Path, family: str) -> TrainedPrior:
    """A prior with random weights in a folder, as a training leaves it."""
    plan = Plan.of({**material.PLAN, "family": family})
    facts = {"licence": "CC0-1.0", "encoder": "x", "started": "now", "versions": {}}
    made = PriorFolder.create(folder, material.material(), plan, facts)
    model = building.build_model(made.outline(), plan)
    random = np.random.default_rng(0)
    for weight in model.trainable_variables:
        noise = 0.1 * random.standard_normal(weight.shape)
        weight.assign(weight.numpy() + noise.astype(np.float32))
    checkpoint.save(made.best, model.variables, {"step": 1})
    return TrainedPrior(model, made)


@pytest.mark.parametrize("family", ["energy", "mixture"])
def test_an_exported_prior_takes_the_same_steps(
    material: ModuleType, tmp_path: Path, family: str
) -> None:
    trained = _trained(material, tmp_path / "prior", family)
    info = export_model(trained, tmp_path / "prior.onnx")
    assert set(info.parity) == {"random", "real"}
    assert max(info.parity.values()) < 1e-4
    operators = info.provenance["export"]["operators"]
    assert not {"If", "Loop", "Scan", "RandomNormal"} & set(operators)
    player = Prior(tmp_path / "prior.onnx")
    assert (player.info.kind, player.info.schema) == ("prior", 3)
    walk = player.walk(40, seed=3, genre="metal", attributes={"brightness": -1.0})
    state = np.zeros((1, player.info.state_size), np.float32)
    heard = np.zeros((1, 4), np.float32)
    twin = player._twin("metal", {"brightness": -1.0})
    condition = twin.conditions.row[None]
    noise, step = StepNoise(player.prior.noise, 3), trained.step_function()
    for number in range(40):
        drawn = tf.constant(noise.row(number)[None])
        heard, _, state = step(heard, condition, drawn, state)
        assert np.allclose(heard[0], walk[number], atol=1e-3)


def test_weights_of_8_bits(
    material: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "LEFT", 64)  # this prior has no larger matrices
    trained = _trained(material, tmp_path / "prior", "energy")
    export_model(trained, tmp_path / "whole.onnx")
    info = export_model(trained, tmp_path / "small.onnx", int8=True)
    assert (info.precision, info.schema) == ("int8", 3)
    assert set(info.parity) == {"int8"}
    assert 1e-5 < info.parity["int8"] < 0.2
    whole, small = Prior(tmp_path / "whole.onnx"), Prior(tmp_path / "small.onnx")
    rows, apart = whole.walk(40, seed=3, genre="metal"), []
    for number, row in enumerate(rows):
        noise = StepNoise(whole.prior.noise, 3).row(number)
        apart.append(np.abs(whole.step(row, noise) - small.step(row, noise)).max())
    assert 1e-6 < max(apart) < 0.2
    with pytest.raises(ExportError, match="half and int8"):
        export_model(trained, tmp_path / "both.onnx", half=True, int8=True)


def test_half_precision_and_refusals(material: ModuleType, tmp_path: Path) -> None:
    trained = _trained(material, tmp_path / "prior", "energy")
    info = export_model(trained, tmp_path / "half.onnx", half=True)
    assert info.precision == "float16"
    assert 0 < info.parity["half"] < 0.1
    with pytest.raises(ExportError, match="no encoder"):
        export_model(trained, tmp_path / "encoder.onnx", encoder=True)


def test_a_prior_that_plays_something_else_is_not_written(
    material: ModuleType, tmp_path: Path
) -> None:
    trained = _trained(material, tmp_path / "prior", "energy")

    class Wrong:
        """Compared with a model whose steps are a little larger."""

        def exports(self) -> dict[str, Exportable]:
            part = trained.exports()["prior"]
            return {"prior": dataclasses.replace(part, function=_Larger(part.function))}

    with pytest.raises(ParityError):
        export_model(Wrong(), tmp_path / "wrong.onnx")
    assert not (tmp_path / "wrong.onnx").exists()


class _Larger:
    """Converts as a function does, and answers 1 % more when it is called."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)

    def __call__(self, *arrays: Any) -> Any:
        following, surprise, state = self._function(*arrays)
        return following * 1.01, surprise, state
