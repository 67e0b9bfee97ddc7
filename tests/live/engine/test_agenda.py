"""What a span of sample frames lets through, in which order, and that nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.engine.agenda import (
    MOST_MOMENTS,
    MOST_WAITING,
    SPAN,
    Agenda,
    allowed,
)
from musicvae.live.engine.batch import MOST_TOGETHER, Batch, batches
from musicvae.live.table import ADDRESSES

RATE = 48_000
ALLOWED = allowed(RATE)


def delta(amount: float = 1.0, due: int | None = None) -> Batch:
    """A batch that no other one replaces."""
    return Batch((ADDRESSES.command("/latent/delta", "a", "", (amount,)),), due=due)


def latents(*values: float) -> Batch:
    keys = enumerate(values)
    return Batch(
        tuple(ADDRESSES.command("/latent/<i>", "a", str(key), (value,)) for key, value in keys)
    )


def applied(agenda: Agenda, frames: int, block: int = 512) -> list[tuple[int, Batch]]:
    """The batches of the next sample frames with those, as an engine applies them."""
    found, frame = [], 0
    while frame < frames:
        found += [(frame, batch) for batch in agenda.due(frame)]
        ahead = agenda.horizon(frame, min(block - frame % block, frames - frame))
        assert ahead > 0
        frame += ahead
    return found


def test_a_span_applies_no_more_than_it_allows_and_the_rest_follows_in_order() -> None:
    agenda = Agenda(RATE)
    agenda.post(delta(number) for number in range(100))
    found = applied(agenda, 1000)
    assert [batch.commands[0].number for _, batch in found] == list(range(100))
    assert [frame for frame, _ in found] == [SPAN * (n // ALLOWED) for n in range(100)]
    assert agenda.backlog == 0


@pytest.mark.parametrize("block", [1, 7, 64, 100, 4096])
def test_blocks_do_not_matter(block: int) -> None:
    def run(length: int) -> list[tuple[int, float]]:
        agenda = Agenda(RATE)
        agenda.post(delta(n, due=None if n % 3 else 500 + n) for n in range(300))
        return [(frame, batch.commands[0].number) for frame, batch in applied(agenda, 3000, length)]

    assert run(block) == run(512)
    assert len(run(block)) == 300


def test_a_heavy_batch_uses_up_the_following_spans() -> None:
    agenda = Agenda(RATE)
    heavy = Batch(delta().commands * (5 * ALLOWED))
    agenda.post([heavy, delta(), heavy, delta()])
    frames = [frame for frame, _ in applied(agenda, 3000)]
    assert frames == [0, 5 * SPAN, 5 * SPAN, 10 * SPAN]


def test_times_that_differ_by_a_sample_frame_do_not_cut_every_block() -> None:
    agenda = Agenda(RATE)
    agenda.post(delta(due=SPAN + n) for n in range(20 * SPAN))
    found = applied(agenda, 60 * SPAN)
    assert len(found) == 20 * SPAN
    assert all(frame >= (batch.due or 0) for frame, batch in found)
    moments = sorted({frame for frame, _ in found})
    for span in range(60):
        assert sum(frame // SPAN == span for frame in moments) <= MOST_MOMENTS


def test_a_few_times_are_exact() -> None:
    agenda = Agenda(RATE)
    whens = [3, 4, 5, 200, 201, 1000]
    agenda.post(delta(due=when) for when in whens)
    assert [frame for frame, _ in applied(agenda, 2000)] == whens


def test_all_that_is_due_at_once_is_spread_too() -> None:
    agenda = Agenda(RATE)
    agenda.post(delta(due=100) for _ in range(4 * ALLOWED))
    frames = [frame for frame, _ in applied(agenda, 2000)]
    assert max(map(frames.count, frames)) <= ALLOWED
    assert len(frames) == 4 * ALLOWED


def test_what_is_scheduled_waits_for_its_turn_only_once_it_is_due() -> None:
    agenda = Agenda(RATE)
    agenda.post(delta(due=10 * SPAN) for _ in range(ALLOWED))
    assert (agenda.backlog, agenda.scheduled) == (ALLOWED, 0)
    assert applied(agenda, 10 * SPAN) == []
    assert (agenda.backlog, agenda.scheduled) == (0, ALLOWED)
    due = agenda.due(10 * SPAN)
    next(due)
    assert (agenda.backlog, agenda.scheduled) == (0, ALLOWED - 1)
    assert len([*due]) == ALLOWED - 1
    assert (agenda.backlog, agenda.scheduled) == (0, 0)


def test_more_than_may_wait_for_their_time_do_not() -> None:
    agenda = Agenda(RATE)
    agenda.post(delta(due=10**6) for _ in range(MOST_WAITING + 3))
    assert len(applied(agenda, 100 * SPAN)) == 3


def test_a_flood_of_equal_batches_becomes_the_newest() -> None:
    agenda = Agenda(RATE)
    agenda.post(latents(*[n / 500] * 20) for n in range(500))
    found = applied(agenda, 4000)
    assert len(found) < 50
    assert found[-1][1].commands[0].number == 499 / 500
    assert agenda.coalesced == 20 * (500 - len(found))
    assert agenda.backlog == 0


def test_everything_at_once_where_nothing_is_rendered_live() -> None:
    agenda = Agenda(RATE)
    agenda.post(delta() for _ in range(1000))
    assert len([*agenda.due(0, everything=True)]) == 1000


def test_of_equal_commands_in_one_post_the_last_is_kept() -> None:
    seed = [ADDRESSES.command("/seed", "a", "", (n,)) for n in range(1000)]
    (batch,) = batches(seed)
    assert [command.number for command in batch.commands] == [999]
    assert batch.dropped == 999


def test_what_depends_on_an_earlier_command_keeps_it() -> None:
    """``/glide`` decides how the latents behind it move, so those before it are not dropped."""
    one, glide, two = (
        ADDRESSES.command("/latent/<i>", "a", "0", (1.0,)),
        ADDRESSES.command("/glide", "a", "", (500.0,)),
        ADDRESSES.command("/latent/<i>", "a", "0", (2.0,)),
    )
    other = ADDRESSES.command("/glide", "b", "", (500.0,))
    assert next(batches([one, glide, two])).commands == (one, glide, two)
    assert next(batches([glide, one, two, glide])).commands == (glide, two, glide)
    assert next(batches([one, other, two])).commands == (other, two)


@pytest.mark.parametrize(
    ("path", "earlier", "later", "replaced"),
    [
        ("/walk", (1.0,), (2.0, 3.0), True),
        ("/walk", (1.0, 3.0), (2.0,), False),
        ("/tape/loop", (0.1, 0.2), (0,), False),
        ("/tape/loop", (0,), (0.1, 0.2), True),
        ("/latent/scale", (1.0,), (1.0, 2.0), False),
        ("/latent/from", (0, 1.0), (1, 1.0), False),
        ("/latent/from", (1, 1.0), (1, 2.0), True),
        ("/latent/traj", (5.0, 1.0), (9.0, 2.0), True),
        ("/latent/delta", (1.0,), (1.0,), False),
        ("/panic", (), (), False),
    ],
)
def test_only_what_sets_as_much_replaces(
    path: str, earlier: tuple[float, ...], later: tuple[float, ...], replaced: bool
) -> None:
    pair = [ADDRESSES.command(path, "a", "", values) for values in (earlier, later)]
    (batch,) = batches(pair)
    assert len(batch.commands) == (1 if replaced else 2)


#: Path and values of a command.
Setting = tuple[str, tuple[float, ...]]


@pytest.mark.parametrize(
    ("earlier", "later", "replaced"),
    [
        ([("/latent/from", (0, 1.0)), ("/latent/from", (4, 1.0))], None, True),
        (
            [("/latent/from", (0, 1.0)), ("/latent/from", (4, 1.0))],
            [("/latent/from", (8, 2.0)), ("/latent/from", (4, 2.0))],
            False,
        ),
        (
            [("/latent", (1.0, 2.0, 3.0)), ("/latent", (5.0,))],
            [("/latent", (6.0,)), ("/walk", (1.0,))],
            False,
        ),
    ],
)
def test_a_batch_replaces_another_only_if_it_sets_all_of_it(
    earlier: list[Setting], later: list[Setting] | None, replaced: bool
) -> None:
    """Also where several commands of a batch are for one place; ``None`` is the same again."""
    first, second = (
        next(batches([ADDRESSES.command(path, "a", "", values) for path, values in sent]))
        for sent in (earlier, later or earlier)
    )
    assert (len(first.commands), len(second.commands)) == (2, 2)
    assert second.replaces(first) is replaced


def test_very_many_commands_become_several_batches_and_tell_at_the_end() -> None:
    many = [delta(n).commands[0] for n in range(1000)]
    parts = [*batches(many, payloads=range(1000), then=print, due=7)]
    assert [command for part in parts for command in part.commands] == many
    assert [index for part in parts for index in part.payloads] == list(range(1000))
    assert all(len(part.commands) <= MOST_TOGETHER and part.due == 7 for part in parts)
    assert [part.then for part in parts] == [None] * (len(parts) - 1) + [print]


def test_a_flooded_performance_is_rendered_again_to_the_bit(make_rig: Callable[..., Any]) -> None:
    rig = make_rig(rate=RATE)
    for name in "ab":
        rig.send(f"/deck/{name}/model/load", "small")
        rig.send(f"/deck/{name}/play", 1)
    rig.send("/crossfade", 0.5)
    draws, heard = np.random.default_rng(1), []
    for _ in range(5):
        for number in range(240):
            path, value = ("/latent/delta", 0.01) if number % 3 else ("/walk", number / 80)
            rig.engine.post(ADDRESSES.command(path, "ab"[number % 2], "", (value,)))
            rig.engine.post(
                ADDRESSES.command("/gain", "b", "", (-number / 60,)),
                due=rig.engine.frame + int(draws.integers(0, 900)),
            )
        heard.append(rig.render(500, int(draws.integers(1, 500))))
        waited = rig.engine.backlog
    while rig.engine.backlog:
        heard.append(rig.render(500))
    frames = [json.loads(line)["frame"] for line in rig.log]
    assert max(map(frames.count, frames)) <= ALLOWED + 8  # and those before the flood
    assert waited > 500
    whole = np.concatenate(heard)
    again = make_rig(rate=RATE).replay(rig.log, len(whole), block=4096)
    np.testing.assert_array_equal(again, whole)


def test_a_second_allows_the_same_at_any_rate() -> None:
    for rate in (1000, 8000, 44_100, 48_000, 192_000):
        assert allowed(rate) * rate / SPAN == pytest.approx(24_000, rel=0.02)


def test_a_rule_that_raises_is_noted_and_both_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    agenda = Agenda(RATE, lambda where, error: noted.append(where))
    agenda.post([latents(1.0), latents(2.0)])

    def raising(self: Batch, earlier: Batch) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(Batch, "replaces", raising)
    assert len([*agenda.due(0)]) == 2
    assert noted == ["/deck/a/latent/0"]
