"""Floods through the dispatcher: how much of them one span of sample frames applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.engine.agenda import MOST_BACKLOG, SPAN, allowed
from musicvae.live.engine.batch import MOST_TOGETHER
from musicvae.live.network.peers import Peer

ME = Peer("127.0.0.1", 50_000)
RATE = 8000
WIDTH = 256
ALLOWED = allowed(RATE)
Osc = Callable[..., bytes]


@pytest.fixture
def bench(make_bench: Callable[..., Any], make_decoder: Callable[..., Any]) -> Any:
    """Decks of 256 latents; time tags are sample frames from now."""
    made: list[Any] = []
    made.append(
        make_bench(
            make_decoder(WIDTH),
            due=lambda when: made[0].engine.frame + when if when > 1 else None,
        )
    )
    return made[0]


def spans(bench: Any) -> Counter[int]:
    """How many commands were applied in each span."""
    counts: Counter[int] = Counter()
    for frame, batch in bench.happened:
        counts[frame // SPAN] += len(batch)
    return counts


def flood(bench: Any, *packets: bytes) -> None:
    for data in packets:
        bench.dispatcher.handle(data, ME, 0.0)


def test_a_thousand_seeds_are_one(bench: Any, osc: Osc, bundle: Osc) -> None:
    flood(bench, bundle(*(osc("/seed", number) for number in range(1000))))
    bench.render(SPAN)
    assert bench.happened == [(100, [["/deck/a/seed", 999]])]
    assert bench.engine.coalesced == 999


def test_sixteen_patterns_for_all_latents_are_one(bench: Any, osc: Osc, bundle: Osc) -> None:
    flood(bench, bundle(*(osc("/latent/norm/*", number / 16) for number in range(16))))
    bench.render(SPAN)
    ((_, batch),) = bench.happened
    assert batch == [[f"/deck/a/latent/norm/{index}", 15 / 16] for index in range(WIDTH)]


@pytest.mark.parametrize(
    "messages",
    [
        [("/seed", 1), ("/glide", 5.0)],
        [("/panic",)],
        [("/latent/delta", 0.5)],
        [("/tape/load", "x"), ("/freeze", 0), ("/panic",)],
        [("/deck/a/gain", -3.0), ("/deck/b/gain", -6.0)],
        [("/latent/from", 3, 1.0), ("/glide/once", 1.0)],
    ],
)
def test_no_packet_is_applied_faster_than_a_span_allows(
    bench: Any, osc: Osc, bundle: Osc, messages: list[tuple[Any, ...]]
) -> None:
    sent = [osc(*message) for message in messages] * (1000 // len(messages))
    flood(bench, *[bundle(*sent)] * 3)
    expected = sum(message[0] != "/tape/load" for message in messages) * 3 * (1000 // len(messages))
    for _ in range(1000):
        bench.render(SPAN)
    counts = spans(bench)
    assert sum(counts.values()) + bench.engine.coalesced == expected  # nothing is lost
    assert max(counts.values()) <= MOST_TOGETHER + ALLOWED
    assert sum(counts.values()) <= (max(counts) - min(counts) + 1) * ALLOWED + MOST_TOGETHER


def test_a_thousand_bundles_one_frame_apart_leave_whole_blocks(
    bench: Any, osc: Osc, bundle: Osc
) -> None:
    for start in (0, 500):
        parts = (bundle(osc("/gain", -n / 100), when=start + n + 1) for n in range(500))
        flood(bench, bundle(*parts, when=start))
    lengths: list[int] = []
    bench.engine.tap = lambda mix: lengths.append(len(mix))
    bench.render(4096)
    assert sum(len(batch) for _, batch in bench.happened) == 1000
    assert len(lengths) <= 4 * 4096 // SPAN


def test_what_cannot_be_followed_is_refused_in_words_but_panic_is_not(
    bench: Any, osc: Osc, bundle: Osc
) -> None:
    packet = bundle(*[osc("/latent/delta", 0.0)] * 1000)
    for _ in range(MOST_BACKLOG // 1000 + 1):
        assert bench.dispatcher.handle(packet, ME, 0.0) == []
    refused = bench.dispatcher.counts.messages_refused
    answers = [*bench.dispatcher.handle(bundle(osc("/gain", 1.0), osc("/panic")), ME, 9.0)]
    assert [b"too many changes wait" in data for data, _ in answers] == [True]
    assert bench.dispatcher.counts.messages_refused == refused + 1
    before = bench.engine.backlog
    while bench.engine.backlog:
        bench.render(4096)
    assert before > MOST_BACKLOG
    assert bench.happened[-1][1][-1] == ["/deck/a/panic"]
    assert bench.answered(osc("/gain", -1.0), now=20.0) == []


def test_questions_in_thousands_are_spread(bench: Any, osc: Osc, bundle: Osc) -> None:
    flood(bench, bundle(*[osc("/get", "/latent/255")] * 200))
    answered = []
    while bench.engine.backlog:
        before = len(bench.later)
        bench.render(SPAN)
        answered.append(len(bench.later) - before)
    assert sum(answered) == 200
    assert max(answered) <= 2 * ALLOWED // 8


def test_a_pattern_is_expanded_once_and_again_for_another_model(
    bench: Any, osc: Osc, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, expanded = bench.handle.table, []
    matching = type(table)._matching

    def counted(self: Any, text: str, shapes: Any) -> Any:
        expanded.append(text)
        return matching(self, text, shapes)

    monkeypatch.setattr(type(table), "_matching", counted)
    for value in (0.1, 0.2, 0.3):
        flood(bench, osc("/latent/1?", value))
        bench.render(SPAN)
    assert expanded == ["/latent/1?"]
    assert bench.happened[-1][1] == [
        [f"/deck/a/latent/{n}", pytest.approx(0.3)] for n in range(10, 20)
    ]
    load = table.command("/model/load", "a", "", ("test",))
    bench.engine.post(load, payloads=(bench.handle.payload(load),))
    bench.render(2000)
    flood(bench, osc("/latent/1?", 0.4))
    assert expanded == ["/latent/1?"] * 2
