from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import musicvae
from musicvae.live.desk import MAX_REPLY_PORTS, Desk
from musicvae.live.engine.decoding import InlineDecoding
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.loops import LoopMaker
from musicvae.live.osc import packets
from musicvae.live.osc.network import AllowList
from musicvae.live.player import Player

ME = ("127.0.0.1", 50_000)
STRANGER = ("203.0.113.5", 50_000)
Osc = Callable[..., bytes]


def new_desk(decoder: Any, quit: Callable[[], None] | None = None) -> tuple[Desk, Player]:
    engine = Engine(8000)
    decoding = InlineDecoding(LoopMaker(decoder, 8000, 2), engine.decks["a"].offer)
    player = Player(engine, decoding, 3)
    hosts = AllowList(["192.168.1.0/24"])
    return Desk(player, 3, hosts, lambda: ["level", -3.5], quit), player


@pytest.fixture
def desk(decoder: Any) -> Desk:
    return new_desk(decoder)[0]


def answered(desk: Desk, data: bytes, sender: tuple[str, int] = ME, now: float = 0.0) -> list[Any]:
    """(address, arguments, host and port) of each answer."""
    answers = []
    for reply, peer in desk.handle(data, sender, now):
        (message,) = packets.read(reply)
        answers.append((message.address, list(message.arguments), peer))
    return answers


def test_questions_are_answered_where_they_came_from(desk: Desk, osc: Osc) -> None:
    assert answered(desk, osc("/ping")) == [("/pong", [], ME)]
    assert answered(desk, osc("/ping", 7)) == [("/pong", [7], ME)]
    assert answered(desk, osc("/version")) == [("/version.reply", [musicvae.__version__], ME)]
    assert answered(desk, osc("/status")) == [("/status.reply", ["level", -3.5], ME)]


def test_a_reply_port_is_the_senders_own(desk: Desk, osc: Osc) -> None:
    other = (ME[0], 50_001)
    assert answered(desk, osc("/replyport", 9000)) == []
    assert answered(desk, osc("/ping")) == [("/pong", [], (ME[0], 9000))]
    assert answered(desk, osc("/ping"), other) == [("/pong", [], other)]
    for port in range(MAX_REPLY_PORTS):
        answered(desk, osc("/replyport", 9000), (ME[0], 1000 + port))
    assert answered(desk, osc("/ping")) == [("/pong", [], ME)]  # forgotten, not piled up


def test_strangers_are_counted_and_never_answered(decoder: Any, osc: Osc) -> None:
    desk, player = new_desk(decoder)
    for data in (osc("/ping"), osc("/latent", 1.0), b"garbage"):
        assert answered(desk, data, STRANGER) == []
    assert desk.counts.packets_refused == 3
    assert desk.counts.last_packet is None
    assert not player.latents.any()


def test_refusals_are_told_five_times_a_second_and_all_counted(desk: Desk, osc: Osc) -> None:
    told = [answered(desk, osc("/gain", 99.0), now=1.0) for _ in range(20)]
    assert told[0] == [("/error", ["/gain", "out of range -96 to 12"], ME)]
    assert sum(map(len, told)) == 5
    assert desk.counts.messages_refused == 20
    assert answered(desk, b"abc", now=3.0) == [
        ("/error", ["packet", "size is not a multiple of 4"], ME)
    ]
    assert desk.counts.packets_refused == 1


def test_one_bad_message_of_a_bundle_spoils_no_other(decoder: Any, osc: Osc) -> None:
    desk, player = new_desk(decoder)
    parts = [osc("/latent", 1.0, 2.0), osc("/latent", 5.0, float("nan")), osc("/latent/2", 3.0)]
    bundle = b"#bundle\0" + bytes(8) + b"".join(len(p).to_bytes(4, "big") + p for p in parts)
    (error,) = answered(desk, bundle)
    assert error[1] == ["/latent", "not a finite number"]
    assert player.latents.tolist() == [1, 2, 3]
    assert decoder.calls == [[1, 2, 3]]  # decoded once, together


def test_quit_needs_permission_and_this_machine(decoder: Any, osc: Osc) -> None:
    quits: list[int] = []
    forbidden, _ = new_desk(decoder)
    (error,) = answered(forbidden, osc("/quit"))
    assert "--allow-quit" in error[1][1]
    desk, _ = new_desk(decoder, lambda: quits.append(1))
    assert answered(desk, osc("/quit"), ("192.168.1.9", 5000))[0][0] == "/error"
    assert quits == []
    assert answered(desk, osc("/quit")) == []
    assert quits == [1]


def test_hostile_packets_change_nothing_and_it_still_answers(
    decoder: Any, osc: Osc, hostile_packets: list[bytes]
) -> None:
    desk, player = new_desk(decoder)
    for number, data in enumerate(hostile_packets):
        answered(desk, data, now=float(number))
    assert len(hostile_packets) == 19
    # The one that is dated in the future is a proper message and means now.
    assert player.latents.tolist() == pytest.approx([0.1, 0.2, 0])
    counts = desk.counts
    assert counts.packets_refused + counts.messages_refused == 18
    assert answered(desk, osc("/ping")) == [("/pong", [], ME)]


@given(st.binary(max_size=256))
def test_no_bytes_break_it(make_decoder: Callable[[], Any], data: bytes) -> None:
    desk, _ = new_desk(make_decoder())
    for reply, peer in desk.handle(data, ME, 0.0):
        assert packets.read(reply)[0].address == "/error"
        assert peer == ME
