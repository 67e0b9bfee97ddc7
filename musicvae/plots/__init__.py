"""Pictures of sounds and of training, each a matplotlib ``Figure``.

    waveforms        several sounds over time
    spectrograms     their log-mel spectrograms
    side_by_side     originals beside their reconstructions, with the distance of each pair
    latent_usage     how much each latent tells the decoder
    training_curves  ELBO, reconstruction, KL and active latents, epoch by epoch
    save             any of them as a PNG, whole or not at all

They use matplotlib's object interface only, so they need no display, leave no open figure behind
and may be drawn on any thread. A notebook shows them without ``%matplotlib inline``. matplotlib
itself is imported when the first picture is made; it comes with the extra ``train``.
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
