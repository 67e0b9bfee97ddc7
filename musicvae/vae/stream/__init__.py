"""The stream family: a sequence of latents decodes to one hop of sound each, without end."""

from __future__ import annotations

from musicvae.families import ModelFamily
from musicvae.vae.stream import fit, network, settings, trained

FAMILY = ModelFamily(
    "stream",
    "Causal and frame by frame, without end: for playing live.",
    network.build,
    fit=fit.fit,
    open=trained.TrainedStream.open,
    loss_settings=(
        *("scale", "mel_weight", "flux_weight", "level_weight", "fluctuation_weight"),
        *("shortest", "energy"),
    ),
    check=settings.check,
    step_bytes=settings.step_bytes,
)
