"""Packets and the resulting commands and replies, without sockets, clock or threads."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import musicvae
from musicvae.live.jobs.worker import Task
from musicvae.live.network.clients import MAX_SUBSCRIBERS
from musicvae.live.network.peers import Peer
from musicvae.live.osc import packets
from musicvae.live.osc.aliases import MAX_ALIASES
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)
FRIEND = Peer("192.168.1.9", 50_000)
STRANGER = Peer("203.0.113.5", 50_000)
RATE = 8000
Osc = Callable[..., bytes]


@pytest.fixture
def bench(make_bench: Callable[..., Any], decoder: Any) -> Any:
    return make_bench(decoder)


def test_questions_are_answered_where_they_came_from(bench: Any, osc: Osc) -> None:
    assert bench.answered(osc("/ping")) == [("/pong", [], ME)]
    assert bench.answered(osc("/ping", 7)) == [("/pong", [7], ME)]
    assert bench.answered(osc("/version")) == [("/version.reply", [musicvae.__version__], ME)]
    assert bench.answered(osc("/status")) == [("/status.reply", ["level", -3.5], ME)]
    over_tcp = Peer("127.0.0.1", 50_000, "tcp")
    assert bench.answered(osc("/ping"), over_tcp) == [("/pong", [], over_tcp)]


def test_a_reply_port_is_the_senders_own(bench: Any, osc: Osc) -> None:
    other = Peer(ME.host, 50_001)
    assert bench.answered(osc("/replyport", 9000)) == []
    assert bench.answered(osc("/ping")) == [("/pong", [], Peer(ME.host, 9000))]
    assert bench.answered(osc("/ping"), other) == [("/pong", [], other)]
    assert bench.answered(osc("/replyport")) == []
    (asked,) = bench.answered(osc("/get", "/gain"))
    assert asked == ("/get.reply", ["/gain", 0.0], Peer(ME.host, 7701))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("tape", "/tape/load NAME"),
        ("memory", "/memory/load NAME"),
        ("prior", "/prior/load NAME"),
        ("input", "--input"),
    ],
)
def test_a_source_that_has_nothing_to_play_is_refused(
    bench: Any, osc: Osc, source: str, reason: str
) -> None:
    assert bench.answered(osc("/deck/*/source", "walk")) == []
    (refused,) = bench.answered(osc("/source", source))
    address, values, _ = refused
    assert (address, values[0]) == ("/error", "/source")
    assert reason in values[1]
    bench.render()
    assert bench.engine.decks["a"].voice.controls.source == "walk"
    (refused,) = bench.answered(osc("/deck/*/source", source))
    assert reason in refused[1][1]


def test_a_pattern_leaves_out_decks_whose_source_has_nothing_to_play(
    bench: Any, osc: Osc, monkeypatch: pytest.MonkeyPatch
) -> None:
    def objection(command: Any) -> str:
        return "no tape is loaded" if command.deck == "a" else ""

    monkeypatch.setattr(bench.handle, "objection", objection)
    assert bench.answered(osc("/deck/*/source", "walk")) == []
    assert bench.happened[-1][1] == [["/deck/b/source", "walk"]]
    (refused,) = bench.answered(osc("/source", "walk"))
    assert refused[1] == ["/source", "no tape is loaded"]


def test_strangers_are_counted_and_never_answered(bench: Any, osc: Osc) -> None:
    for data in (osc("/ping"), osc("/latent", 1.0), osc("/sync", 1), b"garbage"):
        assert bench.answered(data, STRANGER) == []
    assert bench.dispatcher.counts.packets_refused == bench.dispatcher.counts.packets_received == 4
    assert bench.dispatcher.counts.last_packet is None
    assert (bench.happened, bench.tasks) == ([], [])
    assert bench.answered(osc("/ping"), FRIEND) == [("/pong", [], FRIEND)]


def test_refusals_are_told_five_times_a_second_and_all_counted(bench: Any, osc: Osc) -> None:
    told = [bench.answered(osc("/gain", 99.0), now=1.0) for _ in range(20)]
    assert told[0] == [("/error", ["/gain", "out of range -96 to 12"], ME)]
    assert sum(map(len, told)) == 5
    assert bench.dispatcher.counts.messages_refused == 20
    assert bench.answered(b"abc", now=3.0) == [
        ("/error", ["packet", "size is not a multiple of 4"], ME)
    ]
    assert bench.dispatcher.counts.packets_refused == 1


def test_only_the_newest_of_latents_that_meet_is_done(bench: Any, osc: Osc) -> None:
    for value in (1.0, 2.0, 3.0):
        bench.dispatcher.handle(osc("/latent", value, value), ME, 0.0)
    bench.dispatcher.handle(osc("/latent/0", 4.0), ME, 0.0)
    bench.dispatcher.handle(osc("/latent/0", 5.0), ME, 0.0)
    bench.dispatcher.handle(osc("/latent/1", 5.0), ME, 0.0)
    bench.render()
    done = [batch for _, batch in bench.happened]
    assert done == [
        [["/deck/a/latent", 3.0, 3.0]],
        [["/deck/a/latent/0", 5.0]],
        [["/deck/a/latent/1", 5.0]],
    ]
    assert bench.engine.coalesced == 3


def test_partial_vectors_add_up(bench: Any, osc: Osc) -> None:
    """TouchDesigner sends one message for each changed channel."""
    for number, value in ((1, 0.5), (3, -0.5), (2, 1.5)):
        bench.answered(osc(f"/chan{number}", value))
    assert bench.answered(osc("/get", "/latent"))[0][1] == ["/latent", 0.5, 1.5, -0.5]


def test_jobs_are_handed_on_as_they_were_asked_for(bench: Any, osc: Osc) -> None:
    bench.answered(osc("/alias", "/scene", "/deck/b/preset/load"))
    for address, value in (("/scene", "one"), ("/model/load", "test"), ("/deck/b/morph/time", 0)):
        data = osc(address, value) if value else osc(address, "one", 2.0)
        assert bench.answered(data) == []
    assert bench.tasks == [
        Task(ADDRESSES.command("/preset/load", "b", "", ("one",)), ME, "/scene"),
        Task(ADDRESSES.command("/model/load", "a", "", ("test",)), ME, "/model/load"),
        Task(ADDRESSES.command("/morph/time", "b", "", ("one", 2.0)), ME, "/deck/b/morph/time"),
    ]


def test_an_alias_stands_for_a_beginning(bench: Any, osc: Osc) -> None:
    bench.answered(osc("/alias", "/knobs", "/deck/b/latent"))
    bench.answered(osc("/knobs", 0.5, 0.25))
    bench.answered(osc("/knobs/2", 1.0))
    assert bench.answered(osc("/knobs2", 1.0))[0][0] == "/error"
    assert [batch for _, batch in bench.happened] == [
        [["/deck/b/latent", 0.5, 0.25]],
        [["/deck/b/latent/2", 1.0]],
    ]
    bench.answered(osc("/alias", "/knobs", "/knobs"))  # means itself, so it is none any more
    assert bench.answered(osc("/knobs", 0.5))[0][1] == ["/knobs", "unknown address"]


@pytest.mark.parametrize(
    "hidden",
    [
        *("/panic", "/alias", "/quit", "/mute", "/sync", "/ping", "/status", "/notify", "/get"),
        *("/deck", "/deck/b", "/deck/b/gain", "/deck/c", "/latent", "/latent/0", "/attr/loudness"),
        *("/preset", "/preset/load", "/record/stop", "/replyport", "/latent/new"),
    ],
)
def test_an_alias_hides_nothing_of_ours(bench: Any, osc: Osc, hidden: str) -> None:
    ((address, (of, reason), _),) = bench.answered(osc("/alias", hidden, "/gain"))
    assert (address, of) == ("/error", "/alias")
    assert f"cannot hide what begins with /{hidden.split('/')[1]}" in reason
    bench.answered(osc("/alias", "/mine", "/gain"))  # and /alias itself still works
    bench.answered(osc("/mine", -3.0))
    assert [batch for _, batch in bench.happened] == [[["/deck/a/gain", -3.0]]]


def test_what_other_programs_send_may_mean_something_else(bench: Any, osc: Osc) -> None:
    for name in ("/chan1", "/wek/outputs", "/latents", "/mydeck/b"):
        assert bench.answered(osc("/alias", name, "/deck/b/latent")) == []
        bench.answered(osc(name, 0.5))
    assert [batch for _, batch in bench.happened] == [[["/deck/b/latent", 0.5]]] * 4


def test_an_alias_is_no_pattern_and_never_too_many(bench: Any, osc: Osc) -> None:
    assert bench.answered(osc("/alias", "/*", "/gain"))[0][1] == [
        "/alias",
        "an alias is no pattern",
    ]
    for number in range(MAX_ALIASES):
        assert bench.answered(osc("/alias", f"/my{number}", "/gain")) == []
    ((_, (_, reason), _),) = bench.answered(osc("/alias", "/more", "/gain"), now=9.0)
    assert reason == f"there are {MAX_ALIASES} aliases already"
    assert bench.answered(osc("/alias", "/my0", "/my0")) == []
    assert bench.answered(osc("/alias", "/more", "/gain")) == []


def test_a_full_list_of_subscribers_refuses_and_drops_nobody(bench: Any, osc: Osc) -> None:
    there = [Peer("192.168.1.9", 1000 + number) for number in range(MAX_SUBSCRIBERS)]
    for peer in there:
        bench.answered(osc("/notify", 1), peer)
    ((address, values, _),) = bench.answered(osc("/notify", 1))
    assert (address, values[0]) == ("/fail", "/notify")
    assert f"{MAX_SUBSCRIBERS} subscribers" in values[1]
    assert bench.subscribers.current(0.0) == there


def test_listeners_of_this_machine_that_have_ended_make_room(bench: Any, osc: Osc) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as living:
        living.bind(("127.0.0.1", 0))
        alive = Peer(*living.getsockname())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("0.0.0.0", 0))
            everywhere = Peer("127.0.0.1", other.getsockname()[1])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
                dead.bind(("127.0.0.1", 0))
                ended = Peer(*dead.getsockname())
            line = Peer("127.0.0.1", 1, "tcp")
            elsewhere = [Peer("192.168.1.9", 1000 + n) for n in range(MAX_SUBSCRIBERS - 4)]
            there = [alive, everywhere, line, *elsewhere]
            for peer in [ended, *there]:
                assert bench.answered(osc("/notify", 1), peer)[0][0] == "/done"
            assert bench.answered(osc("/notify", 1))[0][0] == "/done"
            assert bench.subscribers.current(0.0) == [*there, ME]


def test_who_says_notify_is_remembered_until_it_leaves(bench: Any, osc: Osc) -> None:
    assert bench.answered(osc("/notify", 1)) == [("/done", ["/notify", 1], ME)]
    assert bench.answered(osc("/notify", 1), FRIEND, now=5.0) == [("/done", ["/notify", 1], FRIEND)]
    assert bench.subscribers.current(6.0) == [ME, FRIEND]
    bench.answered(osc("/ping"), FRIEND, now=60.0)  # is still there
    assert bench.subscribers.current(100.0) == [ME, FRIEND]
    assert bench.subscribers.current(121.0) == [ME]
    assert bench.answered(osc("/notify", 0)) == [("/done", ["/notify", 0], ME)]
    assert bench.subscribers.current(0.0) == []


def test_quit_needs_permission_and_this_machine(
    make_bench: Any, decoder: Any, bench: Any, osc: Osc
) -> None:
    quits: list[int] = []
    (error,) = bench.answered(osc("/quit"))
    assert "--allow-quit" in error[1][1]
    allowed = make_bench(decoder, quit=lambda: quits.append(1))
    assert allowed.answered(osc("/quit"), FRIEND)[0][0] == "/error"
    assert quits == []
    assert allowed.answered(osc("/quit")) == []
    assert quits == [1]


def test_hostile_packets_change_nothing_and_it_still_answers(
    bench: Any, osc: Osc, hostile_packets: list[bytes]
) -> None:
    for number, data in enumerate(hostile_packets):
        bench.answered(data, now=float(number))
    assert len(hostile_packets) == 19
    # The one that is dated in the future is a proper message and means now.
    assert [batch for _, batch in bench.happened] == [
        [["/deck/a/latent", pytest.approx(0.1), pytest.approx(0.2)]]
    ]
    counts = bench.dispatcher.counts
    assert counts.packets_refused + counts.messages_refused == 17
    (task,) = bench.tasks  # and one is a job that will fail: there is no such model
    assert (task.command.path, task.peer) == ("/model/load", ME)
    assert "/" in str(task.command.values[0])
    assert bench.answered(osc("/ping")) == [("/pong", [], ME)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=256))
def test_no_bytes_break_it(make_bench: Any, make_decoder: Callable[[], Any], data: bytes) -> None:
    bench = make_bench(make_decoder())
    for reply, peer in bench.dispatcher.handle(data, ME, 0.0):
        assert packets.read(reply)[0].address == "/error"
        assert peer == ME


def test_what_the_daemon_writes_into_its_log_is_refused_from_outside(bench: Any, osc: Osc) -> None:
    assert bench.answered(osc("/loop", 1))[0][1] == ["/loop", "is written by the daemon alone"]
