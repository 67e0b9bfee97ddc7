"""The training loop of a prior: steps, checks by rollouts, checkpoints, an orderly end.

Batches and noise are functions of the step number alone, so a training that was stopped or killed
goes on from its last checkpoint and ends with the weights that an uninterrupted one would have.
"""

from __future__ import annotations

import os
import time
from dataclasses import asdict
from typing import Any

import keras
import numpy as np

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.vae.prior.building import build_model
from musicvae.vae.prior.crops import Cropper
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.material import Material
from musicvae.vae.prior.optimising import Optimiser, learning_rate
from musicvae.vae.prior.plan import LENGTH, Plan
from musicvae.vae.prior.rollouts import Rollouts, flatten
from musicvae.vae.run import checkpoint
from musicvae.vae.run.reading import damaged, guarded
from musicvae.vae.training.interruption import Interruption
from musicvae.vae.training.progress import Counters
from musicvae.vae.training.reporting import Reporter

#: Steps whose time is measured, to plan a phase with a time budget; the ones before them compile.
TIMED = range(5, 15)
#: Batches of held-out crops in a check.
_HELD_OUT = 4


class PriorTrainer:
    """Trains one prior.

    Args:
        folder: its folder.
        plan: how it is trained.
        material: what it learns from.
        reporter: receives the progress.
        checkpoint_seconds: longest time between two checkpoints, in seconds.
        compiled: whether XLA compiles the first phase.
    """

    def __init__(
        self, folder: PriorFolder, plan: Plan, material: Material, reporter: Reporter,
        checkpoint_seconds: float = 60.0, compiled: bool = True,
    ) -> None:  # fmt: skip
        self.folder, self.plan, self.reporter = folder, plan, reporter
        self.checkpoint_seconds = checkpoint_seconds
        keras.utils.set_random_seed(plan.seed)
        self.model = build_model(folder.outline(), plan)
        self.optimiser = Optimiser(self.model, compiled)
        rolls = bool(plan.rollouts) and getattr(self.model, "rolls", True)
        steps = _steps(material, plan, self.model)
        self.crops = Cropper(material, False, steps, plan.batch_size, plan.seed)
        held_out = bool(len(material.indices(held_out=True)))
        self.held_out = Cropper(material, held_out, steps, plan.batch_size, plan.seed)
        self.rollouts = Rollouts(self.model, material, plan.seed, plan.judged, plan.judged_seconds)
        self.share = plan.rollouts if rolls else 0.0
        self.counters = Counters(self._longest(0), phases=1 + rolls)
        self.best: float | None = None
        self.losses: list[float] = []
        self.rows: list[dict[str, Any]] = []

    def run(self) -> None:
        """Train to the end of the plan, or until stopped.

        Raises:
            KeyboardInterrupt: Ctrl-C; a checkpoint is written, and the prior can be used.
            TrainingDivergedError: the loss became NaN or infinite.
        """
        self._restore()
        if self.counters.is_finished():
            self.reporter.note("this prior is finished; there is nothing left to train")
            return
        self._saved = time.monotonic()
        with Interruption() as interruption:
            while not self.counters.is_finished() and not interruption.asked:
                if self.counters.phase_is_over():
                    self.counters.next_phase(self._longest(1))
                    self.reporter.note(f"step {self.counters.step}: training by rollouts begins")
                self._step()
                if self.counters.step % self.plan.check == 0 or self.counters.phase_is_over():
                    self._check()
                if time.monotonic() - self._saved > self.checkpoint_seconds:
                    self._save()
            stopped = not self.counters.is_finished()
            self._save()
            if not os.path.lexists(self.folder.best):
                self._check()
        if stopped:
            self.reporter.note(
                f"stopped after step {self.counters.step}; "
                f"musicvae prior --resume --out {self.folder.path} goes on"
            )
            raise KeyboardInterrupt

    def _step(self) -> None:
        counters, started = self.counters, time.monotonic()
        rate = learning_rate(self.plan.learning_rate, counters.step, self._end())
        # The phase of rollouts begins gently: its gradients are other ones.
        since = counters.step - counters.phase_step
        rate *= min(1.0, (since + 1) / 50) if counters.phase else 1.0
        crops = self.crops.batch(counters.step)
        loss = self.optimiser.step(crops, counters.phase, rate, counters.step)
        if not np.isfinite(loss):
            raise TrainingDivergedError(
                f"the loss became NaN or infinite at step {counters.step}",
                received=f"learning_rate {self.plan.learning_rate}",
                hint="train again with a lower learning_rate (--set learning_rate=0.0003)",
            )
        self.losses.append(loss)
        counters.step += 1
        seconds = time.monotonic() - started
        counters.seconds += seconds
        if since in TIMED:
            counters.timed_seconds += seconds / len(TIMED)
        longest = self._longest(counters.phase)
        counters.plan(counters.timed_seconds, self._minutes(), longest, self.plan.check)
        self.reporter.step(counters.step, counters.planned_steps, {"loss": loss})

    def _longest(self, phase: int) -> int:
        """Largest number of steps of a phase."""
        rolled = round(self.share * self.plan.steps)
        return max(1, rolled if phase else self.plan.steps - rolled)

    def _minutes(self) -> float:
        """Time budget of the present phase: the second gets what the first has left."""
        if self.counters.phase:
            return self.plan.minutes - self.counters.phase_seconds / 60
        return self.plan.minutes * (1 - self.share)

    def _end(self) -> int:
        """The step at which the learning rate has decayed: the end of all phases, as expected."""
        if self.counters.phase or not self.share:
            return self.counters.planned_steps
        return round(self.counters.planned_steps / (1 - self.share))

    def _check(self) -> None:
        """Judge the averaged weights by rollouts, and keep the best ones."""
        started, counters = time.monotonic(), self.counters
        with self.optimiser.averaged():
            batches = [self.held_out.batch(number) for number in range(_HELD_OUT)]
            held_out = float(np.mean([self.optimiser.loss(batch) for batch in batches]))
            figures = self.rollouts.judge()
            if self.best is None or figures["form"] < self.best:
                self.best = float(figures["form"])
                checkpoint.save(self.folder.best, self.model.variables, {"step": counters.step})
        improved = counters.improved(-held_out)
        if counters.phase + 1 < counters.phases or counters.phases == 1:
            counters.stop_early(self.plan.patience)
        row = {
            "step": counters.step, "phase": counters.phase + 1, "seconds": counters.seconds,
            "loss": float(np.mean(self.losses)) if self.losses else held_out,
            "test_loss": held_out, **figures,
        }  # fmt: skip
        self.losses = []
        counters.evaluated(time.monotonic() - started)
        self.rows.append({**row, "seconds": round(counters.seconds, 1)})
        self.folder.write_rows(self.rows)
        best = " (best)" if self.best == figures["form"] else ""
        shown = {"loss": row["loss"], "unheard": held_out, **figures}
        self.reporter.note(
            f"step {counters.step:6d}  {flatten(shown)}  {counters.seconds:6.0f} s{best}"
            + ("" if improved else "  unheard not better")
        )

    def _save(self) -> None:
        kept = {
            "counters": asdict(self.counters), "best": self.best, "losses": self.losses,
            "length": self._length(),
        }  # fmt: skip
        checkpoint.save(self.folder.last, self.optimiser.variables, kept)
        self._saved = time.monotonic()

    def _restore(self) -> None:
        """Go on from the last checkpoint, or begin, perhaps from the weights of another prior."""
        folder = self.folder
        if not os.path.lexists(folder.last):
            if os.path.lexists(folder.best):  # never begin over what was trained
                raise damaged(folder.last, "it is missing, though the prior has trained")
            if os.path.lexists(folder.start):
                checkpoint.restore(folder.start, self.model.variables)
                self.optimiser.start_averages()
            self._save()
            return
        kept = checkpoint.restore(folder.last, self.optimiser.variables)
        with guarded(folder.last):
            self.counters = Counters(**kept["counters"])
            self.best, self.losses = kept["best"], [float(loss) for loss in kept["losses"]]
            changed = kept["length"] != self._length()
        if changed:
            self._replan()
        self.rows = [row for row in folder.rows() if row["step"] <= self.counters.step]

    def _length(self) -> list[float]:
        """What decides how long the training is."""
        return [getattr(self.plan, name) for name in LENGTH]

    def _replan(self) -> None:
        """Take a changed length into account."""
        counters = self.counters
        if counters.planned and counters.timed_seconds:
            counters.planned = False
            counters.stopped &= bool(self.plan.patience)
            longest = self._longest(counters.phase)
            counters.plan(counters.timed_seconds, self._minutes(), longest, self.plan.check)
        else:
            counters.planned_steps = counters.phase_step + self._longest(counters.phase)


def _steps(material: Material, plan: Plan, model: Any) -> int:
    """Steps of a crop: whole multiples of the model's unit, and the rollout behind them."""
    rolled = int(getattr(getattr(model, "settings", None), "rollout", 0))
    whole = max(1, round(plan.seconds * material.space.rate / model.unit))
    if not len(material.indices(held_out=False)):
        raise RunError("there is nothing to learn from", expected="at least one training track")
    return whole * int(model.unit) + rolled
