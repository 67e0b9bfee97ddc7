"""When the messages of a bundle are applied: together, or when due with ``--honour-timetags``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.engine.agenda import MOST_BACKLOG
from musicvae.live.network.peers import Peer
from musicvae.live.osc.timetags import due, ntp

ME = Peer("127.0.0.1", 50_000)
RATE = 8000
Osc = Callable[..., bytes]


@pytest.fixture
def bench(make_bench: Callable[..., Any], decoder: Any) -> Any:
    return make_bench(decoder)


def test_a_bundle_happens_at_one_frame_and_a_bad_message_spoils_no_other(
    bench: Any, osc: Osc, bundle: Osc
) -> None:
    parts = [
        osc("/latent", 1.0, 2.0),
        osc("/latent", 5.0, float("nan")),
        osc("/deck/b/gain", -6.0),
        osc("/latent/2", 3.0),
        osc("/crossfade", 0.5),
    ]
    frame = bench.engine.frame
    (error,) = bench.answered(bundle(*parts))
    assert error == ("/error", ["/latent", "not a finite number"], ME)
    assert bench.happened == [
        (
            frame,
            [
                ["/deck/a/latent", 1.0, 2.0],
                ["/deck/b/gain", -6.0],
                ["/deck/a/latent/2", 3.0],
                ["/crossfade", 0.5],
            ],
        )
    ]
    assert bench.dispatcher.counts.messages_refused == 1


def test_a_question_in_a_bundle_sees_what_came_before_it(bench: Any, osc: Osc, bundle: Osc) -> None:
    answers = bench.answered(
        bundle(osc("/gain", -1.0), osc("/get", "/gain"), osc("/gain", -2.0), osc("/get", "/gain"))
    )
    assert [values for _, values, _ in answers] == [["/gain", -1.0], ["/gain", -2.0]]


@pytest.fixture
def honouring(make_bench: Callable[..., Any], decoder: Any) -> Any:
    """A dispatcher whose clock always shows 1000 s."""

    def frame(when: int) -> int | None:
        seconds = due(when, ntp(1000.0))
        return made.engine.frame + round(seconds * RATE) if seconds else None

    made = make_bench(decoder, due=frame)
    return made


def test_a_bundle_waits_until_it_is_due(honouring: Any, osc: Osc, bundle: Osc) -> None:
    bench = honouring
    now = bench.engine.frame
    bench.dispatcher.handle(bundle(osc("/gain", -3.0), when=ntp(1000.3)), ME, 0.0)
    for when in (0, 1, ntp(999.0), ntp(12.0), ntp(1061.0), 2**63):  # now, whatever it says
        bench.dispatcher.handle(bundle(osc("/mute", 1), when=when), ME, 0.0)
    bench.render(4000)
    assert [frame - now for frame, _ in bench.happened] == [0] * 6 + [2400]
    assert bench.happened[-1][1] == [["/deck/a/gain", -3.0]]


def test_bundles_within_a_bundle_have_moments_of_their_own(
    honouring: Any, osc: Osc, bundle: Osc
) -> None:
    bench = honouring
    now = bench.engine.frame
    inner = [bundle(osc("/gain", -x), osc("/mute", 0), when=ntp(1000 + x / 10)) for x in (3.0, 2.0)]
    bench.dispatcher.handle(bundle(osc("/gain", -1.0), *inner, when=ntp(1000.1)), ME, 0.0)
    bench.render(4000)
    assert [(frame - now, batch[0][1], len(batch)) for frame, batch in bench.happened] == [
        (800, -1.0, 1),
        (1600, -2.0, 2),
        (2400, -3.0, 2),
    ]


def test_what_is_scheduled_locks_nobody_out(honouring: Any, osc: Osc, bundle: Osc) -> None:
    bench = honouring
    packet = bundle(*[osc("/latent/delta", 0.0)] * 1000, when=ntp(1050.0))
    for _ in range(MOST_BACKLOG // 1000 + 1):
        assert bench.answered(packet) == []
    assert bench.engine.scheduled > MOST_BACKLOG
    assert bench.engine.backlog == 0
    late = bundle(osc("/gain", -1.0), bundle(osc("/gain", -2.0), when=ntp(1020.0)))
    reasons = [values[1] for _, values, _ in bench.answered(late, now=9.0)]
    assert reasons == ["too many changes wait"]  # for what would be scheduled, too
    assert bench.engine.decks["a"].gain_db == -1.0


def test_time_tags_are_ignored_unless_they_are_to_be_honoured(
    bench: Any, osc: Osc, bundle: Osc
) -> None:
    now = bench.engine.frame
    bench.dispatcher.handle(bundle(osc("/gain", -3.0), when=ntp(2e9)), ME, 0.0)
    bench.render()
    assert [frame for frame, _ in bench.happened] == [now]
