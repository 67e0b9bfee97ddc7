"""The stream family: a sequence of latents decodes to one hop of sound each, without end."""

from __future__ import annotations

from typing import Any

from musicvae.families import ModelFamily
from musicvae.recipes import Recipe
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.stream import settings, trained


def _build(recipe: Recipe) -> Any:
    from musicvae.vae.stream.network import build

    return build(recipe)


def _fit(vae: Any, prepared: Prepared) -> None:
    from musicvae.vae.stream.fit import fit

    fit(vae, prepared)


FAMILY = ModelFamily(
    "stream",
    "Causal and frame by frame, without end: for playing live.",
    _build,
    fit=_fit,
    open=trained.TrainedStream.open,
    loss_settings=(
        *("scale", "mel_weight", "flux_weight", "level_weight", "fluctuation_weight"),
        *("shortest", "energy"),
    ),
    check=settings.check,
    step_bytes=settings.step_bytes,
)
