"""Headers that say less or more than a file holds: its sound counts, by one rule everywhere."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.audio import AudioSpec, Samples, read, read_with_notes
from musicvae.data.decode import decode
from musicvae.errors import AudioError
from musicvae.soundfiles import headers
from musicvae.soundfiles.reader import Reader

RATE = 8_000
SECONDS = 1.5
SOUND = np.random.default_rng(0).uniform(-0.3, 0.3, round(SECONDS * RATE)).astype(np.float32)
BODY = (SOUND * 32767).astype("<i2").tobytes()
N = len(BODY)
LIST = b"LIST" + struct.pack("<I", 26) + b"INFOISFT" + struct.pack("<I", 14) + b"Lavf58.29.100\0"
_PCM = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
_GUID_OF_PCM = bytes.fromhex("0100000000001000800000aa00389b71")
_EXTENSIBLE = struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE, 2 * RATE, 2, 16, 22, 16, 4) + _GUID_OF_PCM

BROKEN = "shorter than its header says: broken off after"
UNSAID = "its header states no length: read to its end"


def wav(
    riff: int,
    data: int,
    *,
    body: bytes = BODY,
    before: bytes = b"",
    after: bytes = b"",
    extensible: bool = False,
    big: bool = False,
) -> bytes:
    """A WAV file that states these sizes, with chunks before and after its sound."""
    form = _EXTENSIBLE if extensible else _PCM
    order = ">" if big else "<"
    if big:
        form = struct.pack(">HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
        body = np.frombuffer(body, "<i2").astype(">i2").tobytes()
    size = struct.Struct(order + "I")
    head = (b"RIFX" if big else b"RIFF") + size.pack(riff & 0xFFFFFFFF) + b"WAVEfmt "
    return (
        head
        + size.pack(len(form))
        + form
        + before
        + b"data"
        + size.pack(data & 0xFFFFFFFF)
        + body
        + after
    )


def written(form: str, subtype: str = "PCM_16") -> bytes:
    """The sound as libsndfile writes it."""
    buffer = io.BytesIO()
    soundfile.write(buffer, SOUND, RATE, format=form, subtype=subtype)
    return buffer.getvalue()


def patched(data: bytes, *patches: tuple[int, bytes]) -> bytes:
    """The bytes with some of them replaced."""
    changed = bytearray(data)
    for place, new in patches:
        changed[place : place + len(new)] = new
    return bytes(changed)


def died(subtype: str) -> bytes:
    """A WAV file of a recorder that never wrote the size of its sound."""
    data = written("WAV", subtype)
    return patched(data, (4, struct.pack("<I", 36)), (data.index(b"data") + 4, bytes(4)))


def aiff(size: int, frames: int) -> bytes:
    """An AIFF file that states this size of its sound, and this many sample frames."""
    data = written("AIFF")
    return patched(
        data,
        (data.index(b"COMM") + 10, struct.pack(">I", frames)),
        (data.index(b"SSND") + 4, struct.pack(">I", size)),
    )


def caf(size: int) -> bytes:
    """A CAF file that states this size of its sound."""
    data = written("CAF")
    return patched(data, (data.rindex(b"data") + 4, struct.pack(">q", size)))


def w64(size: int) -> bytes:
    """A Wave64 file that states this size of its sound."""
    data = written("W64")
    return patched(data, (data.index(b"data") + 16, struct.pack("<Q", size)))


def rf64(size: int) -> bytes:
    """An RF64 file that states this size of its sound."""
    data = written("RF64")
    return patched(data, (data.index(b"ds64") + 16, struct.pack("<Q", size)))


def au(size: int) -> bytes:
    """An AU file that states this size of its sound."""
    return patched(written("AU"), (8, struct.pack(">I", size)))


#: Files that hold all of the sound, and the note that says what is unusual.
WHOLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "good.wav": (lambda: wav(36 + N, N), ""),
    "riff_too_large_by_8.wav": (lambda: wav(44 + N, N), ""),
    "riff_too_large.wav": (lambda: wav(0x7FFFFFF0, N), ""),
    "riff_too_small.wav": (lambda: wav(4, N), ""),
    "recorder_died.wav": (lambda: wav(36, 0), UNSAID),
    "recorder_died_riff_0.wav": (lambda: wav(0, 0), UNSAID),
    "recorder_died_riff_8.wav": (lambda: wav(8, 0), UNSAID),
    "recorder_died_riff_good.wav": (lambda: wav(36 + N, 0), UNSAID),
    "recorder_died_extensible.wav": (lambda: wav(60, 0, extensible=True), UNSAID),
    "recorder_died_big_endian.wav": (lambda: wav(36, 0, big=True), UNSAID),
    "recorder_died_list_before.wav": (lambda: wav(36, 0, before=LIST), UNSAID),
    "pipe_of_ffmpeg.wav": (lambda: wav(-1, -1, before=LIST), ""),
    "pipe_of_sox.wav": (lambda: wav(0x7FFFF024, 0x7FFFF000), ""),
    "list_before.wav": (lambda: wav(36 + N + len(LIST), N, before=LIST), ""),
    "list_after.wav": (lambda: wav(36 + N + len(LIST), N, after=LIST), ""),
    "id3v1_after.wav": (lambda: wav(36 + N, N, after=b"TAG" + b"x" * 125), ""),
    "zeros_after.wav": (lambda: wav(36 + N, N, after=bytes(5_000)), ""),
    "no_padding.wav": (lambda: wav(38 + N, N + 1, body=BODY + b"\1"), ""),
    "8_bits.wav": (lambda: died("PCM_U8"), UNSAID),
    "24_bits.wav": (lambda: died("PCM_24"), UNSAID),
    "32_bits.wav": (lambda: died("PCM_32"), UNSAID),
    "float.wav": (lambda: died("FLOAT"), UNSAID),
    "double.wav": (lambda: died("DOUBLE"), UNSAID),
    "u_law.wav": (lambda: died("ULAW"), UNSAID),
    "a_law.wav": (lambda: died("ALAW"), UNSAID),
    "good.aiff": (lambda: written("AIFF"), ""),
    "recorder_died.aiff": (lambda: aiff(8, 0), UNSAID),
    "recorder_died_0.aiff": (lambda: aiff(0, 0), UNSAID),
    "pipe.aiff": (lambda: aiff(0xFFFFFFFF, 0xFFFFFFFF), ""),
    "good.caf": (lambda: written("CAF"), ""),
    "recorder_died.caf": (lambda: caf(0), UNSAID),
    "still_recording.caf": (lambda: caf(-1), ""),
    "good.w64": (lambda: written("W64"), ""),
    "recorder_died.w64": (lambda: w64(24), UNSAID),
    "recorder_died_0.w64": (lambda: w64(0), UNSAID),
    "good.rf64": (lambda: written("RF64"), ""),
    "recorder_died.rf64": (lambda: rf64(0), UNSAID),
    "pipe.rf64": (lambda: rf64(2**64 - 1), ""),
    "good.au": (lambda: written("AU"), ""),
    "recorder_died.au": (lambda: au(0), UNSAID),
    "pipe.au": (lambda: au(0xFFFFFFFF), ""),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_sound_is_whole_for_every_reader(tmp_path: Path, name: str) -> None:
    make, note = WHOLE[name]
    path = tmp_path / name
    path.write_bytes(make())
    sound, notes = read_with_notes(path)
    assert list(notes) == ([note] if note else [])
    assert sound.seconds == SECONDS
    np.testing.assert_array_equal(read(path).samples, sound.samples)
    found = decode(path, AudioSpec(sound.sample_rate))
    np.testing.assert_array_equal(found.samples, sound.samples)
    assert found.notes == notes
    assert np.corrcoef(sound.samples[:, 0], SOUND)[0, 1] > 0.999


@pytest.mark.parametrize("form", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "CAF", "AU"])
def test_a_sound_that_breaks_off_is_told_by_every_reader(tmp_path: Path, form: str) -> None:
    path = tmp_path / "broken"
    whole = written(form)
    path.write_bytes(whole[: len(whole) * 6 // 10])
    sound, notes = read_with_notes(path)
    assert 0.3 < sound.seconds < SECONDS * 0.7
    (note,) = notes
    assert note.endswith(f"broken off after {sound.seconds:.2f} s")
    if sound.seconds >= 1:
        assert decode(path, AudioSpec(sound.sample_rate)).notes == notes


@pytest.mark.parametrize("stated", [N + 2, 2 * N, 0x7FFFEFFF])
def test_a_size_that_is_larger_than_the_file_is_a_break(tmp_path: Path, stated: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(36 + N, stated))  # the RIFF size does not count
    assert read_with_notes(path)[1] == (f"{BROKEN} {SECONDS:.2f} s",)


@pytest.mark.parametrize("body", [b"", LIST, LIST + LIST])
def test_no_tag_is_taken_for_sound(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(wav(36 + len(body), 0, body=b"", after=body))
    assert len(read(tmp_path / "a.wav").samples) == 0
    with pytest.raises(AudioError, match="empty: a header without samples"):
        decode(tmp_path / "a.wav", AudioSpec(RATE))


def test_sound_behind_the_stated_end_is_told(tmp_path: Path) -> None:
    rest = np.random.default_rng(1).bytes(100_000)
    (tmp_path / "a.wav").write_bytes(wav(36 + N, N, after=rest))
    sound, notes = read_with_notes(tmp_path / "a.wav")
    assert sound.seconds == SECONDS
    assert notes == ("100000 bytes after the end that its header states: not read",)


@pytest.mark.parametrize("stated", [0, 1_000, 0xFFFFFFFF])
def test_a_size_that_lost_its_33rd_bit(tmp_path: Path, stated: int) -> None:
    path = tmp_path / "long.wav"
    path.write_bytes(wav(36, stated, body=b""))
    with path.open("r+b") as file:
        file.truncate(44 + 2**32 + 1_000)  # a hole, which takes no room
        found = headers.extent(file, 44 + 2**32 + 1_000)
    assert found is not None
    assert found.held == 2**32 - 1  # what libsndfile can read of it
    assert found.beyond == 1_001
    assert not found.broken


def test_only_the_beginning_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.wav").write_bytes(wav(36 + 100 * N, 100 * N, body=BODY * 100))
    given: list[int] = []
    blocks = Reader.blocks

    def counted(self: Reader) -> Iterator[Samples]:
        for block in blocks(self):
            given.append(len(block))
            yield block

    monkeypatch.setattr(Reader, "blocks", counted)
    sound = read(tmp_path / "a.wav", seconds=2.5)
    assert sound.seconds == 2.5
    assert given == [RATE] * 3
    np.testing.assert_array_equal(
        sound.samples[: len(SOUND), 0], read(tmp_path / "a.wav").samples[: len(SOUND), 0]
    )


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.m4a", b"\0\0\0\x20ftypM4A " + bytes(100), "m4a|convert it"),
        ("a.mid", b"MThd" + bytes(100), "notes, not sound"),
        ("a.wav", b"this is text", "Format not recognised"),
        ("a.wav", struct.pack("<4sI4s", b"RIFF", 4, b"WAVE"), "cannot read 'a.wav' as sound"),
    ],
)
def test_what_is_no_sound_is_told_with_what_to_do(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match=what):
        read(tmp_path / name)


def test_a_chunk_of_any_size_ends_the_search(tmp_path: Path) -> None:
    for size in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        (tmp_path / "a.wav").write_bytes(b"RIFF\0\0\0\0WAVEjunk" + struct.pack("<I", size) + BODY)
        with pytest.raises(AudioError):
            read(tmp_path / "a.wav")
    (tmp_path / "a.w64").write_bytes(patched(written("W64"), (40 + 16, bytes(8))))
    with pytest.raises(AudioError):
        read(tmp_path / "a.w64")
