"""Decides where a training computes: on one device, all devices of a machine, or several machines.

A *replica* is one copy of the model, on one device. A *worker* is one process, with one or more
replicas. All replicas together compute one global batch at each step.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from musicvae.errors import SettingError

NAMES = ("default", "mirrored", "multiworker")


@dataclass(frozen=True)
class Placement:
    """A distribution strategy and this process's place in it.

    Attributes:
        strategy: the ``tf.distribute.Strategy``.
        worker: index of this process; number 0, the chief, writes the run's files.
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
        """The rows of a global batch that this process makes.

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
        """Divide this process's rows among its own replicas.

        Args:
            rows: float32 (rows, …).

        Returns:
            ``rows`` itself where there is one replica; otherwise a distributed value that holds an
            equal part of the rows for each replica.
        """
        local = self.strategy.num_replicas_in_sync // self.workers
        if local == 1 and self.workers == 1:
            return rows
        parts = tf.split(rows, local)
        return self.strategy.experimental_distribute_values_from_function(
            lambda context: parts[context.replica_id_in_sync_group % local]
        )

    def meet(self) -> None:
        """Wait until every process has called this method."""
        if self.workers == 1:
            return

        def arrive() -> tf.Tensor:
            replica = tf.distribute.get_replica_context()
            return replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.constant(1.0))

        tf.function(lambda: self.strategy.run(arrive))()


def place(name: str) -> Placement:
    """The placement for a strategy; call it before anything else uses TensorFlow.

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


def worker_rows(batch_size: int, worker: int, workers: int) -> slice:
    """The rows of every global batch that worker number ``worker`` (from 0) makes.

    Raises:
        SettingError: the batch cannot be divided evenly, or there is no such worker.
    """
    if workers < 1 or batch_size % workers:
        raise SettingError(
            "the batch cannot be divided among the workers",
            expected=f"a batch size that is a multiple of {workers}",
            received=f"batch_size {batch_size}, {workers} workers",
        )
    if not 0 <= worker < workers:
        raise SettingError("no such worker", expected=f"0 to {workers - 1}", received=worker)
    share = batch_size // workers
    return slice(worker * share, (worker + 1) * share)
