"""Fits the basis of standardised latents when the training of a clip model ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.audio import Samples
from musicvae.data.corpus import Corpus
from musicvae.data.crops import fixed_crops, read_crops
from musicvae.latents.arrays import Float32
from musicvae.recipes import Recipe
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.prepared import Prepared

#: Most clips that the basis is fitted to.
BASIS_CLIPS = 1024

#: Clips that are encoded at once.
_BATCH = 16


def fit(model: Any, prepared: Prepared) -> None:
    """Write the basis of standardised latents, fitted to clips of the training tracks.

    A run whose encoder was frozen keeps the basis it began with, so that its latents keep their
    meaning.

    Args:
        model: the trained :class:`musicvae.vae.cvae.CVAE`.
        prepared: run folder, recipe and tracks.
    """
    if "encoder" in prepared.frozen:
        basis = LatentBasis.load(prepared.run.start_latents)
    else:
        basis = basis_of(model, prepared.train, prepared.recipe)
    basis.save(prepared.run.latents)


def basis_of(model: Any, corpus: Corpus, recipe: Recipe) -> LatentBasis:
    """The basis of standardised latents, from clips spread evenly over the tracks of a corpus."""
    means, kls, qualities = [], [], []
    for audio in _clips(corpus, recipe):
        x = model.from_audio(tf.constant(audio))
        mean, logvar = model.encode(x)
        means.append(mean.numpy())
        kls.append(model.kl(mean, mean, logvar).numpy())
        qualities.append(_qualities(audio, recipe.sample_rate))
    kl = np.concatenate(kls).mean(axis=0)
    return LatentBasis.fit(np.concatenate(means), kl, np.concatenate(qualities))


def _clips(corpus: Corpus, recipe: Recipe) -> Iterator[Samples]:
    """Batches of clips, float32 (at most 16, samples, channels), ``BASIS_CLIPS`` at most."""
    crops = fixed_crops(corpus.lengths, recipe.samples, BASIS_CLIPS)
    for first in range(0, len(crops), _BATCH):
        yield read_crops(corpus, crops[first : first + _BATCH], recipe.samples)


def _qualities(audio: Samples, sample_rate: int) -> Float32:
    """Level in dBFS and spectral centroid in Hz of each clip, (clips, 2)."""
    mono = audio.mean(axis=-1)
    level = 10 * np.log10(np.mean(mono**2, axis=1) + 1e-10)
    power = np.abs(np.fft.rfft(mono)) ** 2 + 1e-10
    frequency = np.fft.rfftfreq(mono.shape[1], 1 / sample_rate)
    return np.stack([level, power @ frequency / power.sum(axis=1)], axis=1)
