"""Fits the directions in latent space that move the sound of a stream, and measures its latents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact.parts import AttributeInfo
from musicvae.audio import Sound
from musicvae.latents.arrays import Latents
from musicvae.latents.attributes import fit_directions
from musicvae.latents.calibration import FEW_AMOUNTS, calibrated, judged, measure_moves
from musicvae.latents.effects import Effects, measure_effects
from musicvae.measures.frames import frame_attributes
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.stream.coding import StreamCoder

#: Number of pieces that are moved and decoded, and the length of each, in seconds.
PIECES, SECONDS = 8, 4.0
#: Length of the pieces in which one latent after another is moved, in seconds.
LATENT_SECONDS = 2.0
#: How many times directions are measured and corrected.
ROUNDS = 2


class EncodedTrack(Protocol):
    """A track with its latents; see :class:`musicvae.vae.stream.fit.Encoded`."""

    mean: Latents

    def heard(self, sample_rate: int) -> Sound:
        """The track, delayed so that it is aligned with its latents."""


@dataclass(frozen=True)
class Movements:
    """What moves the sound of a stream.

    Attributes:
        attributes: directions, with R² and rank correlation on the test tracks.
        slopes: for the direction of each attribute by how many of its standard deviations each
            attribute changed for one asked for, in pieces of the test tracks.
        effects: what a standard deviation of each latent changes, in pieces of training tracks.
    """

    attributes: tuple[AttributeInfo, ...]
    slopes: Mapping[str, Mapping[str, float]]
    effects: Effects


def fit_moves(
    coder: StreamCoder,
    basis: LatentBasis,
    sample_rate: int,
    train: Sequence[EncodedTrack],
    test: Sequence[EncodedTrack],
) -> Movements:
    """The directions that move the attributes of :mod:`musicvae.measures.frames`, and each latent.

    Each direction is found by regression over the training tracks. Then it is corrected twice: it
    is scaled so that one standard deviation asked for is one standard deviation measured in decoded
    pieces of training tracks, and its effect on loudness is removed. R² and rank correlation are
    those of the test tracks.

    Args:
        coder: coder of the trained model.
        basis: basis of its standardised latents.
        sample_rate: in Hz.
        train: tracks to fit to.
        test: tracks to measure R² and correlation on.
    """
    step = coder.settings.step
    rate = sample_rate / step

    def decode(latents: Latents) -> Sound:
        """Sound of standardised latents, float32 (steps, D), aligned with them."""
        samples = coder.decode(coder.hold(basis.to_model(latents)))
        return Sound.of(samples[coder.settings.latency :], sample_rate)

    learnt, unheard = ([basis.from_model(track.mean) for track in side] for side in (train, test))
    measured, held = (_curves(side, sample_rate, step) for side in (train, test))
    infos = fit_directions(learnt, measured, unheard, held, rate)
    pieces = _pieces(learnt, rate, SECONDS)
    for _ in range(ROUNDS):
        infos = calibrated(infos, measure_moves(decode, pieces, infos, step, FEW_AMOUNTS))
    moves = measure_moves(decode, _pieces(unheard, rate, SECONDS), infos, step)
    spreads = np.concatenate(learnt).std(axis=0)
    effects = measure_effects(decode, _pieces(learnt, rate, LATENT_SECONDS), spreads, step)
    slopes = {one.name: dict(one.slopes) for one in moves}
    return Movements(judged(infos, moves), slopes, effects)


def _curves(
    tracks: Sequence[EncodedTrack], sample_rate: int, step: int
) -> list[dict[str, NDArray[np.float32]]]:
    """The attributes of each track by name, float32 (steps,) each, in their own units.

    Args:
        tracks: tracks with their latents.
        sample_rate: in Hz.
        step: samples per latent step.
    """
    return [
        {
            name: curve[: len(track.mean)]
            for name, curve in frame_attributes(track.heard(sample_rate), step).items()
        }
        for track in tracks
    ]


def _pieces(tracks: Sequence[Latents], rate: float, seconds: float) -> list[Latents]:
    """The middle of evenly chosen tracks, each so many seconds; all float32 (steps, D)."""
    length = round(seconds * rate)
    chosen = np.unique(np.linspace(0, len(tracks) - 1, PIECES).round().astype(int))
    pieces = []
    for index in chosen:
        first = max(0, (len(tracks[index]) - length) // 2)
        pieces.append(tracks[index][first : first + length].astype(np.float32))
    return pieces
