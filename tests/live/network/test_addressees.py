from __future__ import annotations

from musicvae.live.network.clients import MAX_CHOICES, Addressees
from musicvae.live.network.peers import Peer

ME = Peer("127.0.0.1", 50_000)


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


def test_the_oldest_choices_are_forgotten() -> None:
    addressees = Addressees()
    senders = [Peer("127.0.0.1", 1000 + number) for number in range(MAX_CHOICES + 1)]
    for sender in senders[:-1]:
        addressees.choose(sender, 9000)
    addressees.choose(senders[0], 9000)  # the newest now
    addressees.choose(senders[-1], 9000)
    kept = [sender for sender in senders if addressees.of(sender).port == 9000]
    assert kept == [senders[0], *senders[2:]]
