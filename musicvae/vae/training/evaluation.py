"""What a model is worth on tracks it has not seen, and the basis of its latents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from musicvae.data.corpus import Corpus
from musicvae.data.crops import fixed_crops, read_crops
from musicvae.recipes import Recipe
from musicvae.vae.losses import elbo_terms
from musicvae.vae.run.basis import Array, LatentBasis
from musicvae.vae.training.preparation import Prepared

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
        distances: what the likelihood can tell besides, by name.
    """

    __test__ = False  # not a test for pytest

    test_elbo: float
    test_objective: float
    test_reconstruction: float
    test_kl: float
    active_latents: int
    distances: dict[str, float] = field(default_factory=dict)

    def to_row(self) -> dict[str, float]:
        """The columns of the history."""
        values = vars(self) | {f"test_{name}": value for name, value in self.distances.items()}
        return {name: value for name, value in values.items() if name != "distances"}


def measurer(model: Any) -> Any:
    """The function (audio, noise) -> terms that :func:`evaluate` takes; made once for a model."""

    @tf.function(jit_compile=model.compiled)
    def terms_of(audio: tf.Tensor, noise: tf.Tensor) -> Any:
        terms = elbo_terms(model, model.from_audio(audio), noise)
        return terms.mean, terms.reconstruction, terms.kl, dict(terms.distances)

    return terms_of


def evaluate(measure: Any, batches: Iterable[dict[str, tf.Tensor]], recipe: Recipe) -> TestFigures:
    """Weigh test batches as :func:`musicvae.vae.training.dataset.test_batches` makes them."""
    parts = [measure(batch["audio"], batch["noise"]) for batch in batches]
    means, reconstruction, kl = (
        np.concatenate([np.asarray(part[i], np.float64) for part in parts]) for i in range(3)
    )
    distances = {
        name: float(np.concatenate([np.asarray(part[3][name]) for part in parts]).mean())
        for name in parts[0][3]
    }
    means = means.reshape(-1, means.shape[-1])  # a stream has a latent for each step
    total = float(kl.sum(axis=1).mean())
    likelihood = float(reconstruction.mean())
    return TestFigures(
        test_elbo=likelihood - total,
        test_objective=likelihood - recipe.kl_weight * total,
        test_reconstruction=likelihood,
        test_kl=total,
        active_latents=int((means.var(axis=0) > 0.01).sum()),
        distances=distances,
    )


def fit_latents(model: Any, prepared: Prepared) -> None:
    """Write the basis of standardised latents, fitted to clips of the training tracks."""
    if "encoder" in prepared.frozen:  # the same encoder's latents go on meaning the same
        basis = LatentBasis.load(prepared.run.start_latents)
    else:
        basis = basis_of(model, prepared.train, prepared.recipe)
    basis.save(prepared.run.latents)


def basis_of(model: Any, corpus: Corpus, recipe: Recipe) -> LatentBasis:
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
