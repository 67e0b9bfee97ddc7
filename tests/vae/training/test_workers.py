"""Several workers train what one trains, and end together; in processes, and in replicas of one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import RunError
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.strategies import Placement
from musicvae.vae.training.train import train
from musicvae.vae.training.trainer import Trainer

#: One worker: a run that a signal to the second worker stops in the first phase and that goes on,
#: and another one that starts from it with a frozen encoder.
WORKER = """
import json, os, signal, sys
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.train import train

sounds, out, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
second = json.loads(os.environ["TF_CONFIG"])["task"]["index"] == 1

class Stopping(Silent):
    def step(self, step, planned, figures):
        if step == 5 and second:
            os.kill(os.getpid(), signal.SIGTERM)

try:
    train("jazz", sounds, out + "/two", **options["first"], reporter=Stopping())
except KeyboardInterrupt:
    print("stopped", flush=True)
train("jazz", sounds, out + "/two", resume=True, **options["again"])
train("jazz", sounds, out + "/frozen", start_from=out + "/two", **options["frozen"])
"""


def start_workers(code: str, *arguments: object, count: int = 2) -> list[subprocess.Popen[str]]:
    """Start a worker for each of ``count`` free ports."""
    sockets = [socket.socket() for _ in range(count)]
    for held in sockets:
        held.bind(("127.0.0.1", 0))
    hosts = [f"127.0.0.1:{held.getsockname()[1]}" for held in sockets]
    for held in sockets:
        held.close()
    workers = []
    for index in range(count):
        config = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        workers.append(
            subprocess.Popen(
                [sys.executable, "-c", code, *map(str, arguments)],
                env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_CONFIG": json.dumps(config)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    return workers


def assert_learnt_the_same(one: Path, other: Path) -> None:
    """Assert that the best weights of two runs are equal, but for rounding.

    Sums over workers are rounded in another order, XLA does so too, and Adam divides small numbers
    by each other: single weights may differ by some steps of 1e-3, most must not.
    """
    with np.load(one / "best.npz") as a, np.load(other / "best.npz") as b:
        assert a.files == b.files
        for name in set(a.files) - {"counters"}:
            difference = np.abs(a[name] - b[name])
            assert np.median(difference) < 1e-4, name
            assert difference.max() < 1e-2, name
    rows = [json.loads((run / "history.json").read_text()) for run in (one, other)]
    for a, b in zip(*rows, strict=True):
        assert (a["step"], a["phase"]) == (b["step"], b["phase"])
        for name in ("train_loss", "train_kl", "test_objective", "test_log_mel"):
            assert a[name] == pytest.approx(b[name], rel=0.01), name


def test_two_workers_stop_go_on_and_learn_what_one_learns(
    tiny_stream_run: Path,
    tiny_stream_settings: dict[str, Any],
    tiny_sounds: Path,
    tiny_cache: Path,
    tmp_path: Path,
) -> None:
    again: dict[str, Any] = {"cache": str(tiny_cache), "workers": 1, "pictures": False}
    first = again | {"recipe": "stream", "settings": tiny_stream_settings}
    frozen = again | {"freeze": ["encoder"], "settings": {"epochs": 1, "adversarial": 0}}
    options = {"first": first, "again": again, "frozen": frozen}
    together = {name: value | {"strategy": "multiworker"} for name, value in options.items()}
    workers = start_workers(WORKER, tiny_sounds, tmp_path, json.dumps(together))
    outputs = [worker.communicate(timeout=600)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], "\n".join(outputs)
    assert all("stopped" in output for output in outputs)
    assert_learnt_the_same(tiny_stream_run, tmp_path / "two")
    train("jazz", tiny_sounds, tmp_path / "alone", start_from=tmp_path / "two", **frozen)
    assert_learnt_the_same(tmp_path / "alone", tmp_path / "frozen")
    spaces = [
        json.loads((tmp_path / run / "playing.json").read_text())["latent_space"]
        for run in ("two", "frozen", "alone")
    ]
    assert len(set(spaces)) == 1
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


class Others(Placement):
    """One process that believes it is one of two; what they agree on is scripted."""

    said: list[float]

    def agree(self, value: float) -> float:
        self.said.append(value)
        return value + self.shift

    shift = 0.0


@pytest.fixture
def others() -> Callable[[float], Others]:
    def make(shift: float) -> Others:
        made = Others(tf.distribute.get_strategy(), workers=2)
        object.__setattr__(made, "said", [])
        object.__setattr__(made, "shift", shift)
        return made

    return make


def test_alone_there_is_nobody_to_ask() -> None:
    alone = Placement(SimpleNamespace())
    assert alone.agree(3.5) == 3.5
    alone.check_step(7)
    variable = tf.Variable(1.0)
    alone.follow([variable])
    with alone.together():
        pass
    with pytest.raises(tf.errors.UnavailableError), alone.connected():
        raise tf.errors.UnavailableError(None, None, "no disk")


def test_a_block_fails_in_all_workers_where_it_fails_in_one(
    others: Callable[[float], Others],
) -> None:
    failing, good, fine = others(0.0), others(0.5), others(0.0)
    with pytest.raises(RunError, match="disk is full"), failing.together():
        raise RunError("the disk is full")
    assert failing.said == [1.0]
    with pytest.raises(RunError, match=r"another worker cannot train.*its output"), good.together():
        pass
    with fine.together():
        pass
    assert fine.said == [0.0]


def test_a_worker_that_has_gone_is_an_error_that_says_how_to_go_on(
    others: Callable[[float], Others],
) -> None:
    lost = tf.errors.UnavailableError(None, None, "Connection reset by peer")
    with (
        pytest.raises(RunError, match=r"another worker has ended.*--resume") as caught,
        others(0.0).connected(),
    ):
        raise lost
    assert caught.value.received == "UnavailableError"
    with pytest.raises(tf.errors.InvalidArgumentError), others(0.0).connected():
        raise tf.errors.InvalidArgumentError(None, None, "our own fault")


def test_workers_must_go_on_from_the_same_checkpoint(others: Callable[[float], Others]) -> None:
    others(0.0).check_step(40)
    with pytest.raises(RunError, match=r"step 40 here, 20 on average"):
        others(-20.0).check_step(40)


def test_time_and_objective_are_those_that_the_workers_agree_on(
    make_prepared: Callable[..., Prepared], others: Callable[[float], Others], toy_family: None
) -> None:
    placement = others(100.0)
    trainer = Trainer(make_prepared(), placement, Silent(), pictures=False)
    trainer.placement = Placement(placement.strategy)  # to make all the rows of a batch
    (step,) = trainer._steps
    trainer._steps = [lambda *given: (step(*given)[0], tf.constant([0, 1.5, 500], tf.float64))]
    noise = tf.zeros((4, trainer.model.noise_dims))
    batch = {"audio": tf.zeros((4, trainer.recipe.samples, 1)), "noise": noise}
    assert not trainer._one_step(batch, stop=False)
    assert trainer.counters.seconds == 500
    trainer.placement = placement
    trainer._end_epoch()
    objective, seconds = placement.said[-2:]  # and what the evaluation took
    assert trainer.counters.best == objective + 100
    assert trainer.counters.seconds == 500 + seconds + 100


FEATURES = """
import json
import tensorflow as tf
(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from musicvae.vae.training.critics import feature_matching
from musicvae.vae.training.strategies import Placement
strategy = tf.distribute.MirroredStrategy(["cpu:0", "cpu:1"])
placement = Placement(strategy)
real, made = (tf.random.stateless_normal((4, 9), (seed, 0)) for seed in (1, 2))
real *= tf.constant([[1.0], [1.0], [9.0], [9.0]])  # one replica's share is much louder
matching = lambda real, made: feature_matching([[real, real]], [[made, made]])
mean = tf.distribute.ReduceOp.MEAN
step = tf.function(
    lambda *rows: strategy.reduce(mean, strategy.run(matching, args=rows), axis=None)
)
together = float(step(placement.spread(real), placement.spread(made)))
alone = float(matching(real, made))
print(json.dumps([together, alone]))
"""


def test_features_are_matched_relative_to_all_replicas() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FEATURES], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    together, alone = json.loads(done.stdout.splitlines()[-1])
    assert together == pytest.approx(alone)
