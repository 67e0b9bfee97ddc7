"""The training loop: steps, epochs, checkpoints, and an orderly end.

Batches and noise are functions of the step number alone, so a run that was stopped or killed goes
on from its last checkpoint and ends with the weights that an uninterrupted run would have.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.families import FAMILIES
from musicvae.vae.run import checkpoint
from musicvae.vae.run.folder import Row
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.dataset import steps_per_epoch, test_batches, training_batches
from musicvae.vae.training.evaluation import evaluate, measurer
from musicvae.vae.training.exit_guard import reading
from musicvae.vae.training.interruption import Interruption
from musicvae.vae.training.optimisation import beta, learning_rate
from musicvae.vae.training.phases import compiled, make_phases
from musicvae.vae.training.pictures import EpochPictures
from musicvae.vae.training.progress import Averages, Counters
from musicvae.vae.training.reporting import Reporter
from musicvae.vae.training.strategies import Placement

#: Steps whose time is measured, to plan a phase with a time budget; the ones before them compile.
TIMED = range(5, 15)


class Trainer:
    """Trains one run.

    Args:
        prepared: run folder, recipe and tracks.
        placement: the devices and processes that compute.
        reporter: receives the progress.
        pictures: whether to draw pictures after each epoch.
        checkpoint_seconds: longest time between two checkpoints, in seconds.
    """

    def __init__(
        self,
        prepared: Prepared,
        placement: Placement,
        reporter: Reporter,
        pictures: bool = True,
        checkpoint_seconds: float = 60.0,
    ) -> None:
        self.prepared = prepared
        self.run_folder, self.recipe = prepared.run, prepared.recipe
        self.corpus, self.test_corpus = prepared.train, prepared.test
        self.placement, self.reporter = placement, reporter
        self.checkpoint_seconds = checkpoint_seconds
        keras.utils.set_random_seed(self.recipe.seed)
        with placement.strategy.scope():
            self.family = FAMILIES.get(self.recipe.family)
            self.model = self.family.build(self.recipe)
            self.phases = make_phases(self.model, self.recipe, prepared.frozen)
        self._steps = [compiled(phase, placement.strategy) for phase in self.phases]
        self._measure = measurer(self.model)
        self.epoch_steps = steps_per_epoch(self.corpus, self.recipe)
        self.counters = Counters(planned_steps=self._longest(0), phases=len(self.phases))
        self.averages = Averages()
        self.history: list[Row] = []
        draw = pictures and placement.is_chief
        dims = self.model.noise_dims
        self.pictures = EpochPictures(self.run_folder, self.recipe, dims) if draw else None

    @property
    def variables(self) -> list[Any]:
        """The variables that a checkpoint holds, in order: of the model, then of each phase."""
        held = [variable for phase in self.phases for variable in phase.variables]
        return [*self.model.variables, *held]

    def run(self) -> None:
        """Train to the end of the plan, or until stopped.

        Raises:
            KeyboardInterrupt: Ctrl-C; a checkpoint is written, and the run can be used and resumed.
            TrainingDivergedError: the loss became NaN or infinite.
        """
        self._restore()
        if self.counters.is_finished():
            self.reporter.note("this run is finished; there is nothing left to train")
            return
        first, rows = self.counters.step, self.placement.rows(self.recipe.batch_size)
        dims = self.model.noise_dims
        batches = training_batches(self.corpus, self.recipe, first, rows, dims)
        with Interruption() as interruption, reading(batches) as iterator:
            stop = self._loop(iterator, interruption)
            self._finish()
        self.placement.meet()
        if stop:
            self.reporter.note(
                f"stopped after step {self.counters.step}; "
                f"musicvae train --resume --out {self.run_folder.path} goes on"
            )
            raise KeyboardInterrupt

    def _loop(self, batches: Iterator[dict[str, tf.Tensor]], interruption: Interruption) -> bool:
        """Take steps until the plan is done; true if it was stopped before."""
        self._saved = time.monotonic()
        stop = False
        while not stop and not self.counters.is_finished():
            started = time.monotonic()
            stop = self._one_step(next(batches), interruption.asked)
            self._account(time.monotonic() - started, started)
            # A time budget seldom ends with an epoch.
            over = self.counters.phase_is_over() and not stop
            if self.counters.step % self.epoch_steps == 0 or over:
                self._end_epoch()
            if self.counters.phase_is_over() and not self.counters.is_finished() and not stop:
                self._next_phase()
        return stop

    def _one_step(self, batch: dict[str, tf.Tensor], stop: bool) -> bool:
        """Do one step; true when any worker was asked to stop.

        Args:
            batch: ``audio`` and ``noise``, as :mod:`musicvae.vae.training.dataset` makes them.
            stop: whether this worker was asked to stop.
        """
        at, counters = self.counters.step, self.counters
        phase = self.phases[counters.phase]
        since, planned = at - counters.phase_step, counters.planned_steps - counters.phase_step
        for optimizer in phase.optimizers:
            optimizer.learning_rate = phase.pace * learning_rate(self.recipe, since, planned)
        figures, votes = self._steps[counters.phase](
            self.placement.spread(batch["audio"]),
            self.placement.spread(batch["noise"]),
            tf.constant(beta(self.recipe, at), tf.float32),
            # All workers must leave the loop at the same step and agree on the plan.
            tf.constant([float(stop), counters.timed_seconds], tf.float32),
        )
        values = {name: float(np.sum(v.numpy(), dtype=np.float64)) for name, v in figures.items()}
        if not np.isfinite(list(values.values())).all():
            raise self._diverged(at)
        self.averages.add(values)
        counters.step += 1
        likelihood, kl = values["reconstruction"], values["kl"]
        shown = {"ELBO": likelihood - kl, "reconstruction": likelihood, "KL": kl}
        self.reporter.step(counters.step, counters.planned_steps, shown)
        stops, step_seconds = votes.numpy()
        if self.recipe.minutes is not None:
            counters.plan(float(step_seconds), self._minutes, self._longest(counters.phase))
        return bool(stops > 0)

    def _longest(self, phase: int) -> int:
        """Largest number of steps of a phase."""
        steps = self.recipe.epochs * self.epoch_steps
        adversarial = round(self.recipe.adversarial * steps)
        return adversarial if phase else max(1, steps - adversarial)

    @property
    def _minutes(self) -> float:
        """Time budget of the present phase, in minutes: the second gets what the first has left."""
        minutes = self.recipe.minutes or 0.0
        if self.counters.phase:
            return minutes - self.counters.phase_seconds / 60
        return minutes * (1 - self.recipe.adversarial)

    def _next_phase(self) -> None:
        """Begin the next phase, with the best weights so far."""
        if self.placement.is_chief and self.run_folder.best.is_file():
            checkpoint.restore(self.run_folder.best, self.model.variables)
        self.counters.next_phase(self._longest(self.counters.phase + 1))
        self._save()
        self.reporter.note(f"step {self.counters.step}: the {self.phases[-1].name} phase begins")

    def _account(self, seconds: float, now: float) -> None:
        """Count the time of a step, and save a checkpoint if the last one is old.

        Args:
            seconds: that the step took.
            now: ``time.monotonic()``, in seconds.
        """
        self.counters.seconds += seconds
        if self.counters.step - self.counters.phase_step - 1 in TIMED:
            self.counters.timed_seconds += seconds / len(TIMED)
        if now - self._saved > self.checkpoint_seconds:
            self._save()

    def _end_epoch(self) -> None:
        """Evaluate the model, keep the best weights, and report the epoch."""
        started = time.monotonic()
        # Some minutes of sound are enough to evaluate a model, and it must not take long.
        limit = max(32, min(128, int(180 / self.recipe.seconds)))
        batches = test_batches(self.test_corpus, self.recipe, limit, self.model.noise_dims)
        result = evaluate(self._measure, batches, self.recipe)
        counters = self.counters
        row = {
            "epoch": -(-counters.step // self.epoch_steps),
            "step": counters.step,
            "seconds": round(counters.seconds, 1),
            **self.averages.take(),
            **result.to_row(),
            "beta": beta(self.recipe, counters.step - 1),
            "learning_rate": float(self.phases[counters.phase].optimizers[0].learning_rate.numpy()),
            "phase": counters.phase + 1,
        }
        self.history.append(row)
        # Critics pull away from the objective on purpose: there, the newest weights are the best.
        better = counters.improved(result.test_objective) or counters.phase > 0
        if better and self.placement.is_chief:
            self._save_best()
        if counters.phase == 0:
            counters.stop_early(self.recipe.patience)
        counters.seconds += time.monotonic() - started
        if self.placement.is_chief:
            self.run_folder.write_history(self.history)
            if self.pictures is not None:
                self.pictures.draw(self.model, row)
        self.reporter.epoch(row)

    def _finish(self) -> None:
        """Leave a run that can be used and exported, whether it is finished or was stopped."""
        self._save()
        if not self.placement.is_chief:
            return
        if not self.run_folder.best.is_file():
            self._save_best()
        checkpoint.restore(self.run_folder.best, self.model.variables)
        self.family.fit(self.model, self.prepared)

    def _save(self) -> None:
        if self.placement.is_chief:
            counters = asdict(self.counters) | {"averages": self.averages.to_json()}
            checkpoint.save(self.run_folder.last, self.variables, counters)
        self._saved = time.monotonic()

    def _save_best(self) -> None:
        step = {"step": self.counters.step}
        checkpoint.save(self.run_folder.best, self.model.variables, step)

    def _restore(self) -> None:
        """Go on from the last checkpoint, or from the weights of another run, if there are any."""
        if not self.run_folder.last.is_file():
            if self.run_folder.start.is_file():
                checkpoint.restore(self.run_folder.start, self.model.variables)
            return
        counters = checkpoint.restore(self.run_folder.last, self.variables)
        self.averages = Averages.from_json(counters.pop("averages"))
        self.counters = Counters(**counters)
        # Epochs after the checkpoint will be trained again, to the same result.
        rows = self.run_folder.history()
        self.history = [row for row in rows if row["step"] <= self.counters.step]
        done = -(-self.counters.step // self.epoch_steps)
        if len(self.history) not in (done, self.counters.step // self.epoch_steps):
            raise RunError(
                "the history and the checkpoint of this run do not fit together",
                received=f"{len(self.history)} epochs, step {self.counters.step}",
            )

    def _diverged(self, step: int) -> TrainingDivergedError:
        last = self.run_folder.last
        good = f"the last good checkpoint is {last}" if last.is_file() else "no checkpoint yet"
        return TrainingDivergedError(
            f"the loss became NaN or infinite at step {step}; {good}",
            expected="finite loss and weights",
            received=f"learning_rate {self.recipe.learning_rate}",
            hint="start a new run with a lower learning_rate or a gradient_norm (--set NAME=VALUE)",
        )
