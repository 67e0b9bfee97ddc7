"""Opens sound files by their paths; what is wrong with one is told with its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from musicvae.errors import AudioError
from musicvae.paths import AnyPath, input_file
from musicvae.soundfiles.conversion import check_rate
from musicvae.soundfiles.formats import unreadable
from musicvae.soundfiles.reader import Reader
from musicvae.soundfiles.samples import Samples, check_encodable


@contextmanager
def readable(path: AnyPath) -> Iterator[Reader]:
    """A reader of the file; errors within the ``with`` block name the file.

    Raises:
        AudioError: the file is missing, or cannot be decoded; or as :func:`about_sound`.
    """
    file = input_file(path, "a sound file", AudioError)
    with about_sound(file):
        yield Reader(file)


@contextmanager
def about_sound(file: Path) -> Iterator[None]:
    """Let errors of a sound within the ``with`` block name its file.

    Raises:
        AudioError: for an ``AudioError``, an ``OSError`` and a ``MemoryError`` within the block.
    """
    try:
        yield
    except (AudioError, OSError, MemoryError) as error:
        raise AudioError(
            f"cannot read {file.name!r} as sound",
            expected=getattr(error, "expected", None)
            or "wav, aiff, flac, ogg, mp3, au or another format of libsndfile",
            received=getattr(error, "what", "") or str(error) or "no memory left",
            hint=getattr(error, "hint", None) or unreadable(file),
        ) from error


def check_readable(path: AnyPath) -> None:
    """Refuse what is no sound file, by its header alone; reading it may still fail.

    Raises:
        AudioError: the file is missing, or no sound.
    """
    with readable(path):
        pass


def check_audible(path: AnyPath) -> None:
    """The same, and refuse a file without samples, or with a rate that no recording has.

    Only its beginning is decoded.

    Raises:
        AudioError: as said.
    """
    with readable(path) as reader:
        check_rate(reader.rate)
        if next(reader.blocks(), None) is None:
            raise no_samples()


def check_encodable_file(file: Path, samples: Samples) -> None:
    """Refuse what was read of a file if no encoder can use it; the error names the file.

    Raises:
        AudioError: as :func:`musicvae.soundfiles.samples.check_encodable`.
    """
    with about_sound(file):
        check_encodable(samples)


def no_samples() -> AudioError:
    """The error for a sound file that is whole, and has no sound in it."""
    return AudioError("it holds 0 samples", expected="a sound file with sound in it")
