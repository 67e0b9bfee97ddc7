"""What an artifact says of the model it was exported from."""

from __future__ import annotations

from typing import Any

from musicvae.artifact import ArtifactInfo
from musicvae.artifact.parts import matrix
from musicvae.errors import ArtifactError, ExportError
from musicvae.vae.stream.layers import receptive_frames


def describe_clip(model: Any, licence: str | None) -> ArtifactInfo:
    """The description of a clip decoder, as far as it is known before the conversion.

    Args:
        model: a ``musicvae.vae.clip.trained.TrainedModel``.
        licence: overrides the model's own.

    Raises:
        ExportError: the model says something that cannot be true, or that JSON cannot hold.
    """
    samples = model.recipe.samples
    # Each latent shapes the whole clip.
    return _described(model, licence, kind="clip", samples=samples, receptive_field=samples)


def describe_stream(model: Any, licence: str | None, state_size: int) -> ArtifactInfo:
    """The description of a stream decoder: how its latents move, and what moves its sound.

    Args:
        model: a ``musicvae.vae.stream.trained.TrainedStream``.
        licence: overrides the model's own.
        state_size: S.

    Raises:
        ExportError: as :func:`describe_clip`.
    """
    settings, playing = model.settings, model.playing
    return _described(
        model,
        licence,
        kind="stream",
        hop=settings.hop,
        state_size=state_size,
        latency=settings.latency,
        receptive_field=decoder_reach(model.vae.decoder.memories, settings.hop, settings.fft),
        stride=settings.stride,
        latent_space=playing.latent_space,
        covariance=matrix(playing.covariance.tolist()),
        dynamics=playing.dynamics.info(),
        attributes=tuple(playing.attributes),
    )


def describe_encoder(model: Any, licence: str | None, state_size: int) -> ArtifactInfo:
    """The description of a stream's encoder. Takes and raises what :func:`describe_stream` does."""
    settings = model.settings
    return _described(
        model,
        licence,
        kind="encoder",
        hop=settings.step,
        state_size=state_size,
        latency=settings.latency,
        receptive_field=encoder_reach(model.vae.encoder, settings),
        stride=settings.stride,
        latent_space=model.playing.latent_space,
    )


def decoder_reach(memories: Any, hop: int, fft: int) -> int:
    """Samples of sound that one latent frame shapes: ``(frames - 1) · hop + fft``.

    A latent shapes the spectra of as many frames as the layers between look back, its own included.
    They begin a hop apart, and each sounds for ``fft`` samples.

    Args:
        memories: of the decoder's layers; the first is the clock's, whom latents do not reach, and
            the last that of the overlap, which ``fft`` accounts for.
        hop: samples per frame.
        fft: samples of a window.
    """
    return (receptive_frames(memories[1:-1]) - 1) * hop + fft


def encoder_reach(encoder: Any, settings: Any) -> int:
    """Samples of sound that shape one latent: ``(steps · stride + frames - 2) · hop + fft``.

    A latent depends on as many steps as the slow layers look back, its own included, each of
    ``stride`` frames, and on as many frames more as the fast layers look back before the first of
    these. Frames end a hop apart, and each hears ``fft`` samples.
    """
    frames = receptive_frames([block.memory for block in encoder.fast])
    steps = receptive_frames([block.memory for block in encoder.slow])
    reach: int = (steps * settings.stride + frames - 2) * settings.hop + settings.fft
    return reach


def _described(model: Any, licence: str | None, **fields: Any) -> ArtifactInfo:
    recipe = model.recipe
    info = ArtifactInfo(
        genre=model.genre,
        recipe=recipe.name,
        sample_rate=recipe.sample_rate,
        channels=recipe.channels,
        latent_dim=recipe.latent_dim,
        latents=tuple(model.latent_infos()),
        provenance=dict(model.provenance),
        licence=licence or model.licence or "unstated",
        **fields,
    )
    try:
        return ArtifactInfo.from_json(info.to_json())
    except (ArtifactError, TypeError, ValueError) as error:
        raise ExportError(
            "the model cannot be described in an artifact", received=str(error)
        ) from error
