"""The clip family: one latent vector decodes to a whole clip of sound."""

from __future__ import annotations

from typing import Any

from musicvae.families import ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.clip import settings, trained
from musicvae.vae.run.prepared import Prepared


def _build(recipe: Recipe) -> Any:
    from musicvae.vae.clip.network import build

    return build(recipe)


def _fit(vae: Any, prepared: Prepared) -> None:
    from musicvae.vae.clip.fit import fit

    fit(vae, prepared)


FAMILY = ModelFamily(
    "clip",
    "Convolutions over time, spectral likelihood, Fourier head.",
    _build,
    fit=_fit,
    open=trained.TrainedModel.open,
    check=settings.check,
    step_bytes=settings.step_bytes,
)
