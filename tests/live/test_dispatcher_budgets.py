"""What one sender may ask of the dispatcher, so that a flood mutes nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.dispatcher import (
    ERRORS_PER_SECOND,
    MAX_PATTERNS,
    QUERIES_PER_SECOND,
    QUERIES_TOGETHER,
)
from musicvae.live.network.peers import Peer

ME = Peer("127.0.0.1", 50_000)
FRIEND = Peer("192.168.1.9", 50_000)
Osc = Callable[..., bytes]


@pytest.fixture
def bench(make_bench: Callable[..., Any], decoder: Any) -> Any:
    return make_bench(decoder)


def test_patterns_have_a_budget_in_each_packet(bench: Any, osc: Osc, bundle: Osc) -> None:
    bench.answered(osc("/deck/*/gain", -3.0))
    assert bench.happened[0][1] == [["/deck/a/gain", -3.0], ["/deck/b/gain", -3.0]]
    bench.happened.clear()
    bench.answered(osc("/alias", "/all", "/latent/{0,1}"))
    patterns = [osc("/latent/{0,1}", 1.0), osc("/all", 1.0)] * (MAX_PATTERNS // 2 + 1)
    answers = bench.answered(bundle(*patterns, osc("/gain", -9.0)), now=9.0)
    reason = f"more than {MAX_PATTERNS} patterns in one packet"
    assert [values for _, values, _ in answers] == [["/latent/{0,1}", reason], ["/all", reason]]
    ((_, batch),) = bench.happened
    assert len(batch) == 2 + 1  # the newest of each latent
    assert batch[-1] == ["/deck/a/gain", -9.0]


def test_questions_to_the_engine_have_a_budget(bench: Any, osc: Osc) -> None:
    answers = [bench.answered(osc("/get", "/gain"), now=1.0)[0] for _ in range(202)]
    assert [address for address, _, _ in answers] == ["/get.reply"] * QUERIES_PER_SECOND + [
        "/error"
    ] * 2
    assert bench.answered(osc("/model/info"), now=2.0)[0][0] == "/model/info.reply"


@pytest.mark.parametrize(
    "message", [("/ping",), ("/status",), ("/version",), ("/notify", 1), ("/get", "/gain")]
)
def test_one_senders_questions_have_a_budget_and_mute_nobody_else(
    bench: Any, osc: Osc, message: tuple[Any, ...]
) -> None:
    def heard(sender: Peer, now: float) -> str:
        answers = bench.answered(osc(*message), sender, now)
        return str(answers[0][0]) if answers else ""

    first = heard(ME, 1.0)
    assert first not in ("", "/error")
    later = [heard(ME, 1.0) for _ in range(QUERIES_PER_SECOND + 20)]
    assert later.count(first) == QUERIES_PER_SECOND - 1
    assert later.count("/error") == ERRORS_PER_SECOND
    assert heard(FRIEND, 1.0) == first
    assert heard(ME, 2.0) == first


def test_a_flood_from_ever_new_ports_has_a_budget_too(bench: Any, osc: Osc) -> None:
    senders = [Peer("127.0.0.1", 1000 + number) for number in range(QUERIES_TOGETHER + 10)]
    answers = [bench.answered(osc("/ping"), sender, 1.0) for sender in senders]
    assert [each[0][0] for each in answers if each].count("/pong") == QUERIES_TOGETHER


def test_one_senders_nonsense_mutes_no_other_senders_errors(bench: Any, osc: Osc) -> None:
    for _ in range(50):
        bench.answered(osc("/quux"), now=1.0)
        bench.answered(b"no packet", now=1.0)
    assert bench.answered(osc("/quux"), now=1.0) == []
    assert bench.answered(osc("/quux"), FRIEND, now=1.0)[0][0] == "/error"


def test_jobs_that_only_ask_have_the_same_budget(bench: Any, osc: Osc) -> None:
    for _ in range(QUERIES_PER_SECOND + 5):
        bench.answered(osc("/sync", 1), now=1.0)
        bench.answered(osc("/morph", "a", "b", 0.5), now=1.0)  # a fader is no question
    asked = [task.command.path for task in bench.tasks]
    assert asked.count("/sync") == QUERIES_PER_SECOND
    assert asked.count("/morph") == QUERIES_PER_SECOND + 5


def test_commands_of_a_flooding_sender_are_still_heard(bench: Any, osc: Osc) -> None:
    for _ in range(QUERIES_PER_SECOND + 5):
        bench.answered(osc("/ping"), now=1.0)
    bench.answered(osc("/gain", -6.0), now=1.0)
    assert [batch for _, batch in bench.happened] == [[["/deck/a/gain", -6.0]]]
