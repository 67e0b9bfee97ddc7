"""Plays a model by itself into a sound.

>>> play("jazz", seconds=10).write("jazz.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from math import ceil

import numpy as np

from musicvae.audio import Samples, Sound, crossfade
from musicvae.errors import SettingError
from musicvae.latents.arrays import Latents
from musicvae.limiter import Limiter
from musicvae.models import locate
from musicvae.paths import AnyPath
from musicvae.recipes.ranges import checked_seed
from musicvae.runtime.decoder import Decoder
from musicvae.runtime.stream_decoder import StreamDecoder

#: Frames of a stream that are decoded at once: some seconds of sound.
_FRAMES = 1024
#: Length of the cross-fades between clips, in seconds.
_SEAM = 0.1
#: The longest sound, in seconds.
MOST_SECONDS = 3600.0


def play(
    model: AnyPath, seconds: float = 10.0, seed: int | None = None, *, source: str | None = None
) -> Sound:
    """The sound of a model that plays by itself, as ``musicvae live`` begins.

    Args:
        model: name of a ready model (``musicvae models`` lists them), or path of a stream or a
            clip artifact.
        seconds: length of the sound, above 0, at most an hour.
        seed: equal seeds give equal sounds; ``None`` gives another sound each time.
        source: what moves the latents of a stream: ``"memory"`` improvises over what it learnt from
            (:func:`musicvae.improvise` has more to say), ``"prior"`` makes new music, ``"walk"``
            walks. ``None`` is the memory where the model has one, else the walk.

    Raises:
        SettingError: ``seconds`` or ``seed`` is out of its range, or there is no such source.
        ArtifactError: the artifact cannot be played, is an encoder, or has no dynamics or no prior.
        MemoryBankError: there is no memory, or it is damaged.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    from musicvae.runtime.improvising import has_memory, improvise
    from musicvae.runtime.new_music import play_prior

    check_seconds(seconds)
    seed = checked_seed(seed)
    chosen = source or ("memory" if has_memory(model) else "walk")
    if chosen == "memory":
        return improvise(model, seconds, seed)
    if chosen == "prior":
        return play_prior(model, None, seconds, seed)
    if chosen == "walk":
        return walk(model, seconds, seed)
    raise SettingError(
        "there is no such source", expected="memory, prior or walk", received=f"{source!r:.40}"
    )


def walk(
    model: AnyPath, seconds: float = 10.0, seed: int | None = None, speed: float = 1.0
) -> Sound:
    """The sound of a model that walks by itself, as ``/walk`` lets it in ``musicvae live``.

    A stream walks through its latents as those of music move; of a clip model, clips that are drawn
    from the prior follow each other, cross-faded.

    Args:
        model: see :func:`play`.
        seconds: see :func:`play`.
        seed: see :func:`play`.
        speed: of the walk: 1 moves as the music does that the model was trained on, 0 not at all;
            up to 100. Clips have no speed.

    Raises:
        SettingError: ``seconds``, ``seed`` or ``speed`` is out of its range.
        ArtifactError: the artifact cannot be played, is an encoder, or has no dynamics.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    check_seconds(seconds)
    seed = checked_seed(seed)
    _, info = locate(model).load()
    if info.kind == "clip":
        return _chained(Decoder(model), seconds, seed)
    return _walked(StreamDecoder(model), seconds, seed, speed)


def check_seconds(seconds: float) -> None:
    """Refuse a length that no sound can have.

    Raises:
        SettingError: it is not above 0, or more than an hour.
    """
    if not 0 < seconds <= MOST_SECONDS:  # NaN is not
        raise SettingError(
            "a sound of this length cannot be made",
            expected=f"seconds above 0, at most {MOST_SECONDS:g}",
            received=seconds,
        )


def drawn_seed(seed: int | None) -> int:
    """The seed, or where there is none one that is drawn.

    Raises:
        SettingError: it is not from 0 to 4294967295.
    """
    checked = checked_seed(seed)
    return int(np.random.default_rng().integers(2**32)) if checked is None else checked


def sound_of(decoder: StreamDecoder, frames: Latents, length: int) -> Sound:
    """The first ``length`` samples of latents, one for each frame: float32 (frames, D).

    The daemon's limiter bends what is above -3 dBFS, since music that is mastered loudly comes back
    with higher peaks, and a sound file ends at full scale.
    """
    info = decoder.info
    blocks = [decoder.push(frames[at : at + _FRAMES]) for at in range(0, len(frames), _FRAMES)]
    # What comes before is the overlap with a frame that never was.
    samples: Samples = np.concatenate(blocks)[info.latency :][:length]
    Limiter(*samples.shape).apply(samples)
    return Sound(samples, info.sample_rate)


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
