"""What passes between the front and the sound, cut anywhere."""

from __future__ import annotations

import random
import struct

import pytest

from musicvae.live.network.front.records import LONGEST, Counts, Kind, Record, Splitter, encode
from musicvae.live.network.peers import Peer

RECORDS = [
    Record(Kind.PACKET, Peer("127.0.0.1", 9000), b"/a\0\0,\0\0\0"),
    Record(Kind.REFUSED, Peer("::1", 65535, "tcp"), "not UTF-8: é".encode()),
    Record(Kind.CAME, Peer("fe80::1%eth0", 1, "tcp")),
    Record(Kind.GONE, Peer("fe80::1%eth0", 1, "tcp")),
    Record(Kind.ANSWER, Peer("192.168.1.20", 7, "udp"), bytes(65_507)),
    Counts(3, 0, 2**40).record(),
]


@pytest.mark.parametrize("seed", range(20))
def test_records_survive_any_cut(seed: int) -> None:
    flow, splitter = b"".join(map(encode, RECORDS)), Splitter()
    heard: list[Record] = []
    generator = random.Random(seed)
    while flow:
        size = generator.choice((1, 2, 3, 7, 100, 70_000))
        heard += splitter.feed(flow[:size])
        flow = flow[size:]
    assert heard == RECORDS


def test_counts_survive_and_are_bounded() -> None:
    assert Counts.of(Counts(1, 2, 3).record().data) == (1, 2, 3)
    assert Counts.of(Counts(2**40).record().data).refused == 2**32 - 1
    assert Counts(5, 2, 1).since(Counts(4, 0, 1)) == (1, 2, 0)
    with pytest.raises(ValueError, match="12 bytes"):
        Counts.of(b"short")


@pytest.mark.parametrize(
    "flow",
    [
        struct.pack("!I", LONGEST + 1),
        struct.pack("!I", 2),
        struct.pack("!IBBHB", 5, 99, 0, 1, 0),  # no such kind
        struct.pack("!IBBHB", 5, 1, 7, 1, 0),  # no such transport
        struct.pack("!IBBHB", 6, 1, 0, 1, 1) + b"\xff",  # a host that is no text
        bytes(range(1, 200)),
    ],
)
def test_what_is_no_flow_of_records_is_refused(flow: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        list(Splitter().feed(flow))


def test_a_record_that_errs_does_not_come_again() -> None:
    splitter = Splitter()
    good = encode(RECORDS[0])
    flow = splitter.feed(good + good)
    assert next(flow) == RECORDS[0]
    del flow  # as where the one who hears it raises
    assert list(splitter.feed(b"")) == [RECORDS[0]]
