"""Packets that wait take turns, one sender after another."""

from __future__ import annotations

import pytest

from musicvae.live.network.front.turns import Turns
from musicvae.live.network.peers import Peer

FLOOD, PERFORMER, OTHER = (Peer("127.0.0.1", port) for port in (1, 2, 3))


def taken(turns: Turns) -> list[tuple[int, bytes]]:
    found = []
    while turns:
        peer, data = turns.take()
        found.append((peer.port, data))
    return found


def test_each_sender_has_its_turn_and_its_order() -> None:
    turns = Turns()
    for number in range(3):
        assert turns.put(FLOOD, b"flood %d" % number)
    for peer in (PERFORMER, OTHER):
        assert turns.put(peer, b"hand")
    assert turns.put(PERFORMER, b"next")
    assert [port for port, _ in taken(turns)] == [1, 2, 3, 1, 2, 1]
    assert not turns
    assert turns.waiting == 0


def test_a_flood_is_bounded_and_others_are_not_locked_out() -> None:
    turns = Turns(most_of_one=1000, most_of_all=2000)
    kept = sum(turns.put(FLOOD, b"x" * 72) for _ in range(100))
    assert kept == 5  # 72 bytes and what a packet takes beside: 200
    assert turns.of(FLOOD) == 1000
    assert turns.put(PERFORMER, b"hand")
    assert turns.put(FLOOD, b"the connection has ended", needed=True)
    assert taken(turns)[1] == (2, b"hand")
    assert turns.of(FLOOD) == turns.waiting == 0
    assert turns.put(FLOOD, b"again")


def test_many_senders_are_bounded_together() -> None:
    turns = Turns(most_of_one=1000, most_of_all=2000)
    kept = [turns.put(Peer("127.0.0.1", port), b"x" * 72) for port in range(50)]
    assert kept == [True] * 10 + [False] * 40
    assert not turns.put(PERFORMER, b"x" * 72)
    turns.take()
    assert turns.put(PERFORMER, b"x" * 72)


def test_nothing_waits_at_first() -> None:
    with pytest.raises(KeyError):
        Turns().take()
