"""What all that plays into a sound shares: the checks of its numbers, and the decoding."""

from __future__ import annotations

import os

import numpy as np

from musicvae.audio import Samples, Sound
from musicvae.errors import SettingError
from musicvae.latents.arrays import Latents
from musicvae.latents.tape import Tape
from musicvae.limiter import Limiter
from musicvae.recipes.ranges import checked_seed, is_number
from musicvae.runtime.stream_decoder import StreamDecoder
from musicvae.text import printable

#: Frames of a stream that are decoded at once: some seconds of sound.
_FRAMES = 1024
#: The longest sound, in seconds.
MOST_SECONDS = 3600.0


def check_seconds(seconds: object, model: object = "jazz") -> None:
    """Refuse a length that no sound can have.

    Args:
        seconds: what was given; a tape is often meant, as ``musicvae play jazz solo.tape`` takes
            one there.
        model: what is to play, for the hint.

    Raises:
        SettingError: it is no number above 0, or more than an hour.
    """
    if is_number(seconds) and 0 < seconds <= MOST_SECONDS:  # NaN is not
        return
    raise SettingError(
        "a sound of this length cannot be made",
        expected=f"seconds above 0, at most {MOST_SECONDS:g}",
        received=seconds if is_number(seconds) else printable(f"{seconds!r:.80}"),
        hint=_tape_hint(seconds, f"{model!s}"),
    )


def _tape_hint(given: object, model: str) -> str | None:
    """How a tape is played, where one was given instead of a length."""
    tape = "tape"
    if isinstance(given, str | os.PathLike):
        tape = f'mv.Tape.load("{os.fspath(given)}")'
    elif not isinstance(given, Tape):
        return None
    return f'a tape is played by mv.StreamDecoder("{model}").play({tape})'


def check_range(what: str, value: object, low: float, high: float) -> None:
    """Refuse what is no number, or out of its range, or NaN.

    Raises:
        SettingError: it is.
    """
    if not (is_number(value) and low <= value <= high):  # NaN is not
        raise SettingError(
            f"the {what} is out of range" if is_number(value) else f"the {what} is no number",
            expected=f"{low:g} to {high:g}",
            received=value if is_number(value) else printable(f"{value!r:.80}"),
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
