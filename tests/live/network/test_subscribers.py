from __future__ import annotations

from musicvae.live.network.clients import MAX_SUBSCRIBERS, Subscribers
from musicvae.live.network.peers import Peer

HERE = Peer("127.0.0.1", 9000)
PHONE = Peer("192.168.1.20", 9000)
STREAM = Peer("192.168.1.20", 9000, "tcp")


def test_they_come_and_go() -> None:
    subscribers = Subscribers()
    subscribers.add(PHONE, 0.0)
    subscribers.add(HERE, 0.0)
    assert subscribers.current(1.0) == [PHONE, HERE]
    subscribers.add(PHONE, 1.0)
    assert subscribers.current(1.0) == [HERE, PHONE]
    subscribers.remove(HERE)
    subscribers.remove(HERE)
    assert subscribers.current(1.0) == [PHONE]


def test_the_oldest_makes_room() -> None:
    subscribers = Subscribers()
    peers = [Peer("127.0.0.1", 1000 + number) for number in range(MAX_SUBSCRIBERS + 2)]
    for peer in peers:
        subscribers.add(peer, 0.0)
    assert subscribers.current(0.0) == peers[2:]


def test_who_falls_silent_on_another_machine_is_forgotten() -> None:
    subscribers = Subscribers(patience=60.0)
    for peer in (HERE, PHONE, STREAM):
        subscribers.add(peer, 0.0)
    subscribers.hear(PHONE, 50.0)
    assert subscribers.current(110.0) == [HERE, PHONE, STREAM]
    assert subscribers.current(110.5) == [HERE, STREAM]
    subscribers.hear(PHONE, 111.0)  # a packet alone does not subscribe again
    assert subscribers.current(111.0) == [HERE, STREAM]


def test_peers_of_two_transports_are_two() -> None:
    subscribers = Subscribers()
    subscribers.add(PHONE, 0.0)
    subscribers.add(STREAM, 0.0)
    subscribers.remove(PHONE)
    assert subscribers.current(0.0) == [STREAM]
