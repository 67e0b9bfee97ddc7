"""The two phases of a training, each of which does one optimiser step at a time.

*elbo* follows the negative ELBO with all weights. *adversarial*, for families whose decoder makes
sound directly, keeps the encoder as it is and also trains the decoder against critics, which learn
to hear differences from the original that spectral distances do not measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.losses import ElboTerms, elbo_terms
from musicvae.vae.training.critics import Critics, critics_loss, deception_loss, feature_matching
from musicvae.vae.training.optimisation import make_optimizer, train_step

#: Weights of the decoder's two losses against the critics, where the unit is the likelihood's
#: distance.
DECEPTION, MATCHING = 0.1, 1.0


class Phase(Protocol):
    """The interface of a phase of training.

    Attributes:
        name: for people.
        pace: learning rate, relative to the recipe's.
        model: the model that is trained.
        optimizers: those whose learning rate the schedule sets.
        variables: the variables that a checkpoint holds besides the model's own variables.
        whole: whether XLA may compile the step as a whole.
    """

    name: str
    pace: float
    whole: bool
    model: CVAE
    optimizers: Sequence[Any]
    variables: Sequence[Any]

    def step(self, audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor) -> dict[str, tf.Tensor]:
        """Do one optimiser step on one replica's part of the batch.

        Args:
            audio: float32 (rows, samples, channels), full scale ±1.
            noise: standard normal, float32 (rows, ``model.noise_dims``).
            beta: weight of the KL, float32 scalar.

        Returns:
            The figures of the batch, see :func:`figures_of`.
        """


def make_phases(model: CVAE, recipe: Recipe, frozen: tuple[str, ...] = ()) -> list[Phase]:
    """The phases of a training, in order.

    Args:
        model: a CVAE.
        recipe: its recipe.
        frozen: parts of the model that keep their weights.

    Raises:
        SettingError: the recipe asks for a phase that the model's family does not have.
    """
    phases: list[Phase] = [ElboPhase(model, recipe, frozen)]
    if recipe.adversarial:
        phases.append(AdversarialPhase(model, recipe))
    return phases


class ElboPhase:
    """Trains every weight that is not frozen, by the gradient of the negative ELBO.

    Args:
        model: a CVAE.
        recipe: its recipe.
        frozen: parts of the model that keep their weights: ``"encoder"``, ``"decoder"``.
    """

    name = "elbo"
    pace = 1.0
    whole = True

    def __init__(self, model: CVAE, recipe: Recipe, frozen: tuple[str, ...] = ()) -> None:
        self.model, self.recipe = model, recipe
        self.optimizer = make_optimizer(recipe)
        kept = {id(v) for part in frozen for v in getattr(model, part).trainable_variables}
        self.weights = [v for v in model.trainable_variables if id(v) not in kept]
        self.optimizer.build(self.weights)
        self.optimizers: Sequence[Any] = [self.optimizer]
        self.variables: Sequence[Any] = list(self.optimizer.variables)

    def step(self, audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor) -> dict[str, tf.Tensor]:
        """Do one step of all weights; float32 arguments, shapes as in :meth:`Phase.step`."""
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
        model: a CVAE whose decoder makes sound, and whose likelihood has a method ``aligned`` that
            puts original and decoded sound side by side, and the sizes ``ffts`` of its transforms.
        recipe: its recipe.

    Raises:
        SettingError: the family's likelihood has no such method.
    """

    name = "adversarial"
    pace = 0.2
    #: XLA's convolutions of images are slow on CPUs: it compiles the rest alone.
    whole = False

    def __init__(self, model: Any, recipe: Recipe) -> None:
        if not hasattr(model.likelihood, "aligned"):
            raise SettingError(
                "this model family has no adversarial phase",
                expected="adversarial=0, or the family stream",
                received=f"family {recipe.family}, adversarial {recipe.adversarial}",
            )
        self.model, self.recipe = model, recipe
        self.critics = Critics(model.likelihood.ffts[-3:])
        self.weights = list(model.decoder.trainable_variables)
        self._terms = fast(self._aligned, model, tf.distribute.get_strategy())
        self.optimizer, self.critics_optimizer = make_optimizer(recipe), make_optimizer(recipe)
        self.optimizers: Sequence[Any] = [self.optimizer, self.critics_optimizer]
        # Little momentum, as the two chase each other (Radford et al. 2016).
        for optimizer in self.optimizers:
            optimizer.beta_1 = 0.5
        self.optimizer.build(self.weights)
        self.critics_optimizer.build(self.critics.trainable_variables)
        self.variables: Sequence[Any] = [
            *self.critics.variables,
            *self.optimizer.variables,
            *self.critics_optimizer.variables,
        ]

    def step(self, audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor) -> dict[str, tf.Tensor]:
        """Do one step of the decoder and one of the critics; see :meth:`Phase.step`.

        Returns:
            Besides :func:`figures_of`, the losses ``deception``, ``feature_matching`` and
            ``critics``, float32 scalars.
        """
        critics, likelihood = self.critics, self.model.likelihood
        replicas = tf.distribute.get_replica_context().num_replicas_in_sync
        unit = likelihood.features / likelihood.scale
        sides = noise[:, 0] > 0.0  # by chance: half of the signals at half of the cost
        with tf.GradientTape(persistent=True) as tape:
            terms, real, made = self._terms(audio, noise, beta)
            of_real, of_made = critics(real, sides), critics(made, sides)
            deception = deception_loss(of_made)
            matching = feature_matching(of_real, of_made)
            wanted = terms.loss + unit * (DECEPTION * deception + MATCHING * matching)
            judged = critics_loss(of_real, of_made)
            shares = wanted / replicas, judged / replicas
        gradients = tape.gradient(shares[0], self.weights)
        against = tape.gradient(shares[1], critics.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.weights, strict=True))
        self.critics_optimizer.apply_gradients(
            zip(against, critics.trainable_variables, strict=True)
        )
        return figures_of(terms) | {
            "deception": deception,
            "feature_matching": matching,
            "critics": judged,
        }

    def _aligned(
        self, audio: tf.Tensor, noise: tf.Tensor, beta: tf.Tensor
    ) -> tuple[ElboTerms, tf.Tensor, tf.Tensor]:
        """The terms of the ELBO, and the original and the decoded sound side by side."""
        x = self.model.from_audio(audio)
        terms = elbo_terms(self.model, x, noise, beta, self.recipe.free_bits, training=True)
        return (terms, *self.model.likelihood.aligned(x, terms.decoded))


