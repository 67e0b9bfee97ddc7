from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.vae.run import checkpoint


def _variables(value: float) -> list[keras.Variable]:
    return [keras.Variable(np.full((2, 3), value, np.float32)), keras.Variable(value)]


def test_what_is_saved_is_restored_to_the_bit(tmp_path: Path) -> None:
    saved = _variables(1 / 3)
    checkpoint.save(tmp_path / "c.npz", saved, {"step": 7, "loss": 0.1 + 0.2})
    fresh = _variables(0.0)
    assert checkpoint.restore(tmp_path / "c.npz", fresh) == {"step": 7, "loss": 0.1 + 0.2}
    for a, b in zip(saved, fresh, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_a_checkpoint_of_another_model_changes_nothing(tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "c.npz", _variables(1.0)[:1], {})
    fresh = _variables(0.0)
    with pytest.raises(RunError, match="another model"):
        checkpoint.restore(tmp_path / "c.npz", fresh)
    assert not fresh[0].numpy().any()


@pytest.mark.parametrize("keep", [0, 10, 200])
def test_a_truncated_checkpoint_is_a_clear_error(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "c.npz"
    checkpoint.save(path, _variables(1.0), {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(RunError, match="cannot be read"):
        checkpoint.restore(path, _variables(0.0))


def test_nan_weights_never_replace_a_good_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    checkpoint.save(path, _variables(1.0), {"step": 1})
    good = path.read_bytes()
    with pytest.raises(TrainingDivergedError, match=r"c\.npz"):
        checkpoint.save(path, _variables(float("nan")), {"step": 2})
    assert path.read_bytes() == good
    assert list(tmp_path.iterdir()) == [path]
