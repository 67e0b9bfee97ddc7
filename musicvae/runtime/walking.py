"""Lets a model walk by itself into a sound.

>>> walk("jazz", seconds=60, seed=7).write("jazz.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from math import ceil

from musicvae.audio import Sound, crossfade
from musicvae.models import locate
from musicvae.paths import AnyPath
from musicvae.recipes.ranges import checked_seed
from musicvae.runtime.decoder import Decoder
from musicvae.runtime.sounding import check_seconds, sound_of
from musicvae.runtime.stream_decoder import StreamDecoder

#: Length of the cross-fades between clips, in seconds.
_SEAM = 0.1


def walk(
    model: AnyPath, seconds: float = 10.0, seed: int | None = None, speed: float = 1.0
) -> Sound:
    """The sound of a model that walks by itself, as ``/walk`` lets it in ``musicvae live``.

    A stream walks through its latents as those of music move; of a clip model, clips that are drawn
    from the prior follow each other, cross-faded.

    Args:
        model: see :func:`musicvae.play`.
        seconds: see :func:`musicvae.play`.
        seed: see :func:`musicvae.play`.
        speed: of the walk: 1 moves as the music does that the model was trained on, 0 not at all;
            up to 100. Clips have no speed.

    Raises:
        SettingError: ``seconds``, ``seed`` or ``speed`` is out of its range.
        ArtifactError: the artifact cannot be played, is an encoder, or has no dynamics.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    check_seconds(seconds, model)
    seed = checked_seed(seed)
    _, info = locate(model).load()
    if info.kind == "clip":
        return _chained(Decoder(model), seconds, seed)
    return _walked(StreamDecoder(model), seconds, seed, speed)


def _walked(decoder: StreamDecoder, seconds: float, seed: int | None, speed: float) -> Sound:
    info = decoder.info
    length = max(1, round(seconds * info.sample_rate))
    frames = ceil((length + info.latency) / info.hop)
    return sound_of(decoder, decoder.walk(frames, seed, speed), length)


def _chained(decoder: Decoder, seconds: float, seed: int | None) -> Sound:
    info = decoder.info
    length = max(1, round(seconds * info.sample_rate))
    seam = min(round(_SEAM * info.sample_rate), info.samples // 2)
    count = max(1, ceil((length - seam) / (info.samples - seam)))
    clips = [decoder.decode(latents)[0] for latents in decoder.random_latents(count, seed)]
    return Sound(crossfade(clips, seam)[:length], info.sample_rate)
