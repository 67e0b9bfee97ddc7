"""Holds the decoder against a second one, written after the specification and not for speed."""

from __future__ import annotations

import io
import json
import logging
import math
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage

from musicvae.errors import PacketError
from musicvae.live.osc import packets
from musicvae.live.osc.packets import Message

HOSTILE = json.loads(Path(__file__).parents[1].joinpath("hostile_packets.json").read_text("utf-8"))
NUMBERS = {"i": ">i", "f": ">f", "h": ">q", "d": ">d", "t": ">Q"}
CONSTANTS: dict[str, Any] = {"T": True, "F": False, "N": None, "I": math.inf}


def padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def reference(data: bytes, when: int = 1) -> list[Message]:
    """The messages of a packet that is well-formed."""
    stream = io.BytesIO(data)
    if not data.startswith(b"#bundle\0"):
        return [reference_message(stream, when)]
    messages = []
    stream.read(8)
    (when,) = struct.unpack(">Q", stream.read(8))
    while size := stream.read(4):
        messages += reference(stream.read(int.from_bytes(size, "big")), when)
    return messages


def reference_message(stream: io.BytesIO, when: int) -> Message:
    address = reference_text(stream)
    tags = reference_text(stream) if stream.tell() < len(stream.getvalue()) else ","
    values = (reference_value(stream, tag) for tag in tags.strip(",") if tag not in "[]")
    return Message(address, tuple(values), when)


def reference_value(stream: io.BytesIO, tag: str) -> Any:
    if tag in CONSTANTS:
        return CONSTANTS[tag]
    if tag in "sS":
        return reference_text(stream)
    if tag == "b":
        size = int.from_bytes(stream.read(4), "big")
        return stream.read(-(-size // 4) * 4)[:size]
    if tag == "c":
        return stream.read(4)[3:].decode("latin-1")
    if tag in "rm":
        return stream.read(4)
    return struct.unpack(NUMBERS[tag], stream.read(struct.calcsize(NUMBERS[tag])))[0]


def reference_text(stream: io.BytesIO) -> str:
    text = b""
    while not text.endswith(b"\0"):
        part = stream.read(4)
        assert part, "a text does not end"  # else this would not either
        text += part
    return text.rstrip(b"\0").decode()


def bytes_of(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
BLOBS = st.binary(max_size=9).map(
    lambda blob: struct.pack(">i", len(blob)) + blob + bytes(-len(blob) % 4)
)
#: Tag and bytes of one argument, whatever the bytes mean: NaN, largest and smallest are among them.
ARGUMENTS = st.one_of(
    *[st.tuples(st.just(tag), bytes_of(4)) for tag in "ifcrm"],
    *[st.tuples(st.just(tag), bytes_of(8)) for tag in "hdt"],
    st.tuples(st.sampled_from("sS"), TEXTS.map(lambda text: padded(text.encode()))),
    st.tuples(st.just("b"), BLOBS),
    st.tuples(st.sampled_from(["T", "F", "N", "I", "[]", "[[]]"]), st.just(b"")),
)
ADDRESSES = st.text("abcé/*[]0123", max_size=9).map(lambda text: f"/{text}".encode())


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    arguments = draw(st.lists(ARGUMENTS, max_size=10))
    tags = "".join(tag for tag, _ in arguments)
    if draw(st.booleans()):
        tags = f"[{tags}]"
    body = b"".join(data for _, data in arguments)
    return padded(draw(ADDRESSES)) + padded(f",{tags}".encode()) + body


@st.composite
def bundles(draw: st.DrawFn, elements: st.SearchStrategy[bytes]) -> bytes:
    parts = draw(st.lists(elements, max_size=4))
    counted = (struct.pack(">i", len(part)) + part for part in parts)
    return b"#bundle\0" + draw(bytes_of(8)) + b"".join(counted)


PACKETS = st.recursive(messages(), bundles, max_leaves=6)


@given(PACKETS)
@settings(max_examples=200)
def test_well_formed_packets_are_read_as_the_reference_reads_them(data: bytes) -> None:
    # repr tells 1 from True and 1.0, and NaN is the same as NaN.
    assert repr(packets.read(data)) == repr(reference(data))


@pytest.mark.parametrize("data", [b"/a\0\0", b"#bundle\0" + bytes(8) + b"\0\0\0\4/a\0\0"])
def test_a_message_may_have_no_tags(data: bytes) -> None:
    """Some old senders leave them out."""
    assert repr(packets.read(data)) == repr(reference(data))
    assert packets.read(data)[0].arguments == ()


@given(PACKETS, st.data())
def test_python_osc_is_given_nothing_that_it_stumbles_over(
    data: bytes, draw: st.DataObject
) -> None:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(
            st.sampled_from(b"\0\1\4\xffsSbcI[,")
        )
    with pytest.MonkeyPatch.context() as patching:
        # It logs what it does not know, and reads on at the wrong place.
        patching.setattr(logging, "warning", lambda text, *_: pytest.fail(text))
        try:
            read = packets.read(bytes(damaged))
        except PacketError:
            return
    assert repr(read) == repr(reference(bytes(damaged)))


@pytest.fixture
def given_to_python_osc(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    heard: list[bytes] = []

    def hear(data: bytes) -> OscMessage:
        heard.append(data)
        return OscMessage(data)

    monkeypatch.setattr(packets, "OscMessage", hear)
    return heard


@pytest.mark.parametrize("packet", HOSTILE, ids=[packet["what"] for packet in HOSTILE])
def test_no_hostile_packet_reaches_python_osc(
    packet: dict[str, str], given_to_python_osc: list[bytes]
) -> None:
    try:
        packets.read(bytes.fromhex(packet["hex"]))
    except PacketError:
        assert given_to_python_osc == []


def test_python_osc_decodes_what_is_not_numbers_alone(given_to_python_osc: list[bytes]) -> None:
    packets.read(padded(b"/latent") + padded(b",[fi]") + bytes(8))
    assert given_to_python_osc == []
    (message,) = packets.read(padded(b"/x") + padded(b",s[cI]") + padded(b"text") + b"\0\0\0a")
    assert message.arguments == ("text", "a", math.inf)
    assert given_to_python_osc == [padded(b"/") + padded(b",siN") + padded(b"text") + b"\0\0\0a"]
