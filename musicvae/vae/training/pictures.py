"""What a run shows after each epoch: pictures of four fixed latents, and TensorBoard's records."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.audio import Sound
from musicvae.plots import save, waveforms
from musicvae.recipes import Recipe
from musicvae.vae.run.folder import Row, RunFolder

#: Latents that are decoded after each epoch, as the notebook did.
SHOWN = 4


class EpochPictures:
    """Draws the same latents after every epoch, so that one can watch the model learn.

    Args:
        run: where ``pictures/`` and, if TensorBoard is installed, ``tensorboard/`` go.
        recipe: gives the rate and the seed.
        dims: numbers that one clip is drawn from: the model's ``noise_dims``.
    """

    def __init__(self, run: RunFolder, recipe: Recipe, dims: int) -> None:
        self.run, self.rate = run, recipe.sample_rate
        generator = np.random.default_rng(recipe.seed)
        drawn = generator.standard_normal((SHOWN, dims))
        self.latents = tf.constant(drawn, tf.float32)
        folder = str(run.path / "tensorboard")
        self.writer = tf.summary.create_file_writer(folder) if find_spec("tensorboard") else None

    def draw(self, model: Any, row: Row) -> None:
        """Draw, and record what ``row`` says."""
        audio = model.to_audio(model.sample(self.latents)).numpy()
        epoch = row["epoch"]
        figure = waveforms(
            [Sound.of(samples, self.rate) for samples in audio],
            [f"epoch {epoch}, latents {number}" for number in range(1, SHOWN + 1)],
        )
        save(figure, self.run.pictures / f"epoch-{epoch:04d}.png")
        if self.writer is None:
            return
        with self.writer.as_default(step=row["step"]):
            for name, value in row.items():
                if name not in ("epoch", "step"):
                    tf.summary.scalar(name, value)
            tf.summary.audio("fixed latents", tf.clip_by_value(audio, -1, 1), self.rate, SHOWN)
            self.writer.flush()
