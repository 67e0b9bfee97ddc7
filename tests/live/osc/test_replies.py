from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from musicvae.live.network.budget import Budget
from musicvae.live.osc import packets
from musicvae.live.osc.replies import MAX_BYTES, message


@given(st.lists(st.one_of(st.integers(), st.floats(), st.text()), max_size=40))
def test_replies_are_well_formed_short_and_of_simple_types(values: list[int | float | str]) -> None:
    data = message("/status.reply", *values)
    assert len(data) <= MAX_BYTES
    (read,) = packets.read(data)
    assert len(read.arguments) == len(values) or len(data) > MAX_BYTES - 300
    tags = data[16 : data.index(b"\0", 16)].decode()
    assert set(tags) <= set(",ifs")


def test_every_byte_of_a_reply_is_as_the_specification_says() -> None:
    data = message("/status.reply", "level", -3.5, 7, "", "four", True)
    assert data == (
        b"/status.reply\0\0\0,sfissi\0"
        + b"level\0\0\0"
        + struct.pack(">fi", -3.5, 7)
        + b"\0\0\0\0four\0\0\0\0"
        + struct.pack(">i", 1)
    )
    assert message("/pong") == b"/pong\0\0\0,\0\0\0"


def encoded(address: str, values: list[int | float | str]) -> bytes:
    """A message of values that are all in range, as ``struct`` writes it."""

    def padded(text: str) -> bytes:
        return text.encode() + bytes(4 - len(text.encode()) % 4)

    tags = "".join({str: "s", int: "i", float: "f"}[type(value)] for value in values)
    parts = [
        padded(value) if isinstance(value, str) else struct.pack(f">{tag}", value)
        for tag, value in zip(tags, values, strict=True)
    ]
    return padded(address) + padded(f",{tags}") + b"".join(parts)


PLAIN = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.floats(width=32, min_value=-(2.0**127), max_value=2.0**127),
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cn", "Co", "Cs", "Z"]), max_size=40),
)


def as_many_as_fit(address: str, values: list[int | float | str]) -> bytes:
    while len(encoded(address, values)) > MAX_BYTES:
        values = values[:-1]
    return encoded(address, values)


@given(st.lists(PLAIN, max_size=120))
def test_as_many_values_are_sent_as_fit(values: list[int | float | str]) -> None:
    assert message("/status.reply", *values) == as_many_as_fit("/status.reply", values)


@pytest.mark.parametrize("text", ["a\x1bb", "a\nb", "a\u2028b", "a\u202eb", "a\ud800b"])
def test_what_steers_a_terminal_or_has_no_encoding_is_not_answered(text: str) -> None:
    assert message("/fail", text) == encoded("/fail", ["a?b"])


def test_the_last_byte_is_used_however_the_tags_are_padded() -> None:
    lengths = []
    for length in range(0, 64, 4):
        values = ["a" * length, *range(300)]
        data = message("/x", *values)
        assert data == as_many_as_fit("/x", values)
        lengths.append(len(data))
    assert MAX_BYTES in lengths


def test_values_keep_their_meaning() -> None:
    (read,) = packets.read(message("/x", 2**40, -(2**40), True, math.nan, "é" * 700))
    assert read.arguments == (2**31 - 1, -(2**31), 1, 0.0, "é" * 298 + "…")


@given(st.lists(st.one_of(st.integers(), st.floats(), st.text()), max_size=8))
def test_python_osc_reads_the_same(values: list[int | float | str]) -> None:
    data = message("/status.reply", *values)
    assert list(OscMessage(data).params) == list(packets.read(data)[0].arguments)


def test_a_long_reason_is_cut_between_words() -> None:
    reason = "pip install ./plugins " * 40
    (read,) = packets.read(message("/fail", "/model/load", reason))
    (_, said) = read.arguments
    assert isinstance(said, str)
    assert 560 < len(said.encode()) <= 600
    assert set(said.removesuffix("…").split()) <= {"pip", "install", "./plugins"}
    (read,) = packets.read(message("/fail", "/model/load", reason[:600]))
    assert read.arguments[1] == reason[:600]


def test_what_does_not_fit_is_left_out_and_nothing_more() -> None:
    numbers = packets.read(message("/x", *range(2000)))[0].arguments
    assert numbers == tuple(range(278))
    assert len(message("/x", *range(2000))) == MAX_BYTES - 4  # one more would take 8
    texts = packets.read(message("/x", "a" * 199, 1, *["b" * 199] * 7))[0].arguments
    assert len(texts) == 7


def test_the_budget_is_a_rate() -> None:
    budget = Budget(5)
    assert [budget.spend(0.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [budget.spend(0.2) for _ in range(2)] == [True, False]
    assert sum(budget.spend(100 + step / 1000) for step in range(1000)) == pytest.approx(10, abs=1)
