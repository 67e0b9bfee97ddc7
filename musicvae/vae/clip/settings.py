"""Reads and checks the settings of the clip family, and estimates the memory that they need."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.errors import SettingError
from musicvae.recipes import Range, Recipe, read_settings, whole

#: Samples that the largest transform of the likelihood needs.
_SHORTEST = 2_048


@dataclass(frozen=True)
class ClipSettings:
    """The settings of the clip family, which ``Recipe.model`` may hold.

    Attributes:
        width: channels at the full frame rate; there are twice as many at the lower rates.
        fft: length of analysis and synthesis windows in samples.
        hop: samples per frame.
        bands: mel bands of the encoder's input.
        stages: layers that halve the frame rate, from the frames to the latent steps.
        scale: scale b of the likelihood; a smaller one gives closer reconstructions and a larger
            KL.
    """

    width: int = 128
    fft: int = 1024
    hop: int = 256
    bands: int = 96
    stages: int = 3
    scale: float = 0.2

    def steps(self, recipe: Recipe) -> int:
        """Number of latent steps of one clip.

        Raises:
            SettingError: the clip's length or the latents do not divide into steps.
        """
        step, shortest = self.hop * 2**self.stages, max(2 * self.fft, _SHORTEST)
        if recipe.samples % step or recipe.samples < shortest:
            nearest = max(-(-shortest // step), round(recipe.samples / step)) * step
            raise SettingError(
                "the clip's length does not divide into latent steps",
                expected=f"a multiple of {step} samples, at least {shortest}",
                received=recipe.samples,
                hint=f"samples={nearest}",
            )
        steps = recipe.samples // step
        if recipe.latent_dim % steps:
            raise SettingError(
                "the latents do not divide among the steps of a clip",
                expected=f"a multiple of {steps}: the clip has {steps} steps of {step} samples",
                received=f"latent_dim {recipe.latent_dim}",
                hint=f"latent_dim={max(1, round(recipe.latent_dim / steps)) * steps}",
            )
        return steps


#: The range of each setting.
_RANGES = {
    "width": whole(1, 4_096),
    "fft": whole(16, 8_192),
    "hop": whole(8, 4_096),
    "bands": whole(1, 1_024),
    "stages": whole(1, 8),
    "scale": Range(1e-6, 1e6),
}


def settings_of(recipe: Recipe) -> ClipSettings:
    """The clip family's settings in ``recipe.model``, checked together with the recipe.

    Raises:
        SettingError: a setting is unknown or out of range; windows do not overlap evenly; the clip
            or the latents do not divide into steps; the recipe is not mono, or has an adversarial
            phase.
    """
    settings = read_settings(ClipSettings, recipe, _RANGES)
    if recipe.channels != 1:
        raise SettingError(
            "the clip family is mono", expected="channels 1", received=recipe.channels
        )
    if recipe.adversarial:
        raise SettingError(
            "the clip family has no adversarial phase",
            expected="adversarial=0, or the family stream",
            received=recipe.adversarial,
        )
    fft, hop = settings.fft, settings.hop
    if fft % 2 or fft % hop or fft < 2 * hop:
        raise SettingError(
            "the windows of the synthesis do not overlap evenly",
            expected=f"model.hop {fft // 2}, or that divided by 2, 4, …; an even model.fft",
            received=f"model.hop {hop} with model.fft {fft}",
        )
    if settings.bands > fft // 2:
        raise SettingError(
            "there are more bands than frequencies",
            expected=f"model.bands from 1 to {fft // 2}, half of model.fft",
            received=settings.bands,
        )
    settings.steps(recipe)
    return settings


def check(recipe: Recipe) -> None:
    """Check a recipe of the clip family; raises ``SettingError`` as :func:`settings_of`."""
    settings_of(recipe)


def step_bytes(recipe: Recipe) -> float:
    """About how many bytes one training step needs besides its batch and TensorFlow itself.

    Measured steps, of widths 128 and 256 and with batches of 2 to 16, need up to a tenth more.
    """
    s = settings_of(recipe)
    weights = (80 * s.stages + 50) * s.width**2 + s.width * s.fft
    # Numbers that are kept for the gradient: for each frame of the networks, and for each sample of
    # the spectra that the likelihood compares.
    kept = recipe.samples * ((12 * s.width + 4 * s.fft) / s.hop + 50)
    # Weights, gradients, and Adam's two averages.
    return 4.0 * (4 * weights + recipe.batch_size * kept)