def figures_of(terms: ElboTerms) -> dict[str, tf.Tensor]:
    """Means over the rows of one replica.

    Returns:
        ``loss`` and ``reconstruction``, float32 scalars in nats; ``kl`` of each latent, float32
        (D,), in nats; and the likelihood's distances by name, float32 scalars.
    """
    return {
        "loss": terms.loss,
        "reconstruction": tf.reduce_mean(terms.reconstruction),
        "kl": tf.reduce_mean(terms.kl, axis=0),
        **{name: tf.reduce_mean(value) for name, value in terms.distances.items()},
    }


def fast(function: Any, model: CVAE, strategy: tf.distribute.Strategy) -> Any:
    """A function that XLA compiles, where that is faster for the model, and possible.

    Replicas meet inside a step, which they cannot where XLA compiles it.
    """
    alone = strategy.num_replicas_in_sync == 1
    return tf.function(function, jit_compile=True) if model.compiled and alone else function


def compiled(phase: Phase, strategy: tf.distribute.Strategy) -> Any:
    """The step of a phase as a function of all replicas.

    Returns:
        A function of (audio, noise, beta, votes) to (figures, votes). Audio and noise are one value
        for each replica; ``votes`` is float64 (n,), numbers of this process. The returned figures
        and votes are means over all replicas.
    """
    one = fast(phase.step, phase.model, strategy) if phase.whole else phase.step

    def replica_step(audio: Any, noise: Any, beta: Any, votes: Any) -> Any:
        return one(audio, noise, beta), votes

    @tf.function
    def step(audio: Any, noise: Any, beta: tf.Tensor, votes: tf.Tensor) -> Any:
        figures, gathered = strategy.run(replica_step, args=(audio, noise, beta, votes))
        mean = tf.distribute.ReduceOp.MEAN
        reduced = {name: strategy.reduce(mean, value, axis=None) for name, value in figures.items()}
        return reduced, strategy.reduce(mean, gathered, axis=None)

    return step
