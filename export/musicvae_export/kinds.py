"""What differs between the kinds of artifact: function, description, player, gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ExportError
from musicvae.runtime.decoder import Decoder
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder
from musicvae_export.describe import describe_clip, describe_encoder, describe_stream
from musicvae_export.verify import HALF_TOLERANCE, TOLERANCE, refuse_differences, verify
from musicvae_export.verify_stream import COMPARED_FRAMES, compare, streamed

#: Largest difference allowed of an encoder's latents, see :class:`EncoderJob`.
ENCODER_TOLERANCE, ENCODER_HALF_TOLERANCE = 1e-4, 0.1

#: Likewise of numbers in a state, of their size or of 1: with float32 and with float16 weights.
_STATES = (1e-4, 0.1)
#: Seconds of sound that are played in blocks of several lengths and at once.
_SECONDS = 60


class Job(Protocol):
    """One artifact to make.

    Attributes:
        function: the ``tf.function`` to convert.
        info: the description, as far as it is known before the conversion.
    """

    function: Any
    info: ArtifactInfo

    def open(self, path: Path) -> Any:
        """The file, opened as a player opens it; raises ArtifactError."""

    def verify(self, player: Any) -> dict[str, float]:
        """What an artifact states under ``parity``; raises ParityError."""


def job_of(model: Any, licence: str | None, encoder: bool) -> Job:
    """The job of exporting a model.

    Args:
        model: a ``TrainedModel`` or a ``TrainedStream``.
        licence: overrides the model's own.
        encoder: of a stream, export the encoder instead of the decoder.

    Raises:
        ExportError: the model cannot be described, or has no encoder that can be exported.
    """
    if hasattr(model, "playable_encoder"):
        return EncoderJob(model, licence) if encoder else StreamJob(model, licence)
    if encoder:
        raise ExportError(
            "the encoder of a clip model cannot be exported",
            expected="the encoder of a run of the stream family",
            received=f"a run of the recipe {model.recipe.name!r}",
            hint="musicvae train GENRE --recipe stream",
        )
    return ClipJob(model, licence)


class ClipJob:
    """A decoder of whole clips."""

    def __init__(self, model: Any, licence: str | None) -> None:
        self.model = model
        self.function = model.playable_decoder()
        self.info = describe_clip(model, licence)

    def open(self, path: Path) -> Decoder:
        """See :class:`Job`."""
        return Decoder(path)

    def verify(self, player: Decoder) -> dict[str, float]:
        """See :class:`Job`."""
        half = player.info.precision == "float16"
        real = self.model.real_latents(16)
        worst = verify(self.function, player, real, HALF_TOLERANCE if half else TOLERANCE)
        return {"half": max(worst.values())} if half else worst


class StreamJob:
    """A decoder of streams."""

    def __init__(self, model: Any, licence: str | None) -> None:
        self.model = model
        self.function = model.playable_decoder()
        self.info = describe_stream(model, licence, _state_size(self.function))

    def open(self, path: Path) -> StreamDecoder:
        """See :class:`Job`."""
        return StreamDecoder(path)

    def verify(self, player: StreamDecoder) -> dict[str, float]:
        """See :class:`Job`."""
        stride, D = self.info.stride, self.info.latent_dim
        real = np.repeat(self.model.real_latents(-(-_frames(self.info) // stride)), stride, axis=0)
        random = np.random.default_rng(0).standard_normal((COMPARED_FRAMES, D), np.float32)
        rows = {"random": random, "real": real[:COMPARED_FRAMES]}
        half = player.info.precision == "float16"
        worst = compare(self.function, player, rows, states=_STATES[half])
        refuse_differences(worst, HALF_TOLERANCE if half else TOLERANCE)
        stated = {"half": max(worst.values())} if half else worst
        return stated | {"streamed": streamed(player, real[: _frames(self.info)])}


class EncoderJob:
    """An encoder of streams.

    Standardising enlarges what hardly varies, rounding included: a latent that explains a millionth
    of the variance comes out a thousand times as large as it was. So differences of each latent are
    weighed by the square root of the variance that it explains. They are those of the model's own
    latents then, and 1 is a standard deviation of the first one.
    """

    def __init__(self, model: Any, licence: str | None) -> None:
        self.model = model
        self.function = model.playable_encoder()
        self.info = describe_encoder(model, licence, _state_size(self.function))

    def open(self, path: Path) -> Encoder:
        """See :class:`Job`."""
        return Encoder(path)

    def verify(self, player: Encoder) -> dict[str, float]:
        """See :class:`Job`."""
        hop, channels = self.info.hop, self.info.channels
        real = self.model.real_sound(_frames(self.info) * hop)
        noise = np.random.default_rng(0).standard_normal((COMPARED_FRAMES * hop, channels))
        rows = {"random": 0.1 * noise.astype(np.float32), "real": real[: len(noise)]}
        shares = np.array([latent.explained_variance for latent in self.info.latents], np.float32)
        weights = np.sqrt(shares / max(shares.max(), 1e-12))
        half = player.info.precision == "float16"
        worst = compare(self.function, player, rows, hop, weights, _STATES[half])
        tolerance = ENCODER_HALF_TOLERANCE if half else ENCODER_TOLERANCE
        refuse_differences(worst, tolerance, "a standard deviation of the first latent")
        stated = {"half": max(worst.values())} if half else worst
        return stated | {"streamed": streamed(player, real, hop, weights)}


def _frames(info: ArtifactInfo) -> int:
    """Frames of a minute, or as many as are compared."""
    return max(COMPARED_FRAMES, -(-_SECONDS * info.sample_rate // info.hop))


def _state_size(function: Any) -> int:
    return int(function.input_signature[1].shape[1])
