"""Files are whole or not there, and what strangers wrote is read within limits."""

from __future__ import annotations

import errno
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae import audio
from musicvae.artifact.reading import read_info
from musicvae.errors import DeviceError, MusicVAEError
from musicvae.files import (
    MAX_DEPTH,
    explained,
    open_regular,
    parse_json,
    parse_json_object,
    read_bytes,
    read_json,
    replacing,
    write_json,
)
from musicvae.latents.tape import Tape
from musicvae.latents.tape_format import read_header
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.storage.scores import read_score
from musicvae.soundfiles.reader import Reader


def test_a_good_block_leaves_only_the_file(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "take.wav"
    with replacing(target) as temporary:
        assert temporary.parent == target.parent
        assert temporary.suffix == ".wav"
        temporary.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(target.parent.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o644


def test_what_the_system_refuses_names_the_target(tmp_path: Path) -> None:
    """Not the temporary file, which is gone by then, nor nothing, as an open file does."""
    target = tmp_path / "take.wav"

    def refused(number: int, name: Callable[[Path], str | None]) -> OSError:
        with (
            pytest.raises(OSError, match=r"take|an input") as caught,
            replacing(target) as temporary,
        ):
            raise OSError(number, os.strerror(number), name(temporary))
        return caught.value

    full = refused(errno.ENOSPC, lambda temporary: None)
    assert (full.errno, full.filename) == (errno.ENOSPC, str(target))
    assert explained(full).startswith(f"the disk is full, so {str(target)!r} cannot be written.")
    gone = refused(errno.ENOENT, str)
    assert (type(gone), gone.filename) == (FileNotFoundError, str(target))
    assert explained(gone).startswith(f"{str(target)!r} cannot be read or written. Received: No")
    other = str(tmp_path / "an input")
    assert refused(errno.ENOENT, lambda temporary: other).filename == other
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which no file can be")
def test_a_folder_that_takes_no_file_is_told_by_the_target() -> None:
    with pytest.raises(OSError, match=r"'/proc/take\.wav'"), replacing("/proc/take.wav"):
        pass


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failing_block_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "take.wav"
    target.write_bytes(b"old")

    def fail() -> None:
        with replacing(target) as temporary:
            temporary.write_bytes(b"ha")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_target_that_cannot_be_replaced_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OSError, match="folder"), replacing(target) as temporary:
        temporary.write_bytes(b"new")
    assert list(tmp_path.iterdir()) == [target]


def test_json_keeps_names_that_are_not_unicode(tmp_path: Path) -> None:
    folder = {"folder": "caf\udce9", "genre": "été"}
    write_json(tmp_path / "run.json", folder)
    assert read_json(tmp_path / "run.json") == folder


def test_json_keeps_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(path, {"genre": "été", "steps": [1, 2.5, None]})
    assert read_json(path) == {"genre": "été", "steps": [1, 2.5, None]}
    assert "été" in path.read_text("utf-8")


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(path, {"step": 1})
    with pytest.raises(TypeError):
        write_json(path, {"step": object()})
    assert read_json(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "preset.json"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    with pytest.raises(ValueError, match="more than 4 bytes"):
        read_bytes(path, 4)
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none.json", 4)


@pytest.mark.parametrize("data", ['{"été": [1, 2.5, null]}', "[]", '"text"', "-3", "true"])
def test_json_of_strangers_reads_like_any_other(data: str) -> None:
    value = json.loads(data)
    coded = data.encode()
    assert parse_json(data, 100) == parse_json(coded, len(coded)) == value
    assert parse_json(b"\xef\xbb\xbf" + coded, 100) == value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[1, 2, 3, 4, 5]", "more than 12 bytes"),
        ("[1, 2, 3, 4, 5]", "more than 12 characters"),
        (b"", "Expecting value"),
        (b"{'a': 1}", "property name"),
        (b"[1] [2]", "Extra data"),
        (b'"\xff"', "can't decode byte"),
        (b"[NaN]", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
    ],
)
def test_what_is_not_json_is_refused_with_the_reason(data: bytes | str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_json(data, 12)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_has_a_limit_however_deep_it_is(opening: str, closing: str) -> None:
    def nested(depth: int) -> str:
        return opening * depth + "1" + closing * depth

    assert parse_json(nested(MAX_DEPTH), 10**6)
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(ValueError, match=f"more than {MAX_DEPTH} deep"):
            parse_json(nested(depth), 10**6)


def test_an_object_is_an_object() -> None:
    assert parse_json_object('{"a": 1}', 100) == {"a": 1}
    with pytest.raises(ValueError, match="no JSON object but a list"):
        parse_json_object(b"[1]", 100)


def test_lists_and_values_are_counted_before_anything_is_decoded() -> None:
    assert parse_json("[[], [{}]]", 100, lists=4) == [[], [{}]]
    with pytest.raises(ValueError, match="more than 3 lists and objects"):
        parse_json("[[], [{}]]", 100, lists=3)
    assert parse_json("[1, 2, 3]", 100, values=3) == [1, 2, 3]
    with pytest.raises(ValueError, match="more than 2 values"):
        parse_json("[1, 2, not even JSON", 100, values=2)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '[{"b": {"a": 1, "c": 0, "a": 1}}]'])
