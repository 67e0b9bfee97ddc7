"""Sound that cannot be written: the system's reason is told, with the file that was asked for."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.audio import WRITABLE, Sound, write
from musicvae.errors import AudioError
from musicvae.soundfiles.writer import Writer

resource = pytest.importorskip("resource", reason="this system has no limits of files")
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (50_000, 2)).astype(np.float32)


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a full disk, the system refuses in the middle of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("ending", WRITABLE)
def test_the_systems_own_reason_is_told_with_the_target(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"take{ending}"
    target.write_bytes(b"old")
    with pytest.raises(OSError, match="take") as caught, no_file_larger_than(20_000):
        write(target, Sound(NOISE, 44_100))
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(target))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_fails_at_the_end_is_told_too(tmp_path: Path) -> None:
    """Vorbis and headers are written when the file is closed."""
    writer = Writer(tmp_path / "a.ogg", 44_100, 2, "OGG")
    writer.write(NOISE[:100])
    with pytest.raises(OSError, match="too large"), no_file_larger_than(100):
        writer.__exit__(None, None, None)


def test_what_a_format_cannot_hold_is_told_with_the_target(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"cannot write 'a\.flac' as FLAC.*9 channel"):
        write(tmp_path / "a.flac", Sound(np.zeros((9, 9), np.float32), 44_100))
    with pytest.raises(AudioError, match=r"cannot write 'a\.wav' as WAV.*VORBIS"):
        write(tmp_path / "a.wav", Sound(NOISE, 44_100), "VORBIS")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_a_name_may_be_any_bytes(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"bad\xff.wav")
    write(path, Sound(NOISE, 44_100))
    with Writer(path.with_suffix(".flac"), 44_100, 2, "FLAC") as writer:
        writer.write(NOISE)
    for ending in (".wav", ".flac"):
        read, _ = soundfile.read(os.fsencode(path.with_suffix(ending)))
        np.testing.assert_allclose(read, NOISE, atol=2**-22)
