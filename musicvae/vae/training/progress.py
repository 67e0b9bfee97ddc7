"""Counts the progress of a run: counters and running averages, which a checkpoint keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Steps after which a phase with a time budget is planned first, and how many times as many there
#: are at each later plan.
FIRST_PLAN, _AGAIN = 16, 1.125
#: Until the model was evaluated once, the rest of the time is for evaluation.
_UNEVALUATED = 0.9


@dataclass
class Counters:
    """Plain numbers that decide the steps to come.

    Attributes:
        planned_steps: number of steps at the end of the phase, and of the learning rate's decay;
            with a time budget it follows the speed.
        step: optimiser steps done.
        seconds: training time so far, in seconds.
        timed_seconds: measured time of one step, in seconds, for the plan; recent steps count more.
        planned: whether the plan has been fitted to the time budget.
        planned_at: step at which it was fitted last.
        planned_stepping: time of all steps until then, in seconds.
        evaluation: time of the last evaluation, in seconds.
        evaluations: time of all of them, in seconds.
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
    planned_at: int = 0
    planned_stepping: float = 0.0
    evaluation: float = 0.0
    evaluations: float = 0.0
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

    def plan(self, step_seconds: float, minutes: float, longest: int, epoch_steps: int) -> None:
        """Fit the number of steps of the phase to its time budget.

        That is done once a step's time is known, and again with every eighth more steps: a machine
        may become busy, or idle, and the last plan is made shortly before the end.

        Args:
            step_seconds: measured time of a step, in seconds, of all workers together.
            minutes: time budget of the phase, in minutes.
            longest: largest number of steps of the phase.
            epoch_steps: steps from one evaluation to the next; there is one at the end, too.
        """
        spent, done = self.seconds - self.phase_seconds, self.step - self.phase_step
        if done < FIRST_PLAN:
            # The first steps alone may take the whole budget: stop at 10 % above it.
            self.stopped |= spent > minutes * 60 * 1.1
            return
        stepping = self.seconds - self.evaluations
        if self.planned:
            if done < _AGAIN * (self.planned_at - self.phase_step):
                return
            recent = (stepping - self.planned_stepping) / max(1, self.step - self.planned_at)
            step_seconds = (step_seconds + recent) / 2
        self.timed_seconds = step_seconds
        self.planned, self.planned_at, self.planned_stepping = True, self.step, stepping
        left = minutes * 60 - spent - self.evaluation
        each = max(step_seconds, 1e-6) + self.evaluation / epoch_steps
        if not self.evaluations:  # how long one takes is not known yet
            left *= _UNEVALUATED
        self.planned_steps = min(self.phase_step + longest, self.step + max(1, int(left / each)))

    def evaluated(self, seconds: float) -> None:
        """Count an evaluation of so many seconds."""
        self.seconds += seconds
        self.evaluation = seconds
        self.evaluations += seconds

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
