from __future__ import annotations

from musicvae.live.network.clients import MAX_CHOICES, MAX_SUBSCRIBERS, Addressees, Subscribers
from musicvae.live.network.peers import Peer

HERE = Peer("127.0.0.1", 9000)
ME = Peer("127.0.0.1", 50_000)
PHONE = Peer("192.168.1.20", 9000)
CONNECTED = Peer("192.168.1.20", 9000, "tcp")


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


def test_one_too_many_is_refused_and_nobody_is_dropped() -> None:
    subscribers = Subscribers()
    peers = [Peer("127.0.0.1", 1000 + number) for number in range(MAX_SUBSCRIBERS + 1)]
    assert [subscribers.add(peer, 0.0) for peer in peers] == [True] * MAX_SUBSCRIBERS + [False]
    assert subscribers.current(0.0) == peers[:-1]
    assert subscribers.add(peers[3], 0.0)  # who is there may say so again
    subscribers.remove(peers[5])
    assert subscribers.add(peers[-1], 0.0)


def test_who_has_gone_makes_room() -> None:
    subscribers = Subscribers(most=2)
    asked: list[Peer] = []

    def gone(peer: Peer) -> bool:
        asked.append(peer)
        return peer == HERE

    assert subscribers.add(HERE, 0.0, gone)
    assert subscribers.add(CONNECTED, 0.0, gone)
    assert asked == []
    assert subscribers.add(PHONE, 0.0, gone)
    assert subscribers.current(0.0) == [CONNECTED, PHONE]
    assert subscribers.add(HERE, 61.0, gone)  # the phone has been silent for too long
    assert subscribers.current(61.0) == [CONNECTED, HERE]


def test_who_falls_silent_on_another_machine_is_forgotten() -> None:
    subscribers = Subscribers(patience=60.0)
    for peer in (HERE, PHONE, CONNECTED):
        subscribers.add(peer, 0.0)
    subscribers.hear(PHONE, 50.0)
    assert subscribers.current(110.0) == [HERE, PHONE, CONNECTED]
    assert subscribers.current(110.5) == [HERE, CONNECTED]
    subscribers.hear(PHONE, 111.0)  # a packet alone does not subscribe again
    assert subscribers.current(111.0) == [HERE, CONNECTED]


def test_peers_of_two_transports_are_two() -> None:
    subscribers = Subscribers()
    subscribers.add(PHONE, 0.0)
    subscribers.add(CONNECTED, 0.0)
    subscribers.remove(PHONE)
    assert subscribers.current(0.0) == [CONNECTED]


def test_a_sender_is_answered_where_it_is() -> None:
    assert Addressees().of(ME) == ME


def test_a_choice_is_the_senders_own_and_never_leads_to_another_host() -> None:
    addressees = Addressees()
    addressees.choose(ME, 9000)
    assert addressees.of(ME) == Peer("127.0.0.1", 9000)
    assert addressees.of(Peer("127.0.0.1", 50_001)) == Peer("127.0.0.1", 50_001)
    assert addressees.of(Peer("127.0.0.2", 50_000)) == Peer("127.0.0.2", 50_000)
    addressees.choose(ME, 9001)
    assert addressees.of(ME).port == 9001


def test_a_connection_is_answered_as_it_is() -> None:
    addressees = Addressees()
    line = ME._replace(transport="tcp")
    addressees.choose(line, 9000)
    assert addressees.of(line) == line
    addressees.choose(ME, 9000)
    assert addressees.of(line) == line


def test_who_is_still_answered_is_not_forgotten() -> None:
    addressees = Addressees()
    senders = [Peer("127.0.0.1", 1000 + number) for number in range(MAX_CHOICES + 2)]
    for sender in senders[:MAX_CHOICES]:
        addressees.choose(sender, 9000)
    addressees.choose(senders[0], 9001)
    assert addressees.of(senders[1]).port == 9000  # as a subscriber is, ten times a second
    for sender in senders[MAX_CHOICES:]:
        addressees.choose(sender, 9000)
    kept = [sender for sender in senders if addressees.of(sender).port in (9000, 9001)]
    assert kept == [*senders[:2], *senders[4:]]
