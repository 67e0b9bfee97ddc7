"""Bytes of MIDI, as devices send them, and any others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.parser import BEND, CC, NOTE_OFF, NOTE_ON, PRESSURE, PROGRAM, Message, Parser


def read(*pieces: str) -> list[Message]:
    parser = Parser()
    return [found for piece in pieces for found in parser.feed(bytes.fromhex(piece))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("90 3c 40", [Message(NOTE_ON, 1, 60, 64)]),
        ("8f 3c 00", [Message(NOTE_OFF, 16, 60, 0)]),
        ("c2 05", [Message(PROGRAM, 3, 5)]),
        ("d0 7f", [Message(PRESSURE, 1, 127)]),
        ("e1 00 40", [Message(BEND, 2, 0, 64)]),
        ("b0 01 02 01 03", [Message(CC, 1, 1, 2), Message(CC, 1, 1, 3)]),  # running status
        ("b0 01 f8 02 fe", [Message(CC, 1, 1, 2)]),  # clock and active sensing inside and after it
        ("f0 7e 00 b0 01 02", [Message(CC, 1, 1, 2)]),  # system exclusive that does not end
        ("f0 01 02 f7 03 04", []),  # nothing runs on after it
        ("b0 01 02 f2 03 04 05", [Message(CC, 1, 1, 2)]),  # song position ends running status
        ("b0 01 90 3c 40", [Message(NOTE_ON, 1, 60, 64)]),  # a message that was cut off
        ("01 02 f4 f5 03", []),
    ],
)
def test_messages_are_found(data: str, expected: list[Message]) -> None:
    assert read(data) == expected
    assert read(*data.split()) == expected  # byte by byte


def test_long_system_exclusive_is_not_kept() -> None:
    parser = Parser()
    for _ in range(1000):
        assert parser.feed(b"\xf0" + b"\x01" * 1000) == []
    assert parser._data == []


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_in_any_pieces_give_the_same_valid_messages(data: bytes, cut: int) -> None:
    whole, pieces = Parser(), Parser()
    found = whole.feed(data)
    assert found == pieces.feed(data[:cut]) + pieces.feed(data[cut:])
    for kind, channel, number, value in found:
        assert NOTE_OFF <= kind <= BEND
        assert 1 <= channel <= 16
        assert 0 <= number < 128
        assert 0 <= value < 128


@given(st.lists(st.tuples(st.integers(8, 14), st.integers(1, 16), *[st.integers(0, 127)] * 2)))
def test_what_is_written_is_read(messages: list[tuple[int, int, int, int]]) -> None:
    data, expected = b"", []
    for kind, channel, number, value in messages:
        short = kind in (PROGRAM, PRESSURE)
        data += bytes([kind << 4 | channel - 1, number, *([] if short else [value])])
        expected.append(Message(kind, channel, number, 0 if short else value))
    assert Parser().feed(data) == expected
