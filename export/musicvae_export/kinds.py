"""Defines, for each kind of artifact, the class that plays it and how it is verified."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from musicvae.artifact import ArtifactInfo, Kind
from musicvae.families import Exportable
from musicvae.runtime.decoder import Decoder
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.prior import Prior
from musicvae.runtime.stream_decoder import StreamDecoder
from musicvae_export.verify import HALF_TOLERANCE, TOLERANCE, refuse_differences, verify
from musicvae_export.verify_prior import verify_prior
from musicvae_export.verify_small import verify_small_decoder, verify_small_encoder
from musicvae_export.verify_stream import COMPARED_FRAMES, compare, streamed

#: Largest difference allowed in an encoder's latents, see :func:`verify_encoder`.
ENCODER_TOLERANCE, ENCODER_HALF_TOLERANCE = 1e-4, 0.1

#: Largest difference allowed in a number of a state, relative to its size or to 1: with float32 and
#: with float16 weights.
_STATES = (1e-4, 0.1)
#: Clips of real music that a clip decoder is compared on.
_CLIPS = 16
#: Seconds of real music that are played both at once and in blocks of several lengths.
_SECONDS = 60


class ArtifactKind(NamedTuple):
    """The player and the verification of one kind of artifact.

    Attributes:
        player: opens a file as a host does; raises ArtifactError.
        verify: compares a player with the model it was exported from. Returns the figures that the
            artifact states under ``parity``; raises ParityError.
    """

    player: Callable[[Path], Any]
    verify: Callable[[Exportable, Any], dict[str, float]]


def verify_clip(part: Exportable, player: Decoder) -> dict[str, float]:
    """Verify a decoder of whole clips; see :class:`ArtifactKind`."""
    half = player.info.precision == "float16"
    tolerance = HALF_TOLERANCE if half else TOLERANCE
    worst = verify(part.function, player, part.real_input(_CLIPS), tolerance)
    return {"half": max(worst.values())} if half else worst


def verify_stream(part: Exportable, player: StreamDecoder) -> dict[str, float]:
    """Verify a decoder of streams; see :class:`ArtifactKind`."""
    real = part.real_input(_frames(part.info))
    shape = (COMPARED_FRAMES, part.info.latent_dim)
    random = np.random.default_rng(0).standard_normal(shape, np.float32)
    rows = {"random": random, "real": real[:COMPARED_FRAMES]}
    if player.info.precision == "int8":
        return verify_small_decoder(part, player, rows, real)
    half = player.info.precision == "float16"
    worst = compare(part.function, player, rows, states=_STATES[half])
    refuse_differences(worst, HALF_TOLERANCE if half else TOLERANCE)
    stated = {"half": max(worst.values())} if half else worst
    return stated | {"streamed": streamed(player, real)}


def verify_encoder(part: Exportable, player: Encoder) -> dict[str, float]:
    """Verify an encoder of streams; see :class:`ArtifactKind`.

    Standardising enlarges latents that vary little, and their rounding errors with them: a latent
    that explains a millionth of the variance becomes a thousand times as large. So the differences
    in each latent are weighted by the square root of the variance it explains. They are then those
    of the model's own latents, in standard deviations of the first one.
    """
    hop, channels = part.info.hop, part.info.channels
    real = part.real_input(_frames(part.info))
    noise = np.random.default_rng(0).standard_normal((COMPARED_FRAMES * hop, channels))
    rows = {"random": 0.1 * noise.astype(np.float32), "real": real[: len(noise)]}
    shares = np.array([latent.explained_variance for latent in part.info.latents], np.float32)
    weights = np.sqrt(shares / max(shares.max(), 1e-12))
    if player.info.precision == "int8":
        return verify_small_encoder(part, player, rows, real, weights)
    half = player.info.precision == "float16"
    worst = compare(part.function, player, rows, hop, weights, _STATES[half])
    tolerance = ENCODER_HALF_TOLERANCE if half else ENCODER_TOLERANCE
    refuse_differences(worst, tolerance, "a standard deviation of the first latent")
    stated = {"half": max(worst.values())} if half else worst
    return stated | {"streamed": streamed(player, real, hop, weights)}


def _frames(info: ArtifactInfo) -> int:
    """Frames (of an encoder: latent steps) of a minute, or as many as are compared."""
    return max(COMPARED_FRAMES, -(-_SECONDS * info.sample_rate // info.hop))


KINDS: dict[Kind, ArtifactKind] = {
    "clip": ArtifactKind(Decoder, verify_clip),
    "stream": ArtifactKind(StreamDecoder, verify_stream),
    "encoder": ArtifactKind(Encoder, verify_encoder),
    "prior": ArtifactKind(Prior, verify_prior),
}
