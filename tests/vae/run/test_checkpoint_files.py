"""Checkpoints as files: plain arrays, whole or absent, refused as a whole where they do not fit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.vae.run import checkpoint


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "last.npz"


def _variables(*shapes: tuple[int, ...], value: float = 1.0) -> list[Any]:
    return [keras.Variable(np.full(shape, value, np.float32)) for shape in shapes]


def test_it_is_read_without_tensorflow_and_runs_no_code(path: Path) -> None:
    checkpoint.save(path, _variables((2, 3), (4,)), {"step": 3})
    with np.load(path, allow_pickle=False) as arrays:
        assert sorted(array.shape for array in arrays.values()) == [(), (2, 3), (4,)]


def test_the_order_of_variables_is_kept_beyond_ten(path: Path) -> None:
    shapes = [(1,)] * 12
    saved = [keras.Variable([float(index)]) for index in range(12)]
    checkpoint.save(path, saved, {})
    fresh = _variables(*shapes)
    checkpoint.restore(path, fresh)
    assert [float(variable.numpy()[0]) for variable in fresh] == list(range(12))


def test_names_of_layers_do_not_matter(path: Path) -> None:
    """Keras numbers layers anew with each model that a process builds."""
    first, second = (keras.Sequential([keras.layers.Dense(2)]) for _ in range(2))
    for model in (first, second):
        model.build((None, 3))
    assert first.layers[0].name != second.layers[0].name
    checkpoint.save(path, first.variables, {})
    checkpoint.restore(path, second.variables)
    np.testing.assert_array_equal(first.get_weights()[0], second.get_weights()[0])


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.float32])
def test_whole_numbers_stay_whole(path: Path, kind: type) -> None:
    name = np.dtype(kind).name
    saved = keras.Variable(np.array([2**24 - 1, -5], kind), dtype=name, trainable=False)
    fresh = keras.Variable(np.zeros(2, kind), dtype=name, trainable=False)
    checkpoint.save(path, [saved], {})
    checkpoint.restore(path, [fresh])
    np.testing.assert_array_equal(fresh.numpy(), saved.numpy())
    assert fresh.numpy().dtype == kind


def test_counters_are_read_alone(path: Path) -> None:
    counters = {"step": 12, "best": -1.25, "phase": None, "note": "ä", "rows": [1, 2]}
    checkpoint.save(path, _variables((2,)), counters)
    assert checkpoint.counters_of(path) == counters


def test_equal_states_make_equal_files(path: Path, tmp_path: Path) -> None:
    variables = _variables((2, 3))
    checkpoint.save(path, variables, {"step": 1})
    checkpoint.save(tmp_path / "again.npz", variables, {"step": 1})
    with np.load(path) as one, np.load(tmp_path / "again.npz") as other:
        assert one.files == other.files
        assert all(np.array_equal(one[name], other[name]) for name in one.files)


@pytest.mark.parametrize(
    "shapes",
    [
        [(2, 3)],  # fewer
        [(2, 3), (4,), (1,)],  # more
        [(4,), (2, 3)],  # in another order
        [(3, 2), (4,)],  # as many numbers, in another shape
        [(2, 3), (5,)],
    ],
)
def test_another_model_is_refused_and_changes_nothing(
    path: Path, shapes: list[tuple[int, ...]]
) -> None:
    checkpoint.save(path, _variables((2, 3), (4,)), {"step": 1})
    fresh = _variables(*shapes, value=-1.0)
    with pytest.raises(RunError, match="another model") as refused:
        checkpoint.restore(path, fresh)
    assert f"{len(shapes)} variables" in str(refused.value.expected)
    assert "2 variables" in str(refused.value.received)
    assert all((variable.numpy() == -1).all() for variable in fresh)


def test_a_missing_checkpoint_is_named(path: Path) -> None:
    with pytest.raises(RunError, match=r"last\.npz cannot be read"):
        checkpoint.restore(path, _variables((2,)))


def test_a_flipped_byte_is_noticed(path: Path) -> None:
    checkpoint.save(path, _variables((50, 50)), {"step": 1})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    fresh = _variables((50, 50), value=-1.0)
    with pytest.raises(RunError, match="cannot be read"):
        checkpoint.restore(path, fresh)
    assert (fresh[0].numpy() == -1).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_enough(path: Path, bad: float) -> None:
    variables = _variables((3, 3), (2,), (1,))
    weights = variables[1].numpy().copy()
    weights[1] = bad
    variables[1].assign(weights)
    with pytest.raises(TrainingDivergedError, match="1 of 3 variables") as refused:
        checkpoint.save(path, variables, {})
    assert "learning_rate" in str(refused.value.hint)
    assert str(path) not in str(refused.value.hint)  # there is none to go on from
    assert not path.exists()


def test_a_write_that_fails_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint.save(path, _variables((2,)), {"step": 1})
    good = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space"):
        checkpoint.save(path, _variables((2,), value=9.0), {"step": 2})
    assert path.read_bytes() == good
    assert list(path.parent.iterdir()) == [path]
