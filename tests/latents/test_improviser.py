from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from musicvae.latents.memory import Memory, choosing, nearby
from musicvae.latents.memory.choosing import Wishes, drawn
from musicvae.latents.memory.improviser import SEAM_STEPS, Improviser
from musicvae.latents.memory.places import Places
from musicvae.latents.memory.search import TOGETHER, Search
from tests.latents.memories import make_memory


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(make_memory(parts=8, steps=500))


def played(player: Improviser, steps: int) -> tuple[np.ndarray, list[int]]:
    """The rows, and the step of the memory that each is of."""
    rows, at = np.zeros((steps, player.memory.latent_dim), np.float32), []
    for row in rows:
        player.next(row)
        at.append(player.step - 1)
    return rows, at


def test_the_same_seed_plays_the_same_and_another_does_not(places: Places) -> None:
    first, _ = played(Improviser(places, 7), 2000)
    again = Improviser(places, 3)
    played(again, 500)
    again.restart(7)
    np.testing.assert_array_equal(played(again, 2000)[0], first)
    assert not np.array_equal(played(Improviser(places, 8), 2000)[0], first)


def test_a_twin_plays_on_alike_and_neither_disturbs_the_other(places: Places) -> None:
    player = Improviser(places, 7, Wishes(continuity=1.0))
    played(player, 333)
    twin = player.twin()
    twin.wishes = Wishes(continuity=1.0)
    theirs = played(twin, 600)[0]
    np.testing.assert_array_equal(played(player, 600)[0], theirs)


@pytest.mark.parametrize("continuity", [1.0, 2.0, 4.0])
def test_it_jumps_as_often_as_it_is_asked_to(continuity: float) -> None:
    memory = make_memory(parts=12, steps=2000)
    player = Improviser(memory, 1, Wishes(continuity=continuity))
    steps = round(150 * continuity * memory.step_rate)
    played(player, steps)
    assert steps / memory.step_rate / player.jumps == pytest.approx(continuity, rel=0.15)


def test_between_jumps_it_plays_the_track_and_after_one_the_seam_fades(places: Places) -> None:
    player = Improviser(places, 7, Wishes(continuity=1.0))
    rows, at = played(player, 2000)
    jumps = np.flatnonzero(np.diff(at) != 1) + 1
    assert len(jumps) == player.jumps > 20
    memory = player.memory.rows()
    off = np.abs(rows - memory[at]).max(axis=1)
    for jump, after in zip(jumps, [*jumps[1:], len(rows)], strict=True):
        assert (off[jump + SEAM_STEPS : after] == 0).all()
        went_on = memory[at[jump - 1] + 1]
        landed = memory[at[jump]]
        # The first step is still almost what would have come: no click in the latents.
        assert np.abs(rows[jump] - went_on).max() <= 0.03 * np.abs(landed - went_on).max() + 1e-5


def test_it_prefers_to_jump_at_onsets(places: Places) -> None:
    player = Improviser(places, 7, Wishes(continuity=2.0))
    _, at = played(player, 4000)
    left = [before + 1 for before, after in pairwise(at) if after != before + 1]
    body = player.memory.body
    onsets = set(body.joints[body.onsets == 1].tolist())
    assert np.mean([step in onsets for step in left]) > 0.7


