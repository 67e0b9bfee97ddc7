"""The contract of a prior's model, and the two-path models that keep it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import keras
import tensorflow as tf

from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.scores import rollout_score
from musicvae.vae.prior.settings import TwoPathSettings
from musicvae.vae.prior.trunk import Past, Trunk


class Crops(NamedTuple):
    """A batch to learn from.

    Attributes:
        latents: float32 (batch, steps, D).
        condition: what is asked for at each step, float32 (batch, steps, C).
        seed: of all noise that is drawn, int32 (2,).
    """

    latents: tf.Tensor
    condition: tf.Tensor
    seed: tf.Tensor


class PriorModel(Protocol):
    """What training and export ask of a prior's model; a plug-in's keeps this contract.

    Attributes:
        noise: N, standard-normal numbers that a step needs.
        context: steps of the past that count.
        state_size: S, numbers that it remembers.
        unit: crops and rollouts are whole multiples of so many steps.
    """

    noise: int
    context: int
    state_size: int
    unit: int

    @property
    def variables(self) -> Sequence[Any]:
        """All its Keras variables, in an order that depends on the settings alone."""

    @property
    def trainable_variables(self) -> Sequence[Any]:
        """Those that training changes."""

    def loss(self, crops: Crops) -> tf.Tensor:
        """What the first phase reduces, a scalar; computed from crops at once."""

    def rollout_loss(self, crops: Crops) -> tf.Tensor | None:
        """What the second phase reduces, from rollouts; ``None`` where there is no such phase."""

    def advance(
        self, latent: tf.Tensor, condition: tf.Tensor, noise: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """One step, with any axes in front.

        Args:
            latent: the step that was heard, float32 (..., 1, D).
            condition: float32 (..., 1, C).
            noise: float32 (..., 1, N).
            state: float32 (..., 1, S), zeros at the start.

        Returns:
            The next step, float32 (..., 1, D), within the bounds of the music; the surprise of
            ``latent``, float32 (..., 1, 1); the next state.
        """


class TwoPathPrior(keras.layers.Layer):
    """A trunk of two paths with a head; see :class:`PriorModel`.

    Args:
        outline: what is known of the latents.
        settings: sizes.
        head: class of the head.
        rolls: whether the second phase trains by rollouts, which needs a head whose samples have
            gradients.
    """

    def __init__(
        self, outline: Outline, settings: TwoPathSettings, head: Any, rolls: bool, **options: Any
    ) -> None:
        super().__init__(**options)
        self.settings, self.rolls = settings, rolls
        self.trunk = Trunk(outline.latent_dim, outline.condition_size, settings)
        self.head = head(outline, settings)
        self.noise, self.context, self.unit = self.head.noise, self.trunk.context, settings.group
        self._low, self._high = (tf.constant(bound) for bound in outline.bounds)
        self._shapes = [*self.trunk.memories, (1, self.head.expected_size)]
        self.state_size = sum(math.prod(shape) for shape in self._shapes)
        self.built = True

    def loss(self, crops: Crops) -> tf.Tensor:
        """See :class:`PriorModel`."""
        heard = _late(crops.latents)
        x, _ = self.trunk.sequence(heard, self._blurred(heard, crops.seed), crops.condition)
        seed = tf.random.experimental.stateless_fold_in(crops.seed, 2)
        return self.head.loss(x, heard, crops.latents, seed)

    def rollout_loss(self, crops: Crops) -> tf.Tensor | None:
        """See :class:`PriorModel`: two rollouts of each crop's end go on from its beginning."""
        if not self.rolls:
            return None
        steps = self.settings.rollout
        before, after = crops.latents[:, :-steps], crops.latents[:, -steps:]
        heard, asked = _late(before), crops.condition
        _, past = self.trunk.sequence(heard, self._blurred(heard, crops.seed), asked[:, :-steps])
        # What came before is not what this phase changes, and its gradients would take long.
        past = tf.nest.map_structure(lambda x: tf.stop_gradient(tf.concat([x, x], 0)), past)
        condition = tf.concat([asked[:, -steps:]] * 2, axis=0)
        last = tf.concat([before[:, -1:]] * 2, axis=0)
        seed = tf.random.experimental.stateless_fold_in(crops.seed, 3)
        noise = tf.random.stateless_normal((last.shape[0], steps, self.noise), seed)
        rolled = self._roll(last, condition, noise, past)
        draws = tf.reshape(rolled, (2, *after.shape))
        return rollout_score(draws, after, self.settings.group)

    def advance(
        self, latent: tf.Tensor, condition: tf.Tensor, noise: tf.Tensor, state: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """See :class:`PriorModel`."""
        *parts, expected = self._unpack(state)
        surprise = self.head.surprise(expected, latent)
        x, past = self.trunk.step(latent, condition, self.trunk.past(parts))
        following = self._bounded(self.head.draw(x, latent, noise))
        return following, surprise, self._pack([*_parts(past), self.head.expect(x, latent)])

    def _roll(
        self, latent: tf.Tensor, condition: tf.Tensor, noise: tf.Tensor, past: Past
    ) -> tf.Tensor:
        """Go on by itself, float32 (batch, steps, D); a group begins with the first step.

        Groups are steps of a loop in the graph: unrolled, it would take minutes to be built.
        """
        group, (batch, steps, _) = self.settings.group, condition.shape
        parts = [_grouped(rows, group) for rows in (condition, noise)]
        first = (tf.zeros((batch, group, latent.shape[-1])), latent, past)

        def go_on(carried: Any, rows: Any) -> Any:
            return self._roll_group(carried[1], rows[0], rows[1], carried[2])

        rolled, _, _ = tf.scan(go_on, tuple(parts), first)
        return tf.reshape(tf.transpose(rolled, (1, 0, 2, 3)), (batch, steps, latent.shape[-1]))

    def _roll_group(
        self, latent: tf.Tensor, condition: tf.Tensor, noise: tf.Tensor, past: Past
    ) -> tuple[tf.Tensor, tf.Tensor, Past]:
        """Go on by itself for one group; the group, its last step, and what is remembered."""
        rolled, group = [], self.settings.group
        for step in range(group):
            asked = condition[:, step : step + 1]
            x, near = self.trunk.near(latent, asked, past)
            past = self.trunk.far(latent, asked, past) if step == group - 1 else past
            past = near._replace(slow=past.slow, view=past.view)
            drawn = self.head.draw(x, latent, noise[:, step : step + 1])
            # Bounded, with the gradient of what is not.
            latent = drawn + tf.stop_gradient(self._bounded(drawn) - drawn)
            rolled.append(latent)
        return tf.concat(rolled, axis=1), latent, past

    def _blurred(self, heard: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Crops with noise, of another level for each, float32 (batch, steps, D)."""
        levels, noise = (tf.random.experimental.stateless_fold_in(seed, fold) for fold in (0, 1))
        level = tf.random.stateless_uniform((heard.shape[0], 1, 1), levels, 0.0, self.settings.blur)
        return heard + level * tf.random.stateless_normal(heard.shape, noise)

    def _bounded(self, latent: tf.Tensor) -> tf.Tensor:
        return tf.minimum(tf.maximum(latent, self._low), self._high)

    def _unpack(self, state: tf.Tensor) -> list[tf.Tensor]:
        lead = state.shape[:-2]
        parts = tf.split(state, [math.prod(shape) for shape in self._shapes], axis=-1)
        shaped = zip(parts, self._shapes, strict=True)
        return [tf.reshape(part, (*lead, *shape)) for part, shape in shaped]

    def _pack(self, parts: list[tf.Tensor]) -> tf.Tensor:
        lead = parts[-1].shape[:-2]
        return tf.concat([tf.reshape(part, (*lead, 1, -1)) for part in parts], axis=-1)


def _grouped(rows: tf.Tensor, group: int) -> tf.Tensor:
    """(batch, steps, width) as groups, the first axis: (steps / group, batch, group, width)."""
    batch, steps, width = rows.shape
    return tf.transpose(tf.reshape(rows, (batch, steps // group, group, width)), (1, 0, 2, 3))


def _late(latents: tf.Tensor) -> tf.Tensor:
    """The step before each step, zeros before the first; float32 (batch, steps, D)."""
    return tf.pad(latents[:, :-1], ((0, 0), (1, 0), (0, 0)))


def _parts(past: Past) -> list[tf.Tensor]:
    """The parts of a past in the order of the trunk's memories."""
    return [*past.fast, *past.slow, past.view, past.group, past.count]
