from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.errors import PacketError
from musicvae.live.osc import packets, timetags
from musicvae.live.osc.packets import Argument, Message

HOSTILE = json.loads(Path(__file__).parents[1].joinpath("hostile_packets.json").read_text("utf-8"))
#: These are well-formed OSC; what they ask for is refused later, or done at once.
WELL_FORMED = ("dated in 2036", "NaN and infinity", "pattern", "a path in a model name")


def bundle(*elements: bytes, sizes: list[int] | None = None, when: int = 0) -> bytes:
    counted = sizes or [len(element) for element in elements]
    body = b"".join(
        struct.pack(">i", size) + element for size, element in zip(counted, elements, strict=True)
    )
    return b"#bundle\0" + when.to_bytes(8, "big") + body


PING = b"/ping\0\0\0,\0\0\0"


@pytest.mark.parametrize("packet", HOSTILE, ids=[packet["what"] for packet in HOSTILE])
def test_hostile_packets_are_refused_or_harmless(packet: dict[str, str]) -> None:
    data = bytes.fromhex(packet["hex"])
    if any(words in packet["what"] for words in WELL_FORMED):
        assert len(packets.read(data)) == 1
    else:
        with pytest.raises(PacketError):
            packets.read(data)


def test_our_copy_of_the_hostile_packets_is_complete(shared_data: Path) -> None:
    original = json.loads((shared_data / "hostile_packets.json").read_text("utf-8"))
    assert original == HOSTILE
    assert len(HOSTILE) == 19


@given(st.binary(max_size=512))
@example(b"")
def test_any_bytes_give_messages_or_a_packet_error(data: bytes) -> None:
    try:
        messages = packets.read(data)
    except PacketError:
        return
    assert all(message.address.startswith("/") for message in messages)


VALUES = st.one_of(
    st.tuples(st.integers(-(2**31), 2**31 - 1), st.just("i")),
    st.tuples(st.integers(-(2**63), 2**63 - 1), st.just("h")),
    st.tuples(st.floats(width=32, allow_nan=False), st.just("f")),
    st.tuples(st.floats(allow_nan=False), st.just("d")),
    st.tuples(st.text().filter(lambda text: "\0" not in text), st.just("s")),
    st.tuples(st.binary(min_size=1), st.just("b")),
    st.tuples(st.just(True), st.just("T")),
    st.tuples(st.just(False), st.just("F")),
    st.tuples(st.none(), st.just("N")),
)
ADDRESSES = st.text("abcdeé/*[]0123", min_size=1, max_size=40).map(lambda text: f"/{text}")


def encoded(address: str, values: list[tuple[Argument, str]]) -> bytes:
    builder = OscMessageBuilder(address=address)
    for value, kind in values:
        builder.add_arg(value, kind)
    return bytes(builder.build().dgram)


@given(ADDRESSES, st.lists(VALUES, max_size=8))
def test_reads_what_python_osc_builds(address: str, values: list[tuple[Argument, str]]) -> None:
    (message,) = packets.read(encoded(address, values))
    assert message == Message(address, tuple(value for value, _ in values))
    assert [type(value) for value in message.arguments] == [type(value) for value, _ in values]


@given(ADDRESSES, st.lists(VALUES, max_size=8), st.data())
@settings(max_examples=200)
def test_damaged_messages_raise_nothing_else(
    address: str, values: list[tuple[Argument, str]], draw: st.DataObject
) -> None:
    data = bytearray(bundle(encoded(address, values), PING))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(data)))
    for damaged in (bytes(data), bytes(data[:cut])):
        try:
            packets.read(damaged)
        except PacketError:
            continue


def test_bundles_of_python_osc_are_flattened_in_order() -> None:
    inner, outer = OscBundleBuilder(IMMEDIATELY), OscBundleBuilder(IMMEDIATELY)
    inner.add_content(OscMessageBuilder("/b").build())
    for content in (OscMessageBuilder("/a"), inner, OscMessageBuilder("/c")):
        outer.add_content(content.build())
    read = packets.read(outer.build().dgram)
    assert [message.address for message in read] == ["/a", "/b", "/c"]


def test_every_type_is_read() -> None:
    tags = b",ifhdsSbcrmtTFNI[i]\0"
    body = (
        struct.pack(">ifqd", -1, 0.5, -(2**40), 0.25)
        + b"one\0two\0"
        + struct.pack(">i3sx", 3, b"abc")
        + b"\0\0\0x"
        + b"rgba"
        + b"midi"
        + struct.pack(">Qi", 1, 7)
    )
    (message,) = packets.read(b"/x\0\0" + tags + bytes(-len(tags) % 4) + body)
    assert message.arguments == (
        *(-1, 0.5, -(2**40), 0.25, "one", "two", b"abc", "x", b"rgba", b"midi", 1),
        *(True, False, None, math.inf, 7),
    )


