"""Judges what weights of 8 bits change by what is heard, since numbers differ as noise does."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicvae.audio import Sound
from musicvae.errors import ParityError
from musicvae.families import Exportable
from musicvae.latents.arrays import Float32
from musicvae.measures.pairs import log_mel_distance
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder
from musicvae_export.verify_sound import likeness, refuse_unlike
from musicvae_export.verify_stream import compare, streamed

#: Least signal-to-noise ratio in dB, largest log-mel distance in natural-log units (models
#: themselves are .2 to .3 from the music), least correlation of onsets.
SNR, LOG_MEL, ONSETS = 20.0, 0.1, 0.9
#: How far an encoder's latents may move, in standard deviations of each: at the median and at the
#: 99th percentile. And the log-mel change that is heard of it, as a share of the model's own error.
MOVED, MOVED_MOST, SHARE = 0.1, 0.5, 0.5
#: The least standard deviation that counts: a latent may hardly move in one sound.
_LEAST = 0.1
#: Largest difference between an encoder's blocks, in standard deviations of the first latent: what
#: one number that is rounded the other way makes.
BLOCKS = 0.05


def verify_small_decoder(
    part: Exportable, player: StreamDecoder, rows: Mapping[str, Float32], real: Float32
) -> dict[str, float]:
    """Verify a decoder of streams whose weights have 8 bits, by what it sounds like.

    Its samples may differ as noise does. So the noise is measured on a minute of real latents, and
    what it changes in the sound; and blocks must be equal to the bit, since nothing is rounded in
    another way in one of another length.

    Args:
        part: what was exported.
        player: the artifact, opened.
        rows: see :func:`musicvae_export.verify_stream.compare`.
        real: a minute of real latents, float32 (frames, D).

    Raises:
        ParityError: the sound differs by more than the figures above, or in blocks at all.
    """
    worst = compare(part.function, player, rows, states=np.inf)
    expected = _answer(part, real)
    found = likeness(expected, player.decode(real), part.info.sample_rate)
    refuse_unlike(found, SNR, LOG_MEL, ONSETS)
    return {"int8": max(worst.values()), **found, "streamed": streamed(player, real, limit=0.0)}


def verify_small_encoder(
    part: Exportable,
    player: Encoder,
    rows: Mapping[str, Float32],
    real: Float32,
    weights: Float32,
) -> dict[str, float]:
    """Verify an encoder whose weights have 8 bits: how far latents move, and what is heard of it.

    Args:
        part: what was exported; its ``sound`` decodes latents.
        player: the artifact, opened.
        rows: see :func:`musicvae_export.verify_stream.compare`.
        real: a minute of real sound, float32 (samples, channels).
        weights: of each latent where largest differences are stated, float32 (D,).

    Raises:
        ParityError: the latents, or the sound that the model makes of them, differ by more than the
            figures above, or blocks do.
    """
    hop, rate = part.info.hop, part.info.sample_rate
    worst = compare(part.function, player, rows, hop, weights, states=np.inf)
    exact = _answer(part, real)
    player.reset()
    near = player.push(real)
    moved = np.abs(near - exact) / np.maximum(exact.std(axis=0), _LEAST)
    median, most = (float(share) for share in np.percentile(moved, (50, 99)))
    if not (median <= MOVED and most <= MOVED_MOST):
        raise ParityError(
            "rounded to 8 bits, the encoder hears something else",
            expected=f"latents that move by {MOVED:g} standard deviations at the median, by "
            f"{MOVED_MOST:g} at the 99th percentile",
            received=f"{median:.3f} and {most:.3f}",
            hint="export it with weights of float32, as is done without --int8",
        )
    stated = {"int8": max(worst.values()), "latents_p50": median, "latents_p99": most}
    if part.sound is not None:
        stated |= _heard(part.sound(exact), part.sound(near), real, 2 * part.info.latency, rate)
    return stated | {"streamed": streamed(player, real, hop, weights, BLOCKS)}


def _heard(exact: Float32, near: Float32, real: Float32, delay: int, rate: int) -> dict[str, float]:
    """What the rounding changes in the decoded sound, beside what the model itself changes.

    Args:
        exact: decoded from exact latents, float32 (samples, channels).
        near: from those of rounded weights.
        real: the sound that was encoded.
        delay: samples by which the decoded ones lag behind.
        rate: in Hz.

    Raises:
        ParityError: the figures at the top of this file.
    """
    found = likeness(exact, near, rate)
    own = log_mel_distance(Sound(real[: len(real) - delay], rate), Sound(exact[delay:], rate))
    refuse_unlike(found, SNR, min(LOG_MEL, SHARE * own), ONSETS)
    return {**found, "log_mel_model": own}


def _answer(part: Exportable, rows: Float32) -> Float32:
    """What the model itself makes of rows, float32 (n, width), from the start state."""
    start = np.zeros((1, part.info.state_size), np.float32)
    answer: Float32 = np.asarray(part.function(rows[None], start)[0])[0]
    return answer