def test_a_value_that_is_named_twice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="'a' twice"):
        parse_json(text, 100)


@pytest.mark.parametrize("space", [0, 2**18])
def test_numbers_read_alike_in_short_and_in_long_texts(space: int) -> None:
    numbers = "[-12345678901234567890, 1.5e3, 1e999, 0.0001, 7, 1" + "0" * 400 + " " * space + "]"
    expected = [-12345678901234567890, 1500.0, math.inf, 0.0001, 7, 10**400]
    assert parse_json(numbers, 10**6) == expected
    with pytest.raises(ValueError, match="digits"):  # Python's own limit, since they take long
        parse_json("1" * 5_000 + " " * space, 10**6)
    assert [type(number) for number in parse_json("[7, 7.0]" + " " * space, 10**6)] == [int, float]
    with pytest.raises(ValueError, match="NaN is not a number"):
        parse_json("[NaN]" + " " * space, 10**6)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
class TestPipes:
    """Nobody ever writes to this pipe, so opening it in the ordinary way never returns."""

    @pytest.fixture
    def pipe(self, tmp_path: Path) -> Path:
        os.mkfifo(tmp_path / "pipe.wav")
        return tmp_path / "pipe.wav"

    @pytest.mark.parametrize(
        "read",
        [
            open_regular,
            lambda path: read_bytes(path, 100),
            lambda path: replacing(path).__enter__(),
            audio.read,
            Reader,
            read_header,
            Tape.load,
            read_score,
            read_info,
            lambda path: GrowingWav(path, 8000, 1),
        ],
    )
    def test_are_refused_without_waiting(self, pipe: Path, read: Any) -> None:
        with pytest.raises((OSError, MusicVAEError), match=r"pipe|No such device|no file"):
            read(pipe)
        assert pipe.is_fifo()

    def test_with_a_reader_are_refused_as_output_too(self, pipe: Path) -> None:
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        with pytest.raises(DeviceError, match="it is a pipe"):
            GrowingWav(pipe, 8000, 1)
        os.close(reader)


@pytest.mark.parametrize("letter", ["a", "é", "音"])
def test_a_name_as_long_as_a_folder_holds_can_be_written(tmp_path: Path, letter: str) -> None:
    stem = letter * ((255 - len(".json")) // len(letter.encode()))
    write_json(tmp_path / f"{stem}.json", [1])
    assert [path.name for path in tmp_path.iterdir()] == [f"{stem}.json"]


def test_a_device_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    device = tmp_path / "null"
    device.symlink_to(os.devnull)
    with pytest.raises(OSError, match="device"), replacing(device):
        raise AssertionError("not reached")
    with pytest.raises(OSError, match="device"):
        open_regular(device)
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
