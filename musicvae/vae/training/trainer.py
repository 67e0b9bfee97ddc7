"""The training loop: steps, epochs, checkpoints, and an orderly end.

Batches and noise are functions of the step number alone, so a run that was stopped or killed goes
on from its last checkpoint and ends with the weights that an uninterrupted run would have.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.errors import MusicVAEError, RunError
from musicvae.families import FAMILIES
from musicvae.vae.run import checkpoint
from musicvae.vae.run.building import build
from musicvae.vae.run.folder import Row
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.run.reading import damaged, guarded
from musicvae.vae.training.dataset import steps_per_epoch, test_batches, training_batches
from musicvae.vae.training.evaluation import evaluate, measurer
from musicvae.vae.training.exit_guard import reading
from musicvae.vae.training.interruption import Interruption
from musicvae.vae.training.optimisation import beta, learning_rate
from musicvae.vae.training.phases import compiled, make_phases
from musicvae.vae.training.pictures import EpochPictures
from musicvae.vae.training.progress import Averages, Counters
from musicvae.vae.training.reporting import Reporter
from musicvae.vae.training.restoring import Restored, kept_counters, replan
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
            self.model = build(self.recipe)
            self.phases = make_phases(self.model, self.recipe, prepared.frozen)
        self._steps = [compiled(phase, placement.strategy) for phase in self.phases]
        self._measure = measurer(self.model)
        self.epoch_steps = steps_per_epoch(self.corpus, self.recipe)
        self.counters = Counters(planned_steps=self._longest(0), phases=len(self.phases))
        self.averages = Averages()
        self.history: list[Row] = []
        self.draws = pictures and placement.is_chief
        self.pictures: EpochPictures | None = None

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
        self.placement.check_step(self.counters.step)
        if self.counters.is_finished():
            self.reporter.note("this run is finished; there is nothing left to train")
            if self.placement.is_chief and not self._leaves_a_model():
                self.reporter.note("its model is missing or damaged, and is made again")
                self._make_playable()
            return
        first, rows = self.counters.step, self.placement.rows(self.recipe.batch_size)
        dims = self.model.noise_dims
        batches = training_batches(self.corpus, self.recipe, first, rows, dims)
        self._saved = time.monotonic()
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
        stop = False
        while not stop and not self.counters.is_finished():
            if self.counters.phase_is_over():
                self._next_phase()
            started = time.monotonic()
            stop = self._one_step(next(batches), interruption.asked)
            self._account(time.monotonic() - started)
            # A time budget seldom ends with an epoch.
            if self.counters.step % self.epoch_steps == 0 or self.counters.phase_is_over():
                self._end_epoch()
            # After the end of an epoch, so that a run that goes on from here has it behind it.
            if time.monotonic() - self._saved > self.checkpoint_seconds:
                self._save()
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
            tf.constant([float(stop), counters.timed_seconds, counters.seconds], tf.float64),
        )
        values = {name: float(np.sum(v.numpy(), dtype=np.float64)) for name, v in figures.items()}
        if not np.isfinite(list(values.values())).all():
            raise checkpoint.diverged(self.run_folder.last, at, self.recipe.learning_rate)
        self.averages.add(values)
        counters.step += 1
        likelihood, kl = values["reconstruction"], values["kl"]
        shown = {"ELBO": likelihood - kl, "reconstruction": likelihood, "KL": kl}
        self.reporter.step(counters.step, counters.planned_steps, shown)
        stops, step_seconds, counters.seconds = map(float, votes.numpy())
        if self.recipe.minutes is not None:
            longest = self._longest(counters.phase)
            counters.plan(step_seconds, self._minutes, longest, self.epoch_steps)
        return stops > 0

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
        if self.placement.is_chief:
            self._take_best()
        self.placement.follow(self.model.variables)
        self.counters.seconds = self.placement.agree(self.counters.seconds)
        self.counters.next_phase(self._longest(self.counters.phase + 1))
        self._save()
        self.reporter.note(f"step {self.counters.step}: the {self.phases[-1].name} phase begins")

    def _account(self, seconds: float) -> None:
        """Count the time of a step, in seconds."""
        self.counters.seconds += seconds
        if self.counters.step - self.counters.phase_step - 1 in TIMED:
            self.counters.timed_seconds += seconds / len(TIMED)

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
        better = counters.improved(self.placement.agree(result.score)) or counters.phase > 0
        if better and self.placement.is_chief:
            self._save_best()
        if counters.phase == 0:
            counters.stop_early(self.recipe.patience)
        counters.evaluated(self.placement.agree(time.monotonic() - started))
        if self.placement.is_chief:
            self._illustrate(row)
        self.reporter.epoch(row)

    def _illustrate(self, row: Row) -> None:
        """Write the history and draw pictures; the training goes on where that cannot be done."""
        try:
            self.run_folder.write_history(self.history)
            if self.draws:
                if self.pictures is None:
                    dims = self.model.noise_dims
                    self.pictures = EpochPictures(self.run_folder, self.recipe, dims)
                self.pictures.draw(self.model, row)
        except (OSError, MusicVAEError, tf.errors.OpError) as error:
            self.reporter.note(f"no history or picture of epoch {row['epoch']}: {error}")

    def _finish(self) -> None:
        """Leave a run that can be used and exported, whether it is finished or was stopped."""
        self._save()
        if self.placement.is_chief:
            self._make_playable()

    def _make_playable(self) -> None:
        """Take the best weights, and write what playing them needs."""
        self._take_best()
        self.family.fit(self.model, self.prepared)

    def _take_best(self) -> None:
        """Take the best weights; where there are none that can be read, the newest are."""
        if not os.path.lexists(self.run_folder.best):
            self._save_best()
            return
        try:
            checkpoint.restore(self.run_folder.best, self.model.variables)
        except RunError as error:
            self.reporter.note(f"{error.what}: the newest weights take its place")
            self._save_best()

    def _leaves_a_model(self) -> bool:
        """Whether the model of a finished run can be opened."""
        try:
            checkpoint.restore(self.run_folder.best, self.model.variables)
            self.family.open(self.model, self.recipe, self.run_folder)
        except RunError:
            return False
        return True

    def _save(self) -> None:
        if self.placement.is_chief:
            kept = kept_counters(self.counters, self.averages, self.recipe)
            checkpoint.save(self.run_folder.last, self.variables, kept)
        self._saved = time.monotonic()

    def _save_best(self) -> None:
        step = {"step": self.counters.step}
        checkpoint.save(self.run_folder.best, self.model.variables, step)

    def _restore(self) -> None:
        """Go on from the last checkpoint, or begin: from another run's weights if there are any."""
        run = self.run_folder
        if not os.path.lexists(run.last):
            if os.path.lexists(run.best):  # never begin over what was trained
                raise damaged(run.last, "it is missing, though the run has trained")
            if os.path.lexists(run.start):
                checkpoint.restore(run.start, self.model.variables)
            # Before anything else is written, so that a kill at any moment leaves a way on.
            self._save()
            return
        kept = checkpoint.restore(run.last, self.variables)
        with guarded(run.last):
            restored = Restored.of(kept, len(self.phases))
        self.counters, self.averages = restored.counters, restored.averages
        if self.prepared.changed or not restored.fits(self.recipe):
            longest = self._longest(self.counters.phase)
            replan(self.counters, self.recipe, longest, self._minutes, self.epoch_steps)
        # Epochs after the checkpoint will be trained again, to the same result.
        self.history = [row for row in run.history() if row["step"] <= self.counters.step]
