"""The trunk of a prior: a fast path that hears each step, and a slow one that hears eight at once.

::

    slow   8 steps joined → dense → blocks 1, 2, 4, 8, 16, 32 groups ago (12 s)     every 8th step
                                                    │ guides
    fast   step, proposal → dense → blocks 1, 2, 4, 8 steps ago (.4 s) → features   every step
                                                    │ guides
    conditions (genre, attributes) → dense ─────────┘ and the slow path

A group counts from the step after its last one. In training a crop is computed at once
(:meth:`Trunk.sequence`), and playing takes one step at a time (:meth:`Trunk.step`): the graph then
computes the slow path at each step, and keeps the result at every eighth.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from musicvae.vae.prior.layers import GuidedBlock, dense, leaky, run_blocks
from musicvae.vae.prior.settings import TwoPathSettings
from musicvae.vae.stream.layers import Memory


class Past(NamedTuple):
    """What a trunk remembers.

    Attributes:
        fast: the past of each fast block, float32 (..., dilation, width).
        slow: the past of each slow block.
        view: what the slow path last said, float32 (..., 1, slow_width).
        group: the last steps of the group that is not complete, float32 (..., group - 1, D).
        count: how many steps of it there are, float32 (..., 1, 1).
    """

    fast: list[tf.Tensor]
    slow: list[tf.Tensor]
    view: tf.Tensor
    group: tf.Tensor
    count: tf.Tensor


class Trunk(keras.layers.Layer):
    """Turns the past, and what is asked for, into features of the next step.

    Args:
        latent_dim: D.
        condition: C, numbers in a row of conditions, of which the last D + 1 are the proposal.
        settings: sizes.
    """

    def __init__(
        self, latent_dim: int, condition: int, settings: TwoPathSettings, **options: Any
    ) -> None:
        super().__init__(**options)
        s, self.settings, self.latent_dim = settings, settings, latent_dim
        self.asked = condition - latent_dim - 1
        self.embed = dense(self.asked, s.guide)
        self.enter = dense(2 * latent_dim + 1, s.width)
        self.gather = dense(s.group * latent_dim, s.slow_width)
        self.tell = dense(s.slow_width, s.guide)
        self.fast = [GuidedBlock(s.width, 2 * s.guide, d) for d in s.fast_dilations]
        self.slow = [GuidedBlock(s.slow_width, s.guide, d) for d in s.slow_dilations]
        self.built = True

    @property
    def memories(self) -> list[Memory]:
        """Shape of each part of a :class:`Past`, in its order."""
        s = self.settings
        blocks = [block.memory for block in (*self.fast, *self.slow)]
        return [*blocks, (1, s.slow_width), (s.group - 1, self.latent_dim), (1, 1)]

    @property
    def context(self) -> int:
        """Steps of the past that count."""
        return self.settings.group * (1 + sum(self.settings.slow_dilations))

    def start(self, *lead: int) -> Past:
        """What is remembered at the start: nothing."""
        return self.past([tf.zeros((*lead, *memory)) for memory in self.memories])

    def past(self, parts: list[tf.Tensor]) -> Past:
        """A :class:`Past` from its parts in the order of :attr:`memories`."""
        fast = len(self.fast)
        return Past(parts[:fast], parts[fast:-3], *parts[-3:])

    def sequence(
        self, heard: tf.Tensor, blurred: tf.Tensor, condition: tf.Tensor
    ) -> tuple[tf.Tensor, Past]:
        """Features of each step of a crop, from the start.

        Args:
            heard: the step before each step, float32 (batch, steps, D); steps is a multiple of the
                group.
            blurred: the same for the slow path, with noise.
            condition: float32 (batch, steps, C).

        Returns:
            float32 (batch, steps, width), and what is remembered then.
        """
        batch, steps, _ = heard.shape
        group, asked = self.settings.group, self._asked(condition)
        start = self.start(batch)
        joined = tf.reshape(blurred, (batch, steps // group, group * self.latent_dim))
        views, slow = run_blocks(
            self.slow, self.gather(joined), start.slow, asked[:, group - 1 :: group]
        )
        seen = tf.concat([start.view, views[:, :-1]], axis=1)
        x, fast = self._fast(heard, condition, asked, tf.repeat(seen, group, axis=1), start.fast)
        return x, Past(fast, slow, views[:, -1:], heard[:, -(group - 1) :], start.count)

    def near(self, heard: tf.Tensor, condition: tf.Tensor, past: Past) -> tuple[tf.Tensor, Past]:
        """Features of one step, float32 (..., 1, width), by the fast path alone."""
        asked = self._asked(condition)
        x, fast = self._fast(heard, condition, asked, past.view, past.fast)
        group = tf.concat([past.group[..., 1:, :], heard], axis=-2)
        return x, past._replace(fast=fast, group=group)

    def far(self, heard: tf.Tensor, condition: tf.Tensor, past: Past) -> Past:
        """What is remembered when ``heard`` was the last step of a group."""
        joined = tf.concat([past.group, heard], axis=-2)
        flat = tf.reshape(joined, (*joined.shape[:-2], 1, -1))
        view, slow = run_blocks(self.slow, self.gather(flat), past.slow, self._asked(condition))
        return past._replace(slow=slow, view=view)

    def step(self, heard: tf.Tensor, condition: tf.Tensor, past: Past) -> tuple[tf.Tensor, Past]:
        """Features of one step, float32 (..., 1, width), and what is remembered; for any step."""
        far = self.far(heard, condition, past)
        x, near = self.near(heard, condition, past)
        last = tf.cast(past.count > self.settings.group - 1.5, tf.float32)
        slow = [last * new + (1 - last) * old for new, old in zip(far.slow, past.slow, strict=True)]
        view = last * far.view + (1 - last) * past.view
        return x, near._replace(slow=slow, view=view, count=(past.count + 1) * (1 - last))

    def _asked(self, condition: tf.Tensor) -> tf.Tensor:
        return leaky(self.embed(condition[..., : self.asked]))

    def _fast(
        self,
        heard: tf.Tensor,
        condition: tf.Tensor,
        asked: tf.Tensor,
        view: tf.Tensor,
        pasts: list[tf.Tensor],
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        x = self.enter(tf.concat([heard, condition[..., self.asked :]], axis=-1))
        guide = tf.concat([asked, leaky(self.tell(view))], axis=-1)
        return run_blocks(self.fast, x, pasts, guide)
