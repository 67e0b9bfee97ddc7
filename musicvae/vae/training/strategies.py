"""Decides where a training computes: on one device, all devices of a machine, or several machines.

A *replica* is one copy of the model, on one device. A *worker* is one process, with one or more
replicas. All replicas together compute one global batch at each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.vae.training.cluster import Cluster, check_strategy
from musicvae.vae.training.workers import Workers


@dataclass(frozen=True)
class Placement(Workers):
    """A distribution strategy and this process's place in it."""

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


def place(name: str) -> Placement:
    """The placement for a strategy; call it before anything else uses TensorFlow.

    Args:
        name: ``"default"`` (one device), ``"mirrored"`` (all GPUs of this machine) or
            ``"multiworker"`` (the machines that the environment variable ``TF_CONFIG`` lists).

    Raises:
        SettingError: unknown name, or ``TF_CONFIG`` is missing or malformed.
    """
    check_strategy(name)
    if name == "default":
        return Placement(tf.distribute.get_strategy())
    if name == "mirrored":
        return Placement(tf.distribute.MirroredStrategy())
    cluster = Cluster.from_environment()
    return Placement(_connected(cluster), cluster.index, len(cluster.addresses))


@cache
def _connected(cluster: Cluster) -> Any:
    """The strategy of a cluster, once all its workers have come; a process joins it only once."""
    return tf.distribute.MultiWorkerMirroredStrategy()


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