def test_a_message_carries_the_time_of_its_innermost_bundle() -> None:
    assert packets.read(PING)[0].when == timetags.IMMEDIATELY
    # The specification wants inner times not before outer ones; senders do otherwise.
    inner = bundle(PING, when=5 << 32)
    nested = bundle(PING, inner, PING, bundle(bundle(PING, when=2**64 - 1), when=0), when=7 << 32)
    times = [message.when for message in packets.read(nested)]
    assert times == [7 << 32, 5 << 32, 7 << 32, 2**64 - 1]


def test_a_header_that_is_known_changes_nothing() -> None:
    for _ in range(2):
        floats = b"/latent\0,fi\0" + struct.pack(">fi", 0.5, 7)
        assert packets.read(floats) == [Message("/latent", (0.5, 7))]
        assert packets.read(b"/latent\0,fi\0" + bytes(8)) == [Message("/latent", (0.0, 0))]
        for wrong in (floats[:-4], floats + bytes(4)):
            with pytest.raises(PacketError):
                packets.read(wrong)
        with pytest.raises(PacketError, match="unknown type tag 'x'"):
            packets.read(b"/latent\0,fx\0" + bytes(8))


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 300])
def test_numbers_of_mixed_types_are_read_however_many(count: int) -> None:
    tags = ("fidht" * count)[:count]
    values = tuple(range(count))
    padded = f",{tags}".encode() + bytes(4 - (count + 1) % 4)
    layout = ">" + tags.translate(str.maketrans("ht", "qQ"))
    data = b"/x\0\0" + padded + struct.pack(layout, *values)
    assert packets.read(data) == [Message("/x", values)]


def test_a_message_may_leave_out_its_tags_only_without_arguments() -> None:
    assert packets.read(b"/ping\0\0\0") == [Message("/ping")]
    with pytest.raises(PacketError, match="no type tags"):
        packets.read(b"/ping\0\0\0\x01\0\0\0")


def nested(depth: int) -> bytes:
    data = PING
    for _ in range(depth):
        data = bundle(data)
    return data


def test_limits_are_exact() -> None:
    assert len(packets.read(nested(packets.MAX_DEPTH))) == 1
    assert len(packets.read(bundle(*[PING] * (packets.MAX_ELEMENTS - 1)))) == 1023
    most = b"/a\0\0," + b"T" * packets.MAX_ARGUMENTS
    padded = most + bytes(4 - len(most) % 4)
    assert len(packets.read(padded)[0].arguments) == packets.MAX_ARGUMENTS
    longest = b"/" + b"a" * (packets.MAX_ADDRESS - 1) + b"\0"
    assert len(packets.read(longest)[0].address) == packets.MAX_ADDRESS


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (nested(packets.MAX_DEPTH + 1), "nested deeper"),
        (bundle(*[PING] * packets.MAX_ELEMENTS), "more than 1024 elements"),
        (b"/a\0\0," + b"T" * 4097 + bytes(2), "more than 4096 arguments"),
        (b"/" + b"a" * 255 + bytes(4), "longer than 255"),
        (b"#bundle\0\0\0\0\0", "cut short"),
        (bundle(b"", sizes=[0]), "empty element"),
        (bundle(b"/a\0\0", sizes=[3]), "multiple of 4"),
        (b"/a\0x,\0\0\0", "padding"),
        (b"/a\0\0,s\0\0ab\0x", "padding"),
        (b"/a\0\0,b\0\0\0\0\0\x01a\0\0x", "padding"),
        (b"/a\0\0,\0\0\0abcd", "left over"),
        (b"/a\0\0,[T\0", "not closed"),
        (b"/a\0\0,]\0\0", "before it was opened"),
        (b"a\0\0\0,\0\0\0", "begin with '/'"),
        (b"/a\0\0,abc", "without end"),
        (b"/a\0\0,b\0\0", "fewer bytes"),
        (b"/a\0\0,b\0\0\0\0\0\x05abcd", "beyond the packet"),
        # A walk that went back by this size would meet the end all the same.
        (b"/a\0\0,bi\0\xff\xff\xff\xfc", "blob is negative"),
    ],
)
def test_refusals_give_their_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PacketError, match=reason):
        packets.read(data)
