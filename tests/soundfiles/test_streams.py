"""FLAC, Ogg and MP3 that do not know their length, break off, or hold several streams."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.audio import AudioSpec, read, read_with_notes
from musicvae.data.decode import decode

RATE = 8_000
SECONDS = 1.5
SOUND = np.random.default_rng(0).uniform(-0.3, 0.3, round(SECONDS * RATE)).astype(np.float32)
BROKEN = "shorter than its header says: broken off after"


def written(form: str, subtype: str = "PCM_16", times: int = 1) -> bytes:
    """The sound as libsndfile writes it."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.tile(SOUND, times), RATE, format=form, subtype=subtype)
    return buffer.getvalue()


def streamed_flac() -> bytes:
    """A FLAC file that was written to a pipe: it states neither its length nor its MD5."""
    data = written("FLAC")
    rate_and_form = int.from_bytes(data[18:26], "big") >> 36 << 36
    return data[:18] + rate_and_form.to_bytes(8, "big") + bytes(16) + data[42:]


def mp3(xing: bool = True) -> bytes:
    """An MP3 file of varying bit rate, with its table of contents or without."""
    data = written("MP3", "MPEG_LAYER_III")
    if xing:
        return data
    rates = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)  # MPEG 2 and 2.5
    first = 72 * rates[data[2] >> 4] * 1000 // RATE + (data[2] >> 1 & 1)
    return data[first:]


#: Files that hold all of the sound, and the note that says what is unusual.
WHOLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "good.flac": (lambda: written("FLAC"), ""),
    "pipe.flac": (streamed_flac, ""),
    "good.ogg": (lambda: written("OGG", "VORBIS"), ""),
    "good.opus": (lambda: written("OGG", "OPUS"), ""),
    "good.mp3": (mp3, ""),
    "id3v2_before.mp3": (lambda: b"ID3\3\0\0\0\0\x07\x68" + bytes(1000) + mp3(), ""),
    "id3v1_after.mp3": (lambda: mp3() + b"TAG" + b"x" * 125, ""),
    "junk_after.mp3": (lambda: mp3() + b"hello" * 2_000, ""),
    "no_xing.mp3": (lambda: mp3(xing=False), ""),
    "no_xing_large_tag.mp3": (lambda: b"ID3\3\0\0\0\4\0\0" + bytes(65_536) + mp3(xing=False), ""),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_sound_is_whole_for_every_reader(tmp_path: Path, name: str) -> None:
    make, note = WHOLE[name]
    path = tmp_path / name
    path.write_bytes(make())
    sound, notes = read_with_notes(path)
    assert list(notes) == ([note] if note else [])
    padding = 0.4 if path.suffix == ".mp3" else 0.0  # MP3 fills up a frame
    assert SECONDS <= sound.seconds <= SECONDS + padding
    np.testing.assert_array_equal(read(path).samples, sound.samples)
    found = decode(path, AudioSpec(sound.sample_rate))
    np.testing.assert_array_equal(found.samples, sound.samples)
    assert found.notes == notes


@pytest.mark.parametrize("form", ["FLAC PCM_16", "OGG VORBIS", "OGG OPUS", "MP3 MPEG_LAYER_III"])
def test_a_sound_that_breaks_off_is_told_by_every_reader(tmp_path: Path, form: str) -> None:
    container, _, subtype = form.partition(" ")
    path = tmp_path / "broken"
    whole = written(container, subtype, times=6)
    path.write_bytes(whole[: len(whole) * 6 // 10])
    sound, notes = read_with_notes(path)
    assert 2 < sound.seconds < SECONDS * 6 * 0.7
    (note,) = notes
    assert note.endswith(f"broken off after {sound.seconds:.2f} s")
    assert decode(path, AudioSpec(sound.sample_rate)).notes == notes


@pytest.mark.skipif(
    tuple(map(int, soundfile.__libsndfile_version__.split(".")[:3])) < (1, 2, 2),
    reason="this libsndfile takes the end of such a file for that of the sound",
)
def test_a_flac_of_unknown_length_that_breaks_off(tmp_path: Path) -> None:
    data = streamed_flac()
    (tmp_path / "a.flac").write_bytes(data[: len(data) * 9 // 10])
    sound, notes = read_with_notes(tmp_path / "a.flac")
    assert 0.5 < sound.seconds < SECONDS
    assert notes == (f"{BROKEN} {sound.seconds:.2f} s",)


@pytest.mark.parametrize("count", [2, 3])
def test_streams_that_follow_each_other_in_ogg_are_one_sound(tmp_path: Path, count: int) -> None:
    (tmp_path / "a.ogg").write_bytes(written("OGG", "VORBIS") * count)
    sound, notes = read_with_notes(tmp_path / "a.ogg")
    assert (sound.seconds, notes) == (count * SECONDS, ())


def test_a_stream_of_another_rate_is_told(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "b.ogg", SOUND, 16_000)
    other = (tmp_path / "b.ogg").read_bytes()
    (tmp_path / "a.ogg").write_bytes(written("OGG", "VORBIS") + other)
    sound, notes = read_with_notes(tmp_path / "a.ogg")
    assert sound.seconds == SECONDS
    assert notes == ("streams of another rate or damaged: 1 not read",)


def test_joined_mp3_files_are_one_sound(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(mp3() * 2)
    assert read(tmp_path / "a.mp3").seconds == 2 * SECONDS
    (tmp_path / "b.mp3").write_bytes(mp3(xing=False) * 2)
    assert read(tmp_path / "b.mp3").seconds >= 2 * SECONDS
