from __future__ import annotations

import time
from typing import Any

import pytest

from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Peer
from musicvae.live.notices import Announcer, Notices
from musicvae.live.osc import packets

PD, PHONE = Peer("127.0.0.1", 50_000), Peer("127.0.0.1", 9000)


@pytest.fixture
def announcer() -> Announcer:
    return Announcer(Outbox(), Addressees(), Subscribers(), Notices())


def sent(announcer: Announcer) -> list[tuple[Any, ...]]:
    """Peer, address and values of each message that waits in the outbox."""
    return [
        (peer, message.address, *message.arguments)
        for data, peer in announcer.outbox.drain()
        for message in packets.read(data)
    ]


def test_the_newest_is_kept_and_each_is_shown_while_somebody_shows_them() -> None:
    notices = Notices()
    shown: list[str] = []
    assert notices.last == ""
    notices.say("nobody looks")
    notices.show_with(shown.append)
    notices.say("the disk is full")
    notices.say("the card is gone")
    notices.show_with(None)
    notices.say("nobody looks again")
    assert shown == ["nobody looks", "the disk is full", "the card is gone"]
    assert notices.last == "nobody looks again"


def test_what_steers_a_terminal_is_not_shown() -> None:
    """Such as the name of a node in a stranger's graph, which onnxruntime repeats in its error."""
    notices = Notices()
    shown: list[str] = []
    notices.show_with(shown.append)
    notices.say("node 'a\x1b[2Jb'\nfailed")
    assert shown == [notices.last] == ["node 'a?[2Jb'?failed"]


def test_a_reply_goes_to_the_port_that_the_client_chose(announcer: Announcer) -> None:
    announcer.addressees.choose(PD, 7701)
    announcer.reply(PD, "/pong", 3)
    announcer.reply(PHONE, "/pong", 4)
    assert sent(announcer) == [(PD._replace(port=7701), "/pong", 3), (PHONE, "/pong", 4)]


def test_what_must_not_be_lost_is_told_where_nobody_shows_it(
    announcer: Announcer, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    announcer.notices.show_with(shown.append)
    announcer.notices.insist("one")
    announcer.notices.show_with(None)
    announcer.notices.insist("two\x1b")
    assert (shown, capsys.readouterr().err) == (["one"], "musicvae: two?\n")


def test_subscribers_are_told_and_people_see_what_failed(announcer: Announcer) -> None:
    announcer.subscribers.add(PD, time.monotonic())
    announcer.subscribers.add(PHONE, time.monotonic())
    announcer.tell("/peak", -6.0)
    assert announcer.notices.last == ""
    announcer.tell("/fail", "/record/start", "the disk is full")
    assert announcer.notices.last == "/record/start: the disk is full"
    fail = ("/fail", "/record/start", "the disk is full")
    assert sent(announcer) == [
        *((peer, "/peak", -6.0) for peer in (PD, PHONE)),
        *((peer, *fail) for peer in (PD, PHONE)),
    ]


def test_a_lost_sound_card_is_told_to_clients_and_people(announcer: Announcer) -> None:
    announcer.subscribers.add(PD, time.monotonic())
    announcer.output_changed("lost: it went away, trying again")
    assert announcer.notices.last == "sound: lost: it went away, trying again"
    assert sent(announcer) == [(PD, "/output", "lost: it went away, trying again")]
