"""Lets a model go on by itself, and tells how far from the music that leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.latents.arrays import Float32
from musicvae.latents.form import Form
from musicvae.vae.prior.material import Material
from musicvae.vae.prior.model import PriorModel

#: Rollouts that are made at once, and the length of each in seconds; half of it is compared with
#: the music and the later half with it too, so that drift counts.
COUNT, SECONDS = 16, 30.0
#: Seconds of unheard music that each goes on from.
OPENING = 6.0


class Rollouts:
    """Compares rollouts of a model with unheard tracks, and with the training tracks.

    Args:
        model: which is rolled out with the weights that it has then.
        material: gives the music: openings from test tracks, where there are any.
        seed: of the noise, and of the choice of openings.
        count: rollouts.
        seconds: length of each.
    """

    def __init__(
        self, model: PriorModel, material: Material, seed: int, count: int = COUNT,
        seconds: float = SECONDS,
    ) -> None:  # fmt: skip
        self._model, rate = model, material.space.rate
        side = material.indices(held_out=True)
        side = side if len(side) else material.indices(held_out=False)
        self._random = seed
        chosen = np.random.default_rng([seed, 1]).choice(side, count, replace=count > len(side))
        opening = max(1, round(OPENING * rate))
        self._openings = np.stack(
            [np.resize(material.track(int(i))[:opening], (opening, material.space.latent_dim))
             for i in chosen]
        )  # fmt: skip
        genres = np.eye(len(material.genres), dtype=np.float32)[material.genre[chosen]]
        width = len(material.genres) + 2 * len(material.attributes) + material.space.latent_dim + 1
        self._condition = np.zeros((count, 1, width), np.float32)
        self._condition[:, 0, : genres.shape[1]] = genres
        self._steps, self._rate = max(round(3.5 * rate), round(seconds * rate)), rate
        music = [one for one in material.sequences(held_out=True) if len(one) >= 3.5 * rate]
        self.music = Form.of(music or material.sequences(held_out=False), rate)
        self._advance = tf.function(model.advance, autograph=False)

    def make(self) -> Float32:
        """Rollouts with the present weights, float32 (count, steps, D), without the openings."""
        random = np.random.default_rng([self._random, 2])
        count, opening, D = self._openings.shape
        state = tf.zeros((count, 1, self._model.state_size))
        condition = tf.constant(self._condition)
        latent = tf.zeros((count, 1, D))
        made = np.empty((count, self._steps, D), np.float32)
        for step in range(opening + self._steps):
            if step < opening + 1 and step > 0:
                latent = tf.constant(self._openings[:, step - 1 : step])
            noise = random.standard_normal((count, 1, self._model.noise), np.float32)
            latent, _, state = self._advance(latent, condition, tf.constant(noise), state)
            if step >= opening:
                made[:, step - opening] = latent.numpy()[:, 0]
        return made

    def judge(self) -> Mapping[str, float]:
        """Figures of rollouts with the present weights.

        Returns:
            ``form``, the distance from the music, which the choice goes by; its four parts; the
            share of the spread that is there at the beginning and at the end; infinite distances
            where a rollout is not finite.
        """
        made = self.make()
        if not np.isfinite(made).all():
            return {"form": float("inf")}
        half = made.shape[1] // 2
        late = made[:, half:] if half >= 3.2 * self._rate else made
        forms = [Form.of(list(part), self._rate) for part in (made, late)]
        distances = [self.music.distance(form) for form in forms]
        parts = self.music.distances(forms[0])
        shares = [
            float((part.std(axis=(0, 1)) / self.music.spread).mean())
            for part in (made[:, :half], late)
        ]
        return {
            "form": 0.5 * sum(distances), **parts, "early_spread": shares[0],
            "late_spread": shares[1],
        }  # fmt: skip


def flatten(values: Mapping[str, Any]) -> str:
    """Figures as text for a line of progress."""
    return "  ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in values.items())
