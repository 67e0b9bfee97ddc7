"""Directions that move the sound of a stream: fitted to training tracks, judged on others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from musicvae.artifact.parts import AttributeInfo
from musicvae.audio import Sound
from musicvae.latents.attributes import fit_directions
from musicvae.latents.calibration import calibrated, judged, measure_moves
from musicvae.measures.frames import frame_attributes
from musicvae.vae.run.basis import Array, LatentBasis
from musicvae.vae.stream.coding import StreamCoder

#: Pieces that are moved and decoded, and how long each is, in seconds.
PIECES, SECONDS = 8, 4.0
#: How often directions are measured and put right.
ROUNDS = 2


class Track(Protocol):
    """A track beside its latents; see :class:`musicvae.vae.stream.fit.Encoded`."""

    mean: Array

    def heard(self, sample_rate: int) -> Sound:
        """The track in step with its latents."""


def fit_moves(
    coder: StreamCoder,
    basis: LatentBasis,
    sample_rate: int,
    train: Sequence[Track],
    test: Sequence[Track],
) -> tuple[AttributeInfo, ...]:
    """The attributes of :mod:`musicvae.measures.frames` and what moves them.

    Each direction is found by regression over the training tracks, then twice scaled so that one
    standard deviation asked for is one measured in decoded pieces of training tracks, and freed of
    what it does to loudness. R² and rank correlation are those of the test tracks.

    Args:
        coder: of the trained model.
        basis: of its standardised latents.
        sample_rate: in Hz.
        train: tracks to fit to.
        test: tracks to judge by.
    """
    step = coder.settings.step
    rate = sample_rate / step

    def decode(latents: Array) -> Sound:
        """Aligned with the latents, as the attributes are measured."""
        samples = coder.decode(coder.hold(basis.to_model(latents)))
        return Sound.of(samples[coder.settings.latency :], sample_rate)

    learnt, unheard = ([basis.from_model(track.mean) for track in side] for side in (train, test))
    measured, held = (
        [
            {
                name: curve[: len(track.mean)]
                for name, curve in frame_attributes(track.heard(sample_rate), step).items()
            }
            for track in side
        ]
        for side in (train, test)
    )
    infos = fit_directions(learnt, measured, unheard, held, rate)
    pieces = _pieces(learnt, rate)
    for _ in range(ROUNDS):
        infos = calibrated(infos, measure_moves(decode, pieces, infos, step))
    return judged(infos, measure_moves(decode, _pieces(unheard, rate), infos, step))


def _pieces(tracks: Sequence[Array], rate: float) -> list[Array]:
    """The middle of evenly chosen tracks."""
    length = round(SECONDS * rate)
    chosen = np.unique(np.linspace(0, len(tracks) - 1, PIECES).round().astype(int))
    pieces = []
    for index in chosen:
        first = max(0, (len(tracks[index]) - length) // 2)
        pieces.append(tracks[index][first : first + length].astype(np.float32))
    return pieces
