"""Fits the latents of a stream when its training ends: basis, statistics, dynamics, directions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples, Sound
from musicvae.data.corpus import Corpus
from musicvae.latents.arrays import Latents
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.wording import describe
from musicvae.measures.frames import frame_attributes
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.stream.coding import StreamCoder
from musicvae.vae.stream.directions import fit_moves
from musicvae.vae.stream.levels import mending_gain, missing_level
from musicvae.vae.stream.network import StreamVAE
from musicvae.vae.stream.statistics import Playing

#: Largest number of minutes of training tracks that are encoded, and of test tracks.
TRAIN_MINUTES, TEST_MINUTES = 60.0, 15.0

#: Percentiles that are the ends of a knob.
_SPAN = (1, 99)


def fit(vae: StreamVAE, prepared: Prepared) -> None:
    """Write the basis of standardised latents, and their statistics over the training set.

    A run whose encoder was frozen keeps the basis it started with: its latents keep their meaning,
    and their statistics become those of the new tracks.

    Args:
        vae: the trained :class:`musicvae.vae.stream.network.StreamVAE`.
        prepared: its run folder, recipe and tracks.
    """
    coder, run = StreamCoder(vae), prepared.run
    train = [Encoded(coder, audio) for audio in _tracks(prepared.train, TRAIN_MINUTES)]
    test = [Encoded(coder, audio) for audio in _tracks(prepared.test, TEST_MINUTES)]
    if "encoder" in prepared.frozen:
        basis = LatentBasis.load(run.start_latents)
    else:
        basis = _basis(train, prepared.recipe.sample_rate, coder)
    learnt, unheard = ([basis.from_model(track.mean) for track in side] for side in (train, test))
    together = np.concatenate(learnt)
    mean = together.mean(axis=0)
    rate = prepared.recipe.sample_rate / coder.settings.step
    dynamics = LinearDynamics.fit(
        [track - mean for track in learnt], [track - mean for track in unheard], rate
    )
    low, high = np.percentile(together, _SPAN, axis=0)
    movements = fit_moves(coder, basis, prepared.recipe.sample_rate, train, test)
    heard = [(track.audio, track.mean) for track in train]
    missing = missing_level(coder, heard, prepared.recipe.sample_rate)
    playing = Playing(
        latent_space=latent_space(vae.encoder, basis),
        mean=mean,
        std=together.std(axis=0),
        low=low.astype(np.float32),
        high=high.astype(np.float32),
        covariance=_covariance(together, train, basis),
        dynamics=dynamics,
        attributes=movements.attributes,
        slopes=movements.slopes,
        effects=movements.effects,
        words=describe(movements.effects),
        gain=mending_gain(missing),
    )
    basis.save(run.latents)
    playing.save(run.playing)


class Encoded:
    """A track with its latents.

    Args:
        coder: coder of the trained model.
        audio: float32 (samples, channels), full scale ±1, at the model's rate.

    Attributes:
        audio: the track.
        mean: posterior means of the model's own latents, float32 (steps, D), aligned with
            :meth:`heard`.
        variance: posterior variances, of the same shape.
    """

    def __init__(self, coder: StreamCoder, audio: Samples) -> None:
        self.audio = audio
        steps = max(1, len(audio) // coder.settings.step)
        mean, logvar = coder.encode(audio)
        self.mean, self.variance = mean[:steps], np.exp(logvar[:steps])
        self._lag, self._length = coder.settings.latency, steps * coder.settings.step

    def heard(self, sample_rate: int) -> Sound:
        """The track delayed by the encoder's latency, and as long as its latent steps."""
        late = np.pad(self.audio, ((self._lag, 0), (0, 0)))[: self._length]
        missing = self._length - len(late)
        return Sound.of(np.pad(late, ((0, missing), (0, 0))), sample_rate)


def latent_space(encoder: Any, basis: LatentBasis) -> str:
    """The name of a latent space, 16 hex digits: a digest of all that gives its latents a meaning.

    Args:
        encoder: the Keras layer whose weights count.
        basis: whose mean and axes count.
    """
    digest = hashlib.sha256()
    for array in (*(weight.numpy() for weight in encoder.weights), basis.mean, basis.axes):
        digest.update(np.ascontiguousarray(array, np.float32).tobytes())
    return digest.hexdigest()[:16]


def _tracks(corpus: Corpus, minutes: float) -> Iterator[Samples]:
    """Evenly chosen tracks, float32 (samples, channels): ``minutes`` at most, but at least one."""
    share = min(1.0, minutes * 60 / corpus.seconds)
    count = max(1, int(share * len(corpus)))
    for index in np.arange(count) * len(corpus) // count:
        yield np.array(corpus.audio(int(index)))


def _basis(tracks: list[Encoded], sample_rate: int, coder: StreamCoder) -> LatentBasis:
    """The basis of standardised latents; positive means louder, or brighter."""
    qualities = []
    for track in tracks:
        curves = frame_attributes(track.heard(sample_rate), coder.settings.step)
        columns = [curves["loudness"], curves["brightness"]]
        qualities.append(np.nan_to_num(np.stack(columns, axis=1)))
    means = np.concatenate([track.mean for track in tracks])
    variances = np.concatenate([track.variance for track in tracks])
    kl = 0.5 * (means**2 + variances - 1.0 - np.log(variances))
    return LatentBasis.fit(means, kl.mean(axis=0), np.concatenate(qualities))


def _covariance(
    standard: Latents, tracks: list[Encoded], basis: LatentBasis
) -> NDArray[np.float32]:
    """Covariance of the aggregated posterior: that of the means, plus the mean variance.

    Args:
        standard: standardised posterior means, float32 (steps, D).
        tracks: gives the posterior variances.
        basis: basis of the standardised latents.

    Returns:
        float32 (D, D), of standardised latents.
    """
    variance = np.concatenate([track.variance for track in tracks]).mean(axis=0)
    unsure = basis.inverse.T @ (variance[:, None] * basis.inverse)
    width = standard.shape[1]
    return (np.cov(standard, rowvar=False).reshape(width, width) + unsure).astype(np.float32)
