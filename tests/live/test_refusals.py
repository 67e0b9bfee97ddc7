"""What was refused is shown to people, who may have sent it with a program that hears no reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import Peer
from musicvae.live.notices import Announcer, Notices
from musicvae.live.refusals import Refusals


def test_the_newest_is_shown_at_most_once_a_second() -> None:
    shown: list[str] = []
    refusals = Refusals(shown.append)
    refusals.show(0.0)
    refusals.note("/latnet", "unknown address")
    refusals.show(1.0)
    for number in range(5):
        refusals.note("/gain", f"reason {number}")
    refusals.show(1.5)
    assert shown == ["refused /latnet: unknown address"]
    refusals.show(2.0)
    refusals.show(9.0)
    assert shown[1:] == ["refused /gain: reason 4; 4 more"]


def test_what_is_left_is_shown_at_the_end() -> None:
    shown: list[str] = []
    refusals = Refusals(shown.append)
    refusals.note("/a", "b")
    refusals.show(0.0)
    refusals.note("/c", "d")
    refusals.show(float("inf"))
    assert shown == ["refused /a: b", "refused /c: d"]


@pytest.mark.parametrize(("address", "shown"), [("/fail", 1), ("/done", 0)])
def test_people_are_shown_jobs_that_fail(address: str, shown: int) -> None:
    said: list[str] = []
    notices = Notices()
    notices.show_with(said.append)
    announcer = Announcer(Outbox(), Addressees(), Subscribers(), notices)
    announcer.answer(Peer("127.0.0.1", 9000), address, "/model/load", "there is no 'metall'")
    announcer.refusals.show(1.0)
    assert said == ["refused /model/load: there is no 'metall'"] * shown


def test_messages_that_are_refused_are_told(
    make_bench: Callable[..., Any], decoder: Any, osc: Callable[..., bytes]
) -> None:
    told: list[tuple[str, str]] = []
    bench = make_bench(decoder)
    bench.dispatcher._refused = lambda *values: told.append(values)
    for wrong in (osc("/latnet", 1.0), osc("/gain", "loud"), b"no packet"):
        bench.answered(wrong)
    assert [address for address, _ in told] == ["/latnet", "/gain", "packet"]
    assert all(reason for _, reason in told)
