"""The clip family: one latent vector decodes to a whole clip of sound."""

from __future__ import annotations

from musicvae.families import ModelFamily
from musicvae.vae.clip import fit, network, settings, trained

FAMILY = ModelFamily(
    "clip",
    "Convolutions over time, spectral likelihood, Fourier head.",
    network.build,
    fit=fit.fit,
    open=trained.TrainedModel.open,
    check=settings.check,
    step_bytes=settings.step_bytes,
)
