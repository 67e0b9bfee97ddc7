"""The training loop: steps, epochs, checkpoints, and an orderly end.

Batches and noise are functions of the step alone, so a run that was stopped or killed goes on from
its last checkpoint on exactly the trajectory it would have taken.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from musicvae.errors import RunError, TrainingDivergedError
from musicvae.families import FAMILIES
from musicvae.vae import checkpoint
from musicvae.vae.dataset import steps_per_epoch, test_batches, training_batches
from musicvae.vae.evaluation import evaluate, fit_latents
from musicvae.vae.interruption import Interruption
from musicvae.vae.pictures import EpochPictures
from musicvae.vae.preparation import Prepared
from musicvae.vae.progress import Averages, Counters
from musicvae.vae.reporting import Reporter
from musicvae.vae.schedule import beta, learning_rate
from musicvae.vae.steps import make_optimizer, train_step
from musicvae.vae.strategies import Placement

#: Steps that are timed to plan a run with a time budget; the first ones compile.
TIMED = range(5, 15)


class Trainer:
    """Trains one run.

    Args:
        prepared: run, recipe and tracks.
        placement: where the arithmetic runs.
        reporter: who listens.
        pictures: whether to draw after each epoch.
        checkpoint_seconds: longest time between two checkpoints.
    """

    def __init__(
        self,
        prepared: Prepared,
        placement: Placement,
        reporter: Reporter,
        pictures: bool = True,
        checkpoint_seconds: float = 60.0,
    ) -> None:
        self.run_folder, self.recipe = prepared.run, prepared.recipe
        self.corpus, self.test_corpus = prepared.train, prepared.test
        self.placement, self.reporter = placement, reporter
        self.checkpoint_seconds = checkpoint_seconds
        self.epoch_steps = steps_per_epoch(self.corpus, self.recipe)
        keras.utils.set_random_seed(self.recipe.seed)
        with placement.strategy.scope():
            self.model = FAMILIES.get(self.recipe.family).build(self.recipe)
            self.optimizer = make_optimizer(self.recipe)
            self.optimizer.build(self.model.trainable_variables)
        self.counters = Counters(planned_steps=self.recipe.epochs * self.epoch_steps)
        self.averages = Averages(self.recipe.latent_dim)
        self.history = self.run_folder.history()
        draw = pictures and placement.is_chief
        self.pictures = EpochPictures(self.run_folder, self.recipe) if draw else None
        self._step = self._compile()

    @property
    def variables(self) -> list[Any]:
        """All that a checkpoint holds, in order."""
        return [*self.model.variables, *self.optimizer.variables]

    def run(self) -> None:
        """Train to the end of the plan, or until stopped.

        Raises:
            KeyboardInterrupt: Ctrl-C; a checkpoint is written and the run can be heard and resumed.
            TrainingDivergedError: the loss became NaN or infinite.
        """
        self._restore()
        if self.counters.is_finished():
            self.reporter.note("this run is finished; there is nothing left to train")
            return
        first = self.counters.step
        rows = self.placement.rows(self.recipe.batch_size)
        batches = iter(training_batches(self.corpus, self.recipe, first_step=first, rows=rows))
        with Interruption() as interruption:
            self._saved = time.monotonic()
            asked = False
            while not self.counters.is_finished():
                started = time.monotonic()
                asked = self._one_step(next(batches), interruption.asked)
                self._account(time.monotonic() - started, started)
                if self.counters.step % self.epoch_steps == 0:
                    self._end_epoch()
                if asked:
                    break
            if not asked and self.counters.step % self.epoch_steps:
                self._end_epoch()  # a time budget seldom ends with an epoch
            self._finish()
        self.placement.meet()
        if asked:
            self.reporter.note(
                f"stopped after step {self.counters.step}; "
                f"musicvae train --resume --out {self.run_folder.path} goes on"
            )
            raise KeyboardInterrupt

    def _compile(self) -> Any:
        strategy, recipe = self.placement.strategy, self.recipe
        model, optimizer = self.model, self.optimizer

        def replica_step(
            audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor, votes: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor]:
            x = model.from_audio(audio)
            terms = train_step(
                model, x, optimizer, noise, beta, recipe.free_bits, recipe.gradient_norm
            )
            figures = tf.concat(
                [
                    terms.loss[None],
                    tf.reduce_mean(terms.reconstruction)[None],
                    tf.reduce_mean(terms.kl, axis=0),
                ],
                axis=0,
            )
            return figures, votes

        @tf.function
        def step(
            audio: Any, noise: Any, beta: tf.Tensor, votes: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor]:
            outcome = strategy.run(replica_step, args=(audio, noise, beta, votes))
            figures, heard = (
                strategy.reduce(tf.distribute.ReduceOp.MEAN, value, axis=None) for value in outcome
            )
            return figures, heard

        return step

    def _one_step(self, batch: dict[str, tf.Tensor], stop: bool) -> bool:
        """Do one step; true when any worker was asked to stop."""
        at = self.counters.step
        self.optimizer.learning_rate = learning_rate(self.recipe, at, self.counters.planned_steps)
        figures, heard = self._step(
            self.placement.spread(batch["audio"]),
            self.placement.spread(batch["noise"]),
            tf.constant(beta(self.recipe, at), tf.float32),
            # All workers must leave the loop at the same step and agree on the plan.
            tf.constant([float(stop), self.counters.timed_seconds], tf.float32),
        )
        values = figures.numpy().astype(np.float64)
        if not np.isfinite(values).all():
            raise self._diverged(at)
        self.averages.add(values)
        self.counters.step += 1
        elbo = values[1] - values[2:].sum()
        shown = {"ELBO": elbo, "reconstruction": values[1], "KL": values[2:].sum()}
        self.reporter.step(self.counters.step, self.counters.planned_steps, shown)
        votes = heard.numpy()
        if self.recipe.minutes is not None:
            self.counters.plan(float(votes[1]), self.recipe.minutes, self._longest)
        return bool(votes[0] > 0)

    @property
    def _longest(self) -> int:
        return self.recipe.epochs * self.epoch_steps

    def _account(self, seconds: float, now: float) -> None:
        self.counters.seconds += seconds
        if self.counters.step - 1 in TIMED:
            self.counters.timed_seconds += seconds / len(TIMED)
        if now - self._saved > self.checkpoint_seconds:
            self._save()

    def _end_epoch(self) -> None:
        started = time.monotonic()
        batches = test_batches(self.test_corpus, self.recipe)
        result = evaluate(self.model, batches, self.recipe)
        counters = self.counters
        row = {
            "epoch": -(-counters.step // self.epoch_steps),
            "step": counters.step,
            "seconds": round(counters.seconds, 1),
            **self.averages.take(),
            **asdict(result),
            "beta": beta(self.recipe, counters.step - 1),
            "learning_rate": float(self.optimizer.learning_rate.numpy()),
        }
        self.history.append(row)
        if counters.improved(result.test_objective) and self.placement.is_chief:
            checkpoint.save(self.run_folder.best, self.model.variables, {"step": counters.step})
        counters.stop_early(self.recipe.patience)
        counters.seconds += time.monotonic() - started
        if self.placement.is_chief:
            self.run_folder.write_history(self.history)
            if self.pictures is not None:
                self.pictures.draw(self.model, row)
        self.reporter.epoch(row)

    def _finish(self) -> None:
        """Leave a run that can be heard and exported, whether it is finished or was stopped."""
        self._save()
        if not self.placement.is_chief:
            return
        if not self.run_folder.best.is_file():
            checkpoint.save(
                self.run_folder.best, self.model.variables, {"step": self.counters.step}
            )
        checkpoint.restore(self.run_folder.best, self.model.variables)
        fit_latents(self.model, self.corpus, self.recipe).save(self.run_folder.latents)

    def _save(self) -> None:
        if self.placement.is_chief:
            counters = asdict(self.counters) | {"averages": self.averages.to_json()}
            checkpoint.save(self.run_folder.last, self.variables, counters)
        self._saved = time.monotonic()

    def _restore(self) -> None:
        if not self.run_folder.last.is_file():
            self.history = []
            return
        counters = checkpoint.restore(self.run_folder.last, self.variables)
        self.averages = Averages.from_json(counters.pop("averages"))
        self.counters = Counters(**counters)
        # Epochs after the checkpoint will be trained again, to the same result.
        self.history = [row for row in self.history if row["step"] <= self.counters.step]
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
            legal="finite loss and weights",
            received=f"learning_rate {self.recipe.learning_rate}",
            mend="start a new run with a lower learning_rate or a gradient_norm (--set NAME=VALUE)",
        )
