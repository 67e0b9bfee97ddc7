"""Fits the basis of standardised latents when the training of a clip model ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.data.corpus import Corpus
from musicvae.data.crops import fixed_crops, read_crops
from musicvae.recipes import Recipe
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.prepared import Prepared

#: Largest number of clips that the basis is fitted to, and how many are encoded at once.
CLIPS, BATCH = 1024, 16


def fit_latents(model: Any, prepared: Prepared) -> None:
    """Write the basis of standardised latents, fitted to clips of the training tracks.

    Args:
        model: the trained :class:`musicvae.vae.cvae.CVAE`.
        prepared: its run folder, recipe and tracks.
    """
    if "encoder" in prepared.frozen:  # latents of the same encoder keep their meaning
        basis = LatentBasis.load(prepared.run.start_latents)
    else:
        basis = basis_of(model, prepared.train, prepared.recipe)
    basis.save(prepared.run.latents)


def basis_of(model: Any, corpus: Corpus, recipe: Recipe) -> LatentBasis:
    """The basis of standardised latents, from clips spread evenly over the tracks of ``corpus``."""
    means, kls, qualities = [], [], []
    for audio in _clips(corpus, recipe):
        x = model.from_audio(tf.constant(audio))
        mean, logvar = model.encode(x)
        means.append(mean.numpy())
        kls.append(model.kl(mean, mean, logvar).numpy())
        qualities.append(clip_qualities(audio, recipe.sample_rate))
    kl = np.concatenate(kls).mean(axis=0)
    return LatentBasis.fit(np.concatenate(means), kl, np.concatenate(qualities))


def clip_qualities(audio: Samples, sample_rate: int) -> NDArray[np.floating]:
    """Level in dBFS (of the RMS) and spectral centroid in Hz of each clip.

    Args:
        audio: float32 (clips, samples, channels), full scale ±1.
        sample_rate: in Hz.

    Returns:
        float64 (clips, 2).
    """
    mono = audio.mean(axis=-1)
    level = 10 * np.log10(np.mean(mono**2, axis=1) + 1e-10)
    power = np.abs(np.fft.rfft(mono)) ** 2 + 1e-10
    frequency = np.fft.rfftfreq(mono.shape[1], 1 / sample_rate)
    return np.stack([level, power @ frequency / power.sum(axis=1)], axis=1)


def _clips(corpus: Corpus, recipe: Recipe) -> Iterator[Samples]:
    """Batches of clips, float32 (BATCH or fewer, samples, channels), ``CLIPS`` clips at most."""
    crops = fixed_crops(corpus.lengths, recipe.samples, CLIPS)
    for first in range(0, len(crops), BATCH):
        yield read_crops(corpus, crops[first : first + BATCH], recipe.samples)
