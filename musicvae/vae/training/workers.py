"""Keeps the processes of a training together: what they agree on, and what they tell each other.

All of them take the same steps, and meet within each. A process that takes one more than the others
waits for them in vain; so whatever decides how long a loop goes on is agreed on here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tensorflow as tf

from musicvae.errors import RunError

#: What TensorFlow raises in a process that waits for one that has gone.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)


@dataclass(frozen=True)
class Workers:
    """The processes that train together, as one of them sees them.

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

    def agree(self, value: float) -> float:
        """The mean of a number over all processes, which wait here for each other.

        Times differ from machine to machine, and figures by the order of their sums.
        """
        if self.workers == 1:
            return value
        return float(self._own(self._mean(tf.constant(value, tf.float64))))

    def meet(self) -> None:
        """Wait until every process has called this method."""
        self.agree(0.0)

    def check_step(self, step: int) -> None:
        """Check that every process goes on from the same step.

        Raises:
            RunError: they do not.
        """
        mean = self.agree(step)
        if mean != step:
            raise RunError(
                "the workers do not go on from the same checkpoint",
                expected="a run folder that all workers share",
                received=f"step {step} here, {mean:g} on average",
            )

    def follow(self, variables: Sequence[Any]) -> None:
        """Give variables the values that they have in the first process.

        The network carries them, since a file that the first process has written may take a while
        to be seen on other machines.

        Args:
            variables: Keras variables, the same ones in every process.
        """
        if self.workers == 1:
            return

        def send() -> list[tf.Tensor]:
            replica = tf.distribute.get_replica_context()
            first = tf.equal(replica.replica_id_in_sync_group, 0)
            sent = [tf.where(first, v.value, tf.zeros_like(v.value)) for v in variables]
            return [replica.all_reduce(tf.distribute.ReduceOp.SUM, value) for value in sent]

        values = tf.function(lambda: self.strategy.run(send))()
        for variable, value in zip(variables, values, strict=True):
            variable.assign(self._own(value))

    @contextmanager
    def together(self) -> Iterator[None]:
        """A block that all processes leave at once, or none where it fails in one of them.

        Raises:
            RunError: another process failed in it.
        """
        try:
            yield
        except Exception:
            self.agree(1.0)
            raise
        if self.agree(0.0) > 0:
            raise RunError(
                "another worker cannot train", expected="all of them", hint="its output says why"
            )

    @contextmanager
    def connected(self) -> Iterator[None]:
        """A block in which the end of another process is an error that says so.

        Raises:
            RunError: another process has ended, or cannot be reached.
        """
        try:
            yield
        except _LOST as error:
            if self.workers == 1:
                raise
            raise RunError(
                "another worker has ended or cannot be reached",
                expected=f"{self.workers} workers until the end",
                received=type(error).__name__,
                hint="its output may say why; start all workers again with --resume",
            ) from error

    @cached_property
    def _mean(self) -> Any:
        """The mean over all replicas, as a function that is traced once."""

        def of_replicas(value: tf.Tensor) -> tf.Tensor:
            replica = tf.distribute.get_replica_context()
            # The sum is made where the replica is, and an argument is nowhere yet.
            return replica.all_reduce(tf.distribute.ReduceOp.MEAN, tf.identity(value))

        return tf.function(lambda value: self.strategy.run(of_replicas, (value,)))

    def _own(self, value: Any) -> Any:
        """What this process's first replica holds of a distributed value, as an array."""
        return self.strategy.experimental_local_results(value)[0].numpy()
