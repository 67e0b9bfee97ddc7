"""The two phases of a training, each one optimiser step at a time.

*elbo* follows the negative ELBO with all weights. *adversarial*, for families whose decoder makes
sound directly, leaves the encoder as it is and teaches the decoder against critics besides: what
spectral distances cannot tell from the original, critics learn to tell.

A phase's ``step`` takes one replica's audio and noise and returns the figures of its batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.recipes import Recipe
from musicvae.vae.losses import ElboTerms, elbo_terms
from musicvae.vae.training.critics import Critics, critics_loss, deception_loss, feature_matching
from musicvae.vae.training.optimisation import make_optimizer, train_step

#: Weights of the decoder's losses in the adversarial phase, relative to one unit of the
#: likelihood's distance.
DECEPTION, MATCHING = 0.1, 1.0

Step = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], dict[str, tf.Tensor]]


class ElboPhase:
    """Every weight follows the negative ELBO.

    Args:
        model: a CVAE.
        recipe: its recipe.
        frozen: parts of the model that keep their weights: ``"encoder"``, ``"decoder"``.
    """

    name = "elbo"
    #: Learning rate, relative to the recipe's.
    pace = 1.0

    def __init__(self, model: Any, recipe: Recipe, frozen: tuple[str, ...] = ()) -> None:
        self.model, self.recipe = model, recipe
        self.optimizer = make_optimizer(recipe)
        still = {id(v) for part in frozen for v in getattr(model, part).trainable_variables}
        self.weights = [v for v in model.trainable_variables if id(v) not in still]
        self.optimizer.build(self.weights)
        self.optimizers = [self.optimizer]
        self.variables: list[Any] = list(self.optimizer.variables)

    def step(self, audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor) -> dict[str, tf.Tensor]:
        """One optimiser step on one replica's part of the batch."""
        model, recipe = self.model, self.recipe
        terms = train_step(
            model,
            model.from_audio(audio),
            self.optimizer,
            noise,
            beta,
            recipe.free_bits,
            recipe.gradient_norm,
            self.weights,
        )
        return figures_of(terms)


class AdversarialPhase:
    """The decoder learns against critics; the encoder keeps its weights.

    Args:
        model: a CVAE whose decoder makes sound, aligned by ``likelihood.aligned``.
        recipe: its recipe.

    Raises:
        SettingError: the family's likelihood cannot say which samples belong together.
    """

    name = "adversarial"
    pace = 0.2

    def __init__(self, model: Any, recipe: Recipe) -> None:
        if not hasattr(model.likelihood, "aligned"):
            raise SettingError(
                "this model family has no adversarial phase",
                expected="adversarial=0, or the family stream",
                received=f"family {recipe.family}, adversarial {recipe.adversarial}",
            )
        self.model, self.recipe = model, recipe
        self.critics = Critics(model.likelihood.ffts)
        self.weights = list(model.decoder.trainable_variables)
        self.optimizer, self.critics_optimizer = make_optimizer(recipe), make_optimizer(recipe)
        # Little momentum, as the two chase each other (Radford et al. 2016).
        for optimizer in self.optimizers:
            optimizer.beta_1 = 0.5
        self.optimizer.build(self.weights)
        self.critics_optimizer.build(self.critics.trainable_variables)
        self.variables: list[Any] = [
            *self.critics.variables,
            *self.optimizer.variables,
            *self.critics_optimizer.variables,
        ]

    @property
    def optimizers(self) -> list[Any]:
        """Those whose learning rate the schedule sets."""
        return [self.optimizer, self.critics_optimizer]

    def step(self, audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor) -> dict[str, tf.Tensor]:
        """One step of the decoder and one of the critics, on one replica's part of the batch."""
        model, critics = self.model, self.critics
        replicas = tf.distribute.get_replica_context().num_replicas_in_sync
        unit = model.likelihood.features / model.likelihood.scale
        x = model.from_audio(audio)
        with tf.GradientTape() as tape:
            terms = elbo_terms(model, x, noise, beta, self.recipe.free_bits, training=True)
            real, made = model.likelihood.aligned(x, terms.decoded)
            of_real, of_made = critics(real), critics(made)
            deception = deception_loss(of_made)
            matching = feature_matching(of_real, of_made)
            wanted = terms.loss + unit * (DECEPTION * deception + MATCHING * matching)
            share = wanted / replicas
        gradients = tape.gradient(share, self.weights)
        with tf.GradientTape() as tape:
            judged = critics_loss(critics(real), critics(tf.stop_gradient(made)))
            share = judged / replicas
        against = tape.gradient(share, critics.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.weights, strict=True))
        self.critics_optimizer.apply_gradients(
            zip(against, critics.trainable_variables, strict=True)
        )
        return figures_of(terms) | {
            "deception": deception,
            "feature_matching": matching,
            "critics": judged,
        }


def figures_of(terms: ElboTerms) -> dict[str, tf.Tensor]:
    """Means over one replica's rows: scalars, and ``kl`` of each latent, (D,)."""
    return {
        "loss": terms.loss,
        "reconstruction": tf.reduce_mean(terms.reconstruction),
        "kl": tf.reduce_mean(terms.kl, axis=0),
        **{name: tf.reduce_mean(value) for name, value in terms.distances.items()},
    }


def compiled(phase: Any, strategy: Any) -> Any:
    """A function (audio, noise, beta, votes) -> (figures, votes), means over all replicas."""
    jit = phase.model.compiled and strategy.num_replicas_in_sync == 1
    # Replicas meet inside a step, which they cannot where XLA compiles it.
    one = tf.function(phase.step, jit_compile=True) if jit else phase.step

    def replica_step(audio: Any, noise: Any, beta: Any, votes: Any) -> Any:
        return one(audio, noise, beta), votes

    @tf.function
    def step(audio: Any, noise: Any, beta: tf.Tensor, votes: tf.Tensor) -> Any:
        figures, heard = strategy.run(replica_step, args=(audio, noise, beta, votes))
        mean = tf.distribute.ReduceOp.MEAN
        reduced = {name: strategy.reduce(mean, value, axis=None) for name, value in figures.items()}
        return reduced, strategy.reduce(mean, heard, axis=None)

    return step
