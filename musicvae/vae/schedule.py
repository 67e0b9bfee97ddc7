"""How the KL weight and the learning rate change over a run, as functions of the step alone."""

from __future__ import annotations

import math

from musicvae.recipes import Recipe

#: Steps over which the learning rate rises to its full value where it decays afterwards.
RISE = 20


def beta(recipe: Recipe, step: int) -> float:
    """Weight of the KL at a step: linear from 0 over the warm-up (Bowman et al. 2016)."""
    if not recipe.kl_warmup:
        return recipe.kl_weight
    return recipe.kl_weight * min(1.0, step / recipe.kl_warmup)


def learning_rate(recipe: Recipe, step: int, planned_steps: int) -> float:
    """Adam's learning rate at a step: constant, or a short rise and a cosine decay.

    (Loshchilov and Hutter 2017, without restarts.)
    """
    if recipe.final_learning_rate == 1.0:
        return recipe.learning_rate
    done = min(1.0, step / max(1, planned_steps))
    low = recipe.final_learning_rate
    level = low + (1 - low) * 0.5 * (1 + math.cos(math.pi * done))
    return recipe.learning_rate * level * min(1.0, (step + 1) / RISE)
