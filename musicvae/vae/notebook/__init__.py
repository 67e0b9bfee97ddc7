"""The family ``notebook``: the network of the notebook that this project began as, unchanged.

A clip is one row of 90 001 samples, so the convolutions see *one* step with 90 001 channels: they
are in fact dense layers, and instance norm over a single step leaves only its own offset. The
cross-entropy treats samples of ±1 as probabilities, so that it has no lower bound. Both faults are
kept, so that the results of the notebook can be reproduced; ``musicvae.vae.clip.network`` repairs
them.
"""

from __future__ import annotations

from typing import Any

from musicvae.errors import SettingError
from musicvae.families import ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run.prepared import Prepared


def check(recipe: Recipe) -> None:
    """Check a recipe of this family.

    Raises:
        SettingError: it is not mono, has settings of a model, or an adversarial phase.
    """
    if recipe.channels != 1 or recipe.model:
        raise SettingError(
            "the notebook's network is mono and has no settings of its own",
            expected="channels 1, model {}",
            received=f"channels {recipe.channels}, model {dict(recipe.model)}",
        )
    if recipe.adversarial:
        raise SettingError(
            "the notebook's network has no adversarial phase",
            expected="adversarial 0",
            received=recipe.adversarial,
        )


def step_bytes(recipe: Recipe) -> float:
    """About how many bytes one training step needs besides its batch and TensorFlow itself."""
    # The first and the last layer hold nearly all weights: 64 for each sample of a clip.
    weights = 2 * 64 * recipe.samples
    # Weights, gradients, Adam's two averages; and some copies of each clip for the gradient.
    return 4.0 * (4 * weights + recipe.batch_size * 8 * recipe.samples)


def _build(recipe: Recipe) -> Any:
    from musicvae.vae.notebook.network import build

    return build(recipe)


def _fit(vae: Any, prepared: Prepared) -> None:
    from musicvae.vae.clip.fit import fit

    fit(vae, prepared)


FAMILY = ModelFamily(
    "notebook",
    "The notebook's network: one row of 90 001 samples.",
    _build,
    fit=_fit,
    open=TrainedModel.open,
    check=check,
    step_bytes=step_bytes,
)
