from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pythonosc import slip

from musicvae.errors import PacketError
from musicvae.live.osc.framing import MAX_PACKET, Deframer, Framing, encode

PING = b"/ping\0\0\0,\0\0\0"
BOTH = pytest.mark.parametrize("framing", list(Framing), ids=lambda framing: framing.name)
#: END and ESC often, since only they are special.
PACKET = st.lists(st.sampled_from(b"\xc0\xdb\xdc\xdd\0/a"), min_size=1, max_size=40).map(bytes)


def pieces(sent: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted(cut % (len(sent) + 1) for cut in cuts)
    return [sent[a:b] for a, b in zip([0, *places], [*places, len(sent)], strict=True)]


def fed(deframer: Deframer, parts: list[bytes]) -> list[bytes]:
    return [packet for part in parts for packet in deframer.feed(part)]


@BOTH
@given(packets=st.lists(PACKET, max_size=6), cuts=st.lists(st.integers(0, 1000), max_size=12))
def test_packets_survive_any_cuts(framing: Framing, packets: list[bytes], cuts: list[int]) -> None:
    sent = b"".join(encode(packet, framing) for packet in packets)
    deframer = Deframer()
    assert fed(deframer, pieces(sent, cuts)) == packets
    assert deframer.framing is (framing if packets else None)


@given(sent=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=12))
@example(b"/a\xdb\xdc\xc0\xdbx\xc0", [1, 2, 3, 5])
@example(b"\0\0\0\1a\0\0\0\0", [1, 4, 6])
def test_the_cuts_decide_neither_packets_nor_errors(sent: bytes, cuts: list[int]) -> None:
    def outcome(parts: list[bytes]) -> tuple[list[bytes], str]:
        deframer, packets = Deframer(), []
        try:
            for part in parts:
                for packet in deframer.feed(part):
                    packets.append(packet)
        except PacketError as error:
            return packets, error.what
        return packets, ""

    assert outcome(pieces(sent, cuts)) == outcome([sent])


@given(PACKET)
def test_slip_is_that_of_python_osc(packet: bytes) -> None:
    assert fed(Deframer(), [slip.encode(packet)]) == [packet]
    assert slip.decode(encode(packet, Framing.SLIP)) == packet


@pytest.mark.parametrize("begin", [b"", b"\xc0", b"\xc0\xc0\xc0"])
def test_slip_may_begin_with_any_number_of_ends(begin: bytes) -> None:
    assert fed(Deframer(), [begin + PING + b"\xc0" + PING + b"\xc0\xc0"]) == [PING, PING]
    bundle = b"#bundle\0" + bytes(7) + b"\1"
    assert fed(Deframer(), [begin + bundle + b"\xc0"]) == [bundle]


def test_lengths_are_big_endian_and_a_packet_may_be_as_large_as_a_datagram() -> None:
    assert encode(PING, Framing.LENGTH) == b"\0\0\0\x0c" + PING
    for framing in Framing:
        largest = b"/" + b"\xc0" * (MAX_PACKET - 1)
        assert fed(Deframer(), [encode(largest, framing)]) == [largest]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\n", "begins with byte 0x47 is not OSC"),
        (b"\x16\x03\x01", "0x16"),  # TLS
        (b"\0\0\0\0", "a packet of 0 bytes"),
        (b"\0\1\0\1", "a packet of 65537 bytes"),
        (b"\0\0\0\x04/a\0\0\xff\xff\xff\xff", "a packet of 4294967295 bytes"),
        (b"/a\xdb\xc0", "escape"),
        (b"/a\xdba\xc0", "escape"),
        (b"/a\xdb\xdb\xdc\xc0", "escape"),
        (b"/" + b"a" * MAX_PACKET + b"\xc0", "more than 65536"),
        (b"/" + b"a" * 2 * MAX_PACKET, "more than 65536"),
    ],
)
def test_nonsense_is_refused_with_a_reason(sent: bytes, reason: str) -> None:
    with pytest.raises(PacketError, match=reason):
        fed(Deframer(), [sent])


@BOTH
def test_packets_before_the_nonsense_are_given(framing: Framing) -> None:
    nonsense = {Framing.LENGTH: b"\xff\xff\xff\xff", Framing.SLIP: b"\xdb\xc0"}[framing]
    packets = Deframer().feed(encode(PING, framing) + nonsense)
    assert next(packets) == PING
    with pytest.raises(PacketError):
        next(packets)


def test_what_is_kept_of_an_endless_packet_is_bounded() -> None:
    deframer, most = Deframer(), 0
    for part in [b"/", *[b"a" * 1000] * (2 * MAX_PACKET // 1000)]:
        most = max(most, kept_after(deframer, part))
    with pytest.raises(PacketError, match="more than 65536"):
        list(deframer.feed(b"a" * 1000))
    assert MAX_PACKET < most <= 2 * MAX_PACKET


def test_what_is_kept_of_many_packets_is_one() -> None:
    deframer = Deframer()
    sent = encode(b"/" * MAX_PACKET, Framing.LENGTH) * 10
    kept = [kept_after(deframer, sent[at : at + 999]) for at in range(0, len(sent), 999)]
    assert MAX_PACKET - 999 < max(kept) <= MAX_PACKET + 4


def kept_after(deframer: Deframer, piece: bytes) -> int:
    list(deframer.feed(piece))
    return len(deframer._kept)