def test_what_was_just_played_is_not_played_again(places: Places) -> None:
    player = Improviser(places, 7, Wishes(continuity=1.0))
    _, at = played(player, 3000)
    span = min(round(25 * places.memory.step_rate), places.memory.steps // 2)
    landings = [now for now in range(1, len(at)) if at[now] != at[now - 1] + 1]
    assert len(landings) > 30
    for now in landings:
        assert at[now] not in at[max(0, now - span) : now]


def test_a_region_and_names_are_kept_to(places: Places) -> None:
    wishes = Wishes(continuity=1.0, region=(0.25, 0.5))
    player = Improviser(places, 7, wishes)
    _, at = played(player, 1500)
    assert min(at) >= 0.25 * places.memory.steps
    assert max(at) < 0.5 * places.memory.steps
    assert player.jumps > 10
    wishes.region, wishes.names = (0.0, 1.0), ("odd",)
    played(player, 40)  # on the way
    _, at = played(player, 1500)
    assert {places.memory.part_at(step).style for step in at} == {"odd"}
    wishes.names = ("nobody",)
    played(player, 100)  # where nothing fits, everything is played


def test_a_lead_draws_it_to_where_the_latents_are_so() -> None:
    memory = make_memory(parts=12, steps=1000)
    means = []
    for lead in (-2.0, 0.0, 2.0):
        wishes = Wishes(continuity=1.0, lead=np.array([lead, 0, 0, 0], np.float32))
        means.append(played(Improviser(memory, 3, wishes), 4000)[0][:, 0].mean())
    assert means[0] < means[1] < means[2]
    assert means[2] - means[0] > 0.3


def test_it_follows_what_was_heard(places: Places) -> None:
    heard = places.memory.rows(1250, 1258)
    player = Improviser(places, 7, Wishes(temperature=0.0))
    player.follow(heard)
    rows, _ = played(player, 1)
    looked = places.views[places.steps[places.open] - 8].astype(np.float32)
    distances = np.square(looked - places.window(1258)).sum(axis=1)
    landed = places.window(player.step - 1)
    rank = (distances < np.square(landed - places.window(1258)).sum()).mean()
    assert rank < 0.02
    assert np.abs(rows[0] - heard[-1]).max() < 0.1  # the seam begins there


@pytest.mark.parametrize("steps", [32, 40, 100, 400])
def test_one_short_track_plays_on_for_ever(steps: int) -> None:
    player = Improviser(make_memory(parts=1, steps=steps), 0, Wishes(continuity=0.5))
    rows, at = played(player, 2000)
    assert np.isfinite(rows).all()
    assert max(at) < steps
    assert player.jumps > 3


def test_every_place_can_be_gone_to_and_played_from(places: Places) -> None:
    player = Improviser(places, 7)
    for place in [0.0, 0.1249, 0.125, 0.5, 0.9999, 1.0]:
        player.go(place)
        assert abs(player.place - place) < 3 / places.memory.steps
        _, at = played(player, 30)
        assert 0 <= min(at) <= max(at) < places.memory.steps


def test_extreme_wishes_never_leave_the_memory(places: Places) -> None:
    draws = np.random.default_rng(0)
    wishes = Wishes(lead=np.zeros(4, np.float32), heard=np.zeros((8, 4), np.float32))
    player = Improviser(places, 7, wishes)
    row = np.zeros(4, np.float32)
    for _ in range(3000):
        if draws.random() < 0.05:
            start, end = np.sort(draws.random(2))
            wishes.region = (float(start), float(max(end, start + 1e-6)))
            wishes.lead = (1000 * draws.standard_normal(4)).astype(np.float32)
            wishes.heard = (1000 * draws.standard_normal((8, 4))).astype(np.float32)
            wishes.listening = bool(draws.integers(2))
            wishes.temperature, wishes.continuity = 4 * draws.random(), 0.5
            if draws.random() < 0.3:
                player.go(draws.random())
        player.next(row)
        assert np.isfinite(row).all()


def test_the_work_of_a_step_is_bounded(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the memory: so many joints are compared in a step, and no more."""
    sizes: list[int] = []
    real = choosing.costs

    def counted(places: Places, joints: np.ndarray, *rest: object) -> object:
        sizes.append(len(joints))
        return real(places, joints, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("musicvae.latents.memory.search.costs", counted)
    wishes = Wishes(continuity=0.5, lead=np.ones(4, np.float32))
    player = Improviser(places, 7, wishes)
    row = np.zeros(4, np.float32)
    for _ in range(500):
        before = len(sizes)
        player.next(row)
        assert len(sizes) - before <= 1
    assert 0 < max(sizes) <= TOGETHER


def test_the_work_of_a_jump_is_spread_over_steps(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Improviser(places, 7, Wishes(continuity=1.0))
    at: dict[str, list[int]] = {"gather": [], "compare": [], "draw": [], "plan": []}

    def noting(of: object, name: str, what: str) -> None:
        real = getattr(of, name)

        def noted(*arguments: object, **named: object) -> object:
            at[what].append(step)
            return real(*arguments, **named)

        monkeypatch.setattr(of, name, noted)

    noting(player._recent, "new", "gather")
    noting(nearby, "costs", "compare")
    noting(player, "_drawn", "draw")
    noting(player, "_plan", "plan")
    row = np.zeros(4, np.float32)
    for step in range(4000):  # noqa: B007 - read by what is noted
        player.next(row)
    assert player.jumps > 50
    spread = set(at["gather"]) ^ set(at["compare"]) ^ set(at["draw"]) ^ set(at["plan"])
    every = [step for steps in at.values() for step in steps]
    assert len(spread) > 0.95 * len(every)  # a run may be too short for that
    assert max(map(len, at.values())) < 2 * player.jumps


def test_a_search_ends_when_all_was_looked_at(places: Places) -> None:
    player = Improviser(places, 7)
    search, among = Search(places), np.flatnonzero(places.open)
    search.begin(places.window(1258), -1.0, -1, 0, len(among))
    for _ in range(-(-len(among) // TOGETHER) + 1):
        search.go_on(among, player._recent, None)
    best = search.joints[np.argmin(search.costs)]
    looked = places.views[places.steps[among] - 8].astype(np.float32)
    distances = np.square(looked - places.window(1258)).sum(axis=1)
    assert best == among[np.argmin(distances)]


def test_temperature_is_that_of_the_choice() -> None:
    cost = np.array([0.0, 1.0, 2.0], np.float32)
    draws = np.random.default_rng(0)
    counts = {
        heat: np.bincount([drawn(cost, heat, draws.random(3)) for _ in range(4000)], minlength=3)
        for heat in (0.0, 1.0, 4.0)
    }
    assert counts[0.0].tolist() == [4000, 0, 0]
    shares = np.exp(-cost) / np.exp(-cost).sum()
    np.testing.assert_allclose(counts[1.0] / 4000, shares, atol=0.03)
    assert counts[4.0].min() > 800


def test_memories_are_equal_on_every_machine_since_sums_are_exact(places: Places) -> None:
    memory: Memory = places.memory
    assert 127**2 * 8 * memory.latent_dim < 2**24
    assert (places.norms == np.rint(places.norms)).all()
