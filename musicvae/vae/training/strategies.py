"""Where the arithmetic runs: one device, all devices of a machine, or several machines."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.vae.training.dataset import worker_rows

NAMES = ("default", "mirrored", "multiworker")


@dataclass(frozen=True)
class Placement:
    """A distribution strategy and this process's place in it.

    Attributes:
        strategy: the ``tf.distribute.Strategy``.
        worker: index of this process, 0 for the one that writes files.
        workers: number of processes.
    """

    strategy: Any
    worker: int = 0
    workers: int = 1

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run's files."""
        return self.worker == 0

    def rows(self, batch_size: int) -> slice:
        """Which rows of a global batch this process makes.

        Raises:
            SettingError: the batch does not divide among the replicas.
        """
        replicas = self.strategy.num_replicas_in_sync
        if batch_size % replicas:
            raise SettingError(
                "the batch does not divide among the replicas",
                expected=f"a multiple of {replicas}",
                received=f"batch_size {batch_size}",
            )
        return worker_rows(batch_size, self.worker, self.workers)

    def spread(self, rows: tf.Tensor) -> Any:
        """This process's rows, divided among its own replicas."""
        local = self.strategy.num_replicas_in_sync // self.workers
        if local == 1 and self.workers == 1:
            return rows
        parts = tf.split(rows, local)
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: parts[context.replica_id_in_sync_group % local]
        )

    def meet(self) -> None:
        """Wait until every process has come here."""
        if self.workers == 1:
            return

        def arrive() -> tf.Tensor:
            replica = tf.distribute.get_replica_context()
            return replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.constant(1.0))

        tf.function(lambda: self.strategy.run(arrive))()


def place(name: str) -> Placement:
    """The placement of that name; call it before anything else touches TensorFlow.

    Args:
        name: ``"default"`` (one device), ``"mirrored"`` (all GPUs of this machine) or
            ``"multiworker"`` (the machines that the environment variable ``TF_CONFIG`` lists).

    Raises:
        SettingError: unknown name, or ``TF_CONFIG`` is missing or malformed.
    """
    if name == "default":
        return Placement(tf.distribute.get_strategy())
    if name == "mirrored":
        return Placement(tf.distribute.MirroredStrategy())
    if name != "multiworker":
        raise SettingError("unknown strategy", expected=", ".join(NAMES), received=name)
    try:
        config = json.loads(os.environ["TF_CONFIG"])
        index, workers = int(config["task"]["index"]), len(config["cluster"]["worker"])
    except (KeyError, ValueError, TypeError) as error:
        raise SettingError(
            "the strategy multiworker needs the environment variable TF_CONFIG",
            expected='{"cluster": {"worker": ["HOST:PORT"]},'
            ' "task": {"type": "worker", "index": 0}}',
            received=os.environ.get("TF_CONFIG", "nothing"),
        ) from error
    return Placement(tf.distribute.MultiWorkerMirroredStrategy(), index, workers)
