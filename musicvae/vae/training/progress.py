"""Counts the progress of a run: counters and running averages, which a checkpoint keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Counters:
    """Plain numbers that decide the steps to come.

    Attributes:
        planned_steps: number of steps at the end of the phase, and of the learning rate's decay.
        step: optimiser steps done.
        seconds: training time so far, in seconds.
        timed_seconds: measured time of one step, in seconds, for the plan.
        planned: whether the plan has been fitted to the time budget.
        best: best test objective so far, in nats.
        stale_epochs: epochs since the best one.
        stopped: whether the phase ended early.
        phases: number of phases.
        phase: index of the present phase, from 0.
        phase_step: steps done when the phase began.
        phase_seconds: training time when the phase began, in seconds.
    """

    planned_steps: int
    step: int = 0
    seconds: float = 0.0
    timed_seconds: float = 0.0
    planned: bool = False
    best: float | None = None
    stale_epochs: int = 0
    stopped: bool = False
    phases: int = 1
    phase: int = 0
    phase_step: int = 0
    phase_seconds: float = 0.0

    def is_finished(self) -> bool:
        """Whether the last phase is over."""
        return self.phase == self.phases - 1 and self.phase_is_over()

    def phase_is_over(self) -> bool:
        """Whether the present phase has converged or spent its budget."""
        return self.stopped or self.step >= self.planned_steps

    def next_phase(self, longest: int) -> None:
        """Begin the next phase, of ``longest`` steps at most."""
        self.phase, self.phase_step, self.phase_seconds = self.phase + 1, self.step, self.seconds
        self.planned_steps = self.step + max(1, longest)
        self.planned, self.timed_seconds, self.stopped = False, 0.0, False
        self.best, self.stale_epochs = None, 0

    def plan(self, step_seconds: float, minutes: float, longest: int) -> None:
        """Fit the number of steps of the phase to its time budget, once a step's time is known.

        Args:
            step_seconds: measured time of a step, in seconds.
            minutes: time budget of the phase, in minutes.
            longest: largest number of steps of the phase.
        """
        spent = self.seconds - self.phase_seconds
        if self.planned or self.step - self.phase_step < 16:
            # The first steps alone may take the whole budget: stop at 10 % above it.
            self.stopped |= spent > minutes * 60 * 1.1
            return
        left = minutes * 60 - spent
        # A tenth of the time is for evaluation and checkpoints.
        steps = self.step + max(1, int(0.9 * left / max(step_seconds, 1e-6)))
        self.planned_steps, self.planned = min(self.phase_step + longest, steps), True

    def improved(self, objective: float) -> bool:
        """Count an epoch with this test objective, in nats; true when it is the best so far."""
        if self.best is None or objective > self.best:
            self.best, self.stale_epochs = objective, 0
            return True
        self.stale_epochs += 1
        return False

    def stop_early(self, patience: int) -> None:
        """Stop when the last ``patience`` epochs were not better; 0 never stops."""
        self.stopped |= bool(patience) and self.stale_epochs >= patience


class Averages:
    """Means over the steps of an epoch: loss and ELBO terms in nats, other figures of a phase."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._steps = 0

    def add(self, figures: dict[str, float]) -> None:
        """Count one step's figures; ``loss``, ``reconstruction`` and ``kl`` are among them."""
        for name, value in figures.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._steps += 1

    def take(self) -> dict[str, float]:
        """The means as columns of the history, named ``train_NAME``; then begin anew."""
        mean = {name: total / max(1, self._steps) for name, total in self._sums.items()}
        self._sums, self._steps = {}, 0
        elbo = mean.get("reconstruction", 0.0) - mean.get("kl", 0.0)
        return {f"train_{name}": value for name, value in {**mean, "elbo": elbo}.items()}

    def to_json(self) -> dict[str, Any]:
        """The sums as JSON values, exact to the bit, for a checkpoint."""
        return {"sums": self._sums, "steps": self._steps}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Averages:
        """The averages that :meth:`to_json` described."""
        averages = cls()
        averages._sums, averages._steps = dict(values["sums"]), values["steps"]
        return averages
