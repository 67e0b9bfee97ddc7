"""Packets that wait keep their order, but nobody waits for a flood."""

from __future__ import annotations

import pytest

from musicvae.live.network.front.turns import IN_LINE, Turns
from musicvae.live.network.peers import Peer

FLOOD, PERFORMER, OTHER = (Peer("127.0.0.1", port) for port in (1, 2, 3))


def taken(turns: Turns) -> list[tuple[int, bytes]]:
    found = []
    while turns:
        peer, data = turns.take()
        found.append((peer.port, data))
    return found


def test_what_several_send_keeps_its_order() -> None:
    """A script has a new port with each packet; a patch may wait for another program."""
    turns, sent = Turns(), []
    for number in range(IN_LINE):
        for peer in (PERFORMER, OTHER, Peer("127.0.0.1", 1000 + number)):
            sent.append((peer.port, b"%d" % number))
            assert turns.put(peer, b"%d" % number)
    assert taken(turns) == sent
    assert not turns
    assert turns.waiting == 0


def test_nobody_waits_for_a_flood() -> None:
    turns = Turns()
    for number in range(1000):
        assert turns.put(FLOOD, b"%d" % number)
    for peer in (PERFORMER, OTHER):
        assert turns.put(peer, b"hand")
    assert turns.put(PERFORMER, b"next")
    found = taken(turns)
    assert [data for port, data in found if port == 1] == [b"%d" % n for n in range(1000)]
    places = [place for place, (port, _) in enumerate(found) if port != 1]
    assert places == [IN_LINE, IN_LINE + 1, IN_LINE + 2]


def test_a_flood_is_bounded_and_others_are_not_locked_out() -> None:
    turns = Turns(most_of_one=1000, most_of_all=2000)
    kept = sum(turns.put(FLOOD, b"x" * 72) for _ in range(100))
    assert kept == 5  # 72 bytes and what a packet takes beside: 200
    assert turns.of(FLOOD) == 1000
    assert turns.put(PERFORMER, b"hand")
    assert turns.put(FLOOD, b"the connection has ended", needed=True)
    assert (2, b"hand") in taken(turns)
    assert turns.of(FLOOD) == turns.waiting == 0
    assert turns.put(FLOOD, b"again")


def test_many_senders_are_bounded_together() -> None:
    turns = Turns(most_of_one=200_000, most_of_all=500_000)
    for _ in range(300):
        for port in range(1000, 1020):
            turns.put(Peer("127.0.0.1", port), b"x" * 872)
    assert turns.waiting <= 20 * 73 * 1024
    assert turns.put(PERFORMER, b"x" * 72)  # who sends little, always finds room
    before = turns.of(Peer("127.0.0.1", 1000))
    assert not turns.put(Peer("127.0.0.1", 1000), b"x" * 10_000)
    assert turns.of(Peer("127.0.0.1", 1000)) == before


def test_nothing_waits_at_first() -> None:
    with pytest.raises(IndexError):
        Turns().take()
