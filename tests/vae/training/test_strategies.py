"""Where a training computes, and which rows of a batch belong to whom."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.vae.training.strategies import Placement, place, worker_rows


def _placement(replicas: int, worker: int = 0, workers: int = 1) -> Placement:
    strategy: Any = SimpleNamespace(num_replicas_in_sync=replicas)
    return Placement(strategy, worker, workers)


def test_one_device_is_the_default() -> None:
    placement = place("default")
    assert placement.is_chief
    assert placement.strategy is tf.distribute.get_strategy()
    assert placement.rows(5) == slice(0, 5)
    rows = tf.zeros((5, 2))
    assert placement.spread(rows) is rows
    placement.meet()  # there is nobody to wait for


@pytest.mark.parametrize(("batch", "workers"), [(6, 1), (6, 2), (6, 3), (8, 4)])
def test_workers_share_a_batch_without_gap_or_overlap(batch: int, workers: int) -> None:
    whole = np.arange(batch)
    parts = [whole[worker_rows(batch, worker, workers)] for worker in range(workers)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert {len(part) for part in parts} == {batch // workers}


def test_a_worker_makes_the_rows_of_all_its_replicas() -> None:
    # Two workers with two replicas each.
    assert [_placement(4, worker, 2).rows(8) for worker in range(2)] == [slice(0, 4), slice(4, 8)]
    assert [_placement(4, worker, 2).is_chief for worker in range(2)] == [True, False]


@pytest.mark.parametrize(("replicas", "workers"), [(4, 1), (4, 2), (3, 1)])
def test_a_batch_that_does_not_divide_is_refused(replicas: int, workers: int) -> None:
    with pytest.raises(SettingError, match="does not divide among the replicas") as refused:
        _placement(replicas, 0, workers).rows(10)
    assert f"a multiple of {replicas}" in str(refused.value)


@pytest.mark.parametrize(("worker", "workers"), [(2, 2), (-1, 2), (0, 0), (0, 4)])
def test_workers_that_cannot_be_are_refused(worker: int, workers: int) -> None:
    with pytest.raises(SettingError):
        worker_rows(6, worker, workers)


def test_an_unknown_strategy_is_refused() -> None:
    with pytest.raises(SettingError, match="default, mirrored, multiworker"):
        place("telepathy")


@pytest.mark.parametrize(
    "config",
    [
        None,
        "",
        "{",
        "[]",
        "{}",
        '{"cluster": {}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"index": "first"}}',
    ],
)
def test_a_malformed_cluster_is_explained(
    config: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if config is not None:
        monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(SettingError, match="TF_CONFIG") as refused:
        place("multiworker")
    assert (config or "nothing") in str(refused.value) or config == ""


def test_the_place_in_a_cluster_is_read_from_tf_config(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SimpleNamespace(num_replicas_in_sync=3)
    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", lambda: made)
    cluster = {"worker": ["a:1", "b:1", "c:1"]}
    task = {"type": "worker", "index": 2}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": task}))
    placement = place("multiworker")
    assert (placement.strategy, placement.worker, placement.workers) == (made, 2, 3)
    assert not placement.is_chief
    assert placement.rows(9) == slice(6, 9)


TWO_REPLICAS = """
import json
import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from musicvae.vae.losses import pressed_kl
from musicvae.vae.training.strategies import Placement
strategy = tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"])
placement = Placement(strategy)
rows = tf.constant([[0.0, 3.0], [0.2, 1.0], [0.4, 2.0], [1.0, 2.0]])
spread = placement.spread(rows)
parts = [part.numpy().tolist() for part in strategy.experimental_local_results(spread)]
mean = tf.distribute.ReduceOp.MEAN
step = tf.function(
    lambda kl: strategy.reduce(mean, strategy.run(pressed_kl, args=(kl, 0.5)), axis=None)
)
alone = tf.reduce_sum(tf.maximum(tf.reduce_mean(rows, axis=0), 0.5))
print(json.dumps([parts, float(step(spread)), float(alone)]))
"""


def test_two_replicas_share_the_rows_and_agree_on_free_bits() -> None:
    command = [sys.executable, "-c", TWO_REPLICAS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parts, together, alone = json.loads(done.stdout.splitlines()[-1])
    assert parts == [
        [[0.0, 3.0], [pytest.approx(0.2), 1.0]],
        [[pytest.approx(0.4), 2.0], [1.0, 2.0]],
    ]
    # The first latent is below the free bits on one replica alone, and not over all rows.
    assert together == pytest.approx(alone)
