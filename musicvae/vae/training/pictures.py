"""Draws pictures of four fixed latents after each epoch, and writes records for TensorBoard."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import tensorflow as tf

from musicvae.audio import Sound
from musicvae.plots import save, waveforms
from musicvae.recipes import Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.run.folder import Row, RunFolder

#: Number of latent vectors that are decoded after each epoch, as in the notebook.
SHOWN = 4


class EpochPictures:
    """Decodes the same latents after every epoch, so that one can watch the model learn.

    Args:
        run: the run folder, in which ``pictures/`` and, if TensorBoard is installed,
            ``tensorboard/`` are made.
        recipe: gives the sample rate and the seed of the latents.
        dims: numbers of noise that a clip is made from, the model's ``noise_dims``.
    """

    def __init__(self, run: RunFolder, recipe: Recipe, dims: int) -> None:
        self.run, self.rate = run, recipe.sample_rate
        generator = np.random.default_rng(recipe.seed)
        drawn = generator.standard_normal((SHOWN, dims))
        self.latents = tf.constant(drawn, tf.float32)
        folder = str(run.path / "tensorboard")
        self.writer = tf.summary.create_file_writer(folder) if find_spec("tensorboard") else None

    def draw(self, model: CVAE, row: Row) -> None:
        """Draw one epoch.

        Args:
            model: a :class:`musicvae.vae.cvae.CVAE`.
            row: the epoch's row of the history; its numbers go to TensorBoard.
        """
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
            sounds = tf.clip_by_value(audio, -1, 1)
            tf.summary.audio("fixed latents", sounds, self.rate, max_outputs=SHOWN)
            self.writer.flush()
