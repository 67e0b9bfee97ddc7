"""Priors as artifacts: what is exported plays what TensorFlow plays, or nothing is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from musicvae_export import export_model
from musicvae_export.graph import compact

from musicvae.errors import ExportError, ParityError
from musicvae.families import Exportable
from musicvae.runtime.noise import StepNoise
from musicvae.runtime.prior import Prior
from musicvae.vae.prior.trained import TrainedPrior

#: Makes a prior of random weights in a folder.
TrainPrior = Callable[[Path, str], TrainedPrior]


@pytest.mark.parametrize("family", ["energy", "mixture"])
def test_an_exported_prior_takes_the_same_steps(
    trained_prior: TrainPrior, tmp_path: Path, family: str
) -> None:
    trained = trained_prior(tmp_path / "prior", family)
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
    trained_prior: TrainPrior, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "LEFT", 64)  # this prior has no larger matrices
    trained = trained_prior(tmp_path / "prior", "energy")
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


def test_half_precision_and_refusals(trained_prior: TrainPrior, tmp_path: Path) -> None:
    trained = trained_prior(tmp_path / "prior", "energy")
    info = export_model(trained, tmp_path / "half.onnx", half=True)
    assert info.precision == "float16"
    assert 0 < info.parity["half"] < 0.1
    with pytest.raises(ExportError, match="no encoder"):
        export_model(trained, tmp_path / "encoder.onnx", encoder=True)


def test_a_prior_that_plays_something_else_is_not_written(
    trained_prior: TrainPrior, tmp_path: Path
) -> None:
    trained = trained_prior(tmp_path / "prior", "energy")

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
