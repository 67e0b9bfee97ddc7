"""What a model is worth on tracks it has not seen, and the basis of its latents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.data.corpus import Corpus
from musicvae.data.crops import fixed_crops, read_crops
from musicvae.recipes import Recipe
from musicvae.vae.latents import Array, LatentBasis
from musicvae.vae.losses import elbo_terms

#: Clips that the latents' basis is fitted to, at most.
BASIS_CLIPS = 1024


@dataclass(frozen=True)
class TestFigures:
    """Means over the test clips, in nats per clip.

    Attributes:
        test_elbo: reconstruction minus KL.
        test_objective: the same with the KL weighed by the recipe's β: what training maximises.
        test_reconstruction: log p(x|z).
        test_kl: summed over latents.
        active_latents: latents whose posterior mean varies over clips by more than 0.01
            (Burda et al. 2016).
    """

    __test__ = False  # not a test for pytest

    test_elbo: float
    test_objective: float
    test_reconstruction: float
    test_kl: float
    active_latents: int


@tf.function
def _terms(model: Any, audio: tf.Tensor, noise: tf.Tensor) -> Any:
    terms = elbo_terms(model, model.from_audio(audio), noise)
    return terms.mean, terms.reconstruction, terms.kl


def evaluate(model: Any, batches: Iterable[dict[str, tf.Tensor]], recipe: Recipe) -> TestFigures:
    """Weigh test batches as :func:`musicvae.vae.dataset.test_batches` makes them."""
    parts = [_terms(model, batch["audio"], batch["noise"]) for batch in batches]
    means, reconstruction, kl = (
        np.concatenate([np.asarray(part[i], np.float64) for part in parts]) for i in range(3)
    )
    total = float(kl.sum(axis=1).mean())
    likelihood = float(reconstruction.mean())
    return TestFigures(
        test_elbo=likelihood - total,
        test_objective=likelihood - recipe.kl_weight * total,
        test_reconstruction=likelihood,
        test_kl=total,
        active_latents=int((means.var(axis=0) > 0.01).sum()),
    )


def fit_latents(model: Any, corpus: Corpus, recipe: Recipe) -> LatentBasis:
    """The basis of standardised latents, from clips spread evenly over the training tracks."""
    means, kls, qualities = [], [], []
    for audio in _clips(corpus, recipe):
        x = model.from_audio(tf.constant(audio))
        mean, logvar = model.encode(x)
        means.append(mean.numpy())
        kls.append(model.kl(mean, mean, logvar).numpy())
        qualities.append(_qualities(audio, recipe.sample_rate))
    kl = np.concatenate(kls).mean(axis=0)
    return LatentBasis.fit(np.concatenate(means), kl, np.concatenate(qualities))


def _clips(corpus: Corpus, recipe: Recipe) -> Iterator[Array]:
    """Batches (at most 16, samples, channels) of clips, no more than ``BASIS_CLIPS`` together."""
    crops = fixed_crops(corpus.lengths, recipe.samples, BASIS_CLIPS)
    for first in range(0, len(crops), 16):
        yield read_crops(corpus, crops[first : first + 16], recipe.samples)


def _qualities(audio: Array, sample_rate: int) -> Array:
    """Level in dBFS and spectral centroid in Hz of each clip, (clips, 2)."""
    mono = audio.mean(axis=-1)
    level = 10 * np.log10(np.mean(mono**2, axis=1) + 1e-10)
    power = np.abs(np.fft.rfft(mono)) ** 2 + 1e-10
    frequency = np.fft.rfftfreq(mono.shape[1], 1 / sample_rate)
    return np.stack([level, power @ frequency / power.sum(axis=1)], axis=1)
