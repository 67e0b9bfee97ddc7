"""The counters of a checkpoint: read back, or refused by the name of their file."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from musicvae.errors import RunError
from musicvae.recipes import Recipe
from musicvae.vae.training.progress import Averages, Counters
from musicvae.vae.training.restoring import Restored, kept_counters

pytestmark = pytest.mark.usefixtures("toy_family")


GOOD = json.loads(
    json.dumps(kept_counters(Counters(32), Averages(), Recipe("r", "f", 4_000, 256, 3)))
)


@pytest.mark.parametrize(
    "change",
    [
        {"step": -1}, {"step": "3"}, {"step": None}, {"step": 1.5}, {"step": True}, {"phase": 1},
        {"phases": 2}, {"planned": 1}, {"best": "good"}, {"seconds": -1.0}, {"seconds": None},
        {"averages": None}, {"averages": {}}, {"averages": {"sums": [], "steps": 1}},
        {"averages": {"sums": {"loss": "x"}, "steps": 1}}, {"averages": {"sums": {}, "steps": -1}},
        {"colour": 3}, {"planned_steps": []},
    ],
)  # fmt: skip
def test_counters_of_other_values_are_refused(change: dict[str, Any]) -> None:
    assert Restored.of(GOOD, 1).counters == Counters(32)
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        Restored.of(GOOD | change, 1)


def test_damaged_counters_name_their_file(
    make_prepared: Any, toy_recipe: Recipe, train_toy: Any
) -> None:
    prepared = make_prepared(toy_recipe.with_settings(epochs=1))
    train_toy(prepared)
    with np.load(prepared.run.last) as arrays:
        stored = dict(arrays)
    stored["counters"] = np.array(json.dumps({**GOOD, "step": "many"}))
    np.savez(prepared.run.last, **stored)
    with pytest.raises(RunError, match=r"last\.npz cannot be read"):
        train_toy(prepared)


def test_checkpoints_of_older_versions_have_no_plan(make_prepared: Any, train_toy: Any) -> None:
    prepared = make_prepared()
    train_toy(prepared)
    with np.load(prepared.run.last) as arrays:
        stored = dict(arrays)
    kept = json.loads(str(stored["counters"]))
    del kept["plan"]
    stored["counters"] = np.array(json.dumps(kept))
    np.savez(prepared.run.last, **stored)
    assert train_toy(prepared).steps == []
