"""Where a run stands: the counters and running averages that a checkpoint keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Counters:
    """Plain numbers that decide the steps to come.

    Attributes:
        planned_steps: where the run ends and the learning rate's decay with it.
        step: optimiser steps done.
        seconds: training time so far.
        timed_seconds: measured time of a step, for the plan.
        planned: whether the plan has been fitted to the time budget.
        best: best test objective so far.
        stale_epochs: epochs since.
        stopped: ended early.
    """

    planned_steps: int
    step: int = 0
    seconds: float = 0.0
    timed_seconds: float = 0.0
    planned: bool = False
    best: float | None = None
    stale_epochs: int = 0
    stopped: bool = False

    def is_finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.stopped or self.step >= self.planned_steps

    def plan(self, step_seconds: float, minutes: float, longest: int) -> None:
        """Fit the number of steps to a time budget, once a step's time is known."""
        if self.planned or self.step < 16:
            # Never overrun by much, even where the first steps alone take the whole budget.
            self.stopped |= self.seconds > minutes * 60 * 1.1
            return
        left = minutes * 60 - self.seconds
        # A tenth goes to testing and checkpoints.
        steps = self.step + max(1, int(0.9 * left / max(step_seconds, 1e-6)))
        self.planned_steps, self.planned = min(longest, steps), True

    def improved(self, objective: float) -> bool:
        """Note an epoch's test objective; true when it is the best so far."""
        if self.best is None or objective > self.best:
            self.best, self.stale_epochs = objective, 0
            return True
        self.stale_epochs += 1
        return False

    def stop_early(self, patience: int) -> None:
        """Stop when the last ``patience`` epochs brought nothing; 0 never stops."""
        self.stopped |= bool(patience) and self.stale_epochs >= patience


class Averages:
    """Means over the steps of an epoch: loss, reconstruction and the KL of each latent, in nats."""

    def __init__(self, latent_dim: int) -> None:
        self._sum = np.zeros(2 + latent_dim)
        self._steps = 0

    def add(self, figures: np.ndarray) -> None:
        """Count one step's figures, float64 (2 + D,)."""
        self._sum += figures
        self._steps += 1

    def take(self) -> dict[str, float]:
        """The columns of the history, and begin anew."""
        mean = self._sum / max(1, self._steps)
        self._sum, self._steps = np.zeros_like(self._sum), 0
        kl = float(mean[2:].sum())
        return {
            "train_loss": float(mean[0]),
            "train_elbo": float(mean[1]) - kl,
            "train_reconstruction": float(mean[1]),
            "train_kl": kl,
        }

    def to_json(self) -> dict[str, Any]:
        """For a checkpoint; exact to the bit."""
        return {"sum": self._sum.tolist(), "steps": self._steps}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Averages:
        """What :meth:`to_json` described."""
        averages = cls(len(values["sum"]) - 2)
        averages._sum, averages._steps = np.array(values["sum"]), values["steps"]
        return averages
