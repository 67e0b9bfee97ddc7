"""The wire format: fields are read, and no bytes can make the reader fail another way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.artifact.protobuf import FIXED32, FIXED64, LENGTH, VARINT, Reader, WireError


def read(data: bytes) -> list[tuple[int, int, int, bytes]]:
    return [
        (item.number, item.wire, item.value, data[item.start : item.end])
        for item in Reader(data).fields(0, len(data))
    ]


def test_the_example_of_the_specification() -> None:
    # protobuf.dev/programming-guides/encoding: field 1 = 150, field 2 = "testing"
    assert read(bytes.fromhex("089601 120774657374696e67")) == [
        (1, VARINT, 150, b"\x96\x01"),
        (2, LENGTH, 0, b"testing"),
    ]


def test_fixed_widths() -> None:
    assert read(b"\x0d1234\x1112345678") == [
        (1, FIXED32, 0, b"1234"),
        (2, FIXED64, 0, b"12345678"),
    ]


def test_a_message_inside_another_ends_with_it() -> None:
    data = bytes.fromhex("1a03 089601 0801")
    (outer, after) = Reader(data).fields(0, len(data))
    (inner,) = Reader(data).fields(outer.start, outer.end)
    assert (inner.value, after.value) == (150, 1)
    with pytest.raises(WireError, match="cut short"):
        list(Reader(data).fields(outer.start, outer.end - 1))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("08", "cut short"),
        ("0896", "cut short"),
        ("08" + "ff" * 10 + "01", "more than ten bytes"),
        ("1205 61", "5 bytes announced, 1 left"),
        ("12ffffffffffffffffff01", "announced, 0 left"),
        ("0d 010203", "4 bytes announced, 3 left"),
        ("11 01020304050607", "8 bytes announced, 7 left"),
        ("00 01", "field number 0"),
        ("0b", "wire type 3"),
        ("0c", "wire type 4"),
        ("0e", "wire type 6"),
        ("ffffffffff7f 00", "field number"),
        ("8800 01", "needless zeros"),  # a tag
        ("08 8100", "needless zeros"),  # a value
        ("0a 818000 61", "needless zeros"),  # a length
        ("08 8000", "needless zeros"),
        ("08 ffffffffffffffffff02", "more than 64 bits"),
    ],
)
def test_bytes_that_are_no_message(data: str, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        read(bytes.fromhex(data))


def test_the_longest_number_is_that_of_minus_one() -> None:
    assert read(bytes.fromhex("08 ffffffffffffffffff01"))[0][2] == 2**64 - 1


@given(st.integers(0, 2**64 - 1))
def test_each_number_has_one_form(number: int) -> None:
    """Its shortest, which is the one that is read; each longer one is refused."""
    rest, short = number, b""
    while rest >= 0x80:
        short, rest = short + bytes([rest & 0x7F | 0x80]), rest >> 7
    short += bytes([rest])
    assert read(b"\x08" + short) == [(1, VARINT, number, short)]
    for more in range(1, 11 - len(short)):
        long = short[:-1] + bytes([short[-1] | 0x80]) + b"\x80" * (more - 1) + b"\x00"
        with pytest.raises(WireError, match="needless zeros"):
            read(b"\x08" + long)


def test_errors_know_where() -> None:
    with pytest.raises(WireError, match="at byte 2") as caught:
        read(bytes.fromhex("0801 00"))
    assert caught.value.offset == 2


def test_text_must_be_utf8() -> None:
    data = bytes.fromhex("0a02 c3a9 0a01 ff")
    good, bad = Reader(data).fields(0, len(data))
    assert Reader(data).text(good, 2) == "é"
    with pytest.raises(WireError, match="UTF-8"):
        Reader(data).text(bad, 2)
    with pytest.raises(WireError, match="2 bytes where 1 are allowed"):
        Reader(data).text(good, 1)


def test_the_number_of_fields_is_bounded_over_all_messages() -> None:
    data = b"\x08\x01" * 10
    reader = Reader(data, fields_left=15)
    assert len(list(reader.fields(0, len(data)))) == 10
    with pytest.raises(WireError, match="too many fields"):
        list(reader.fields(0, len(data)))


@given(st.binary(max_size=200))
def test_fields_tile_the_message_or_it_is_refused(data: bytes) -> None:
    try:
        fields = list(Reader(data).fields(0, len(data)))
    except WireError:
        return
    ends = [0, *(item.end for item in fields)]
    assert ends[-1] == len(data)
    assert all(before < item.start <= item.end for before, item in zip(ends, fields, strict=False))
