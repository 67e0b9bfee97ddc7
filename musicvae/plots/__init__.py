"""Draws sounds and the course of a training, as matplotlib figures.

    waveforms        several sounds over time
    spectrograms     their log-mel spectrograms
    side_by_side     originals beside their reconstructions, with the distance of each pair
    latent_usage     the KL divergence of each latent
    training_curves  ELBO, reconstruction, KL and active latents, epoch by epoch
    save             writes any of them as a PNG file, whole or not at all

Only matplotlib's object interface is used: no display is needed, no figure stays open, and any
thread may draw. A notebook shows a figure without ``%matplotlib inline``. matplotlib is imported
when the first picture is made; the extra ``train`` installs it.
"""

from musicvae.plots.latents import latent_usage
from musicvae.plots.sounds import side_by_side, spectrograms, waveforms
from musicvae.plots.style import save
from musicvae.plots.training import training_curves

__all__ = [
    "latent_usage",
    "save",
    "side_by_side",
    "spectrograms",
    "training_curves",
    "waveforms",
]
