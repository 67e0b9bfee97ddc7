"""What a prior computes in advance is played only if it is what it would compute in time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.live.commands.address import Command
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.deck_addresses import PLAY
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.foresight import Foresight
from musicvae.live.engine.work import Work
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout
from tests.live.sources.prior_decks import STRIDE, do


class Counted:
    """Counts the runs of a prior's graph."""

    def __init__(self, prior: Prior) -> None:
        bound, self.runs = prior._bound, 0
        run = bound.run

        def counted(first: bool = False) -> None:
            self.runs += 1
            run(first)

        bound.run = counted  # type: ignore[method-assign]


def test_a_step_that_was_foreseen_is_not_computed_again(prior: Prior) -> None:
    heard, noise = np.ones(4, np.float32), np.full(prior.prior.noise, 0.5, np.float32)
    other = prior._twin(None, {})
    counted = Counted(prior)
    prior.foresee(heard, noise)
    prior.foresee(heard, noise)
    assert counted.runs == 1
    np.testing.assert_array_equal(prior.step(heard, noise), other.step(heard, noise))
    assert counted.runs == 1
    np.testing.assert_array_equal(prior.step(heard, noise), other.step(heard, noise))
    assert counted.runs == 2


@pytest.mark.parametrize("change", ["heard", "noise", "temperature", "asked", "state", "reset"])
def test_one_that_is_another_by_then_is(prior: Prior, change: str) -> None:
    heard, noise = np.ones(4, np.float32), np.full(prior.prior.noise, 0.5, np.float32)
    other, temperature = prior._twin(None, {}), 1.0
    for each in (prior, other):
        each.step(heard, noise)
    prior.foresee(heard, noise)
    if change == "heard":
        heard = heard * np.float32(0.5)
    elif change == "noise":
        noise = -noise
    elif change == "temperature":
        temperature = 0.5
    for each in (prior, other):
        if change == "asked":
            each.conditions.set_genre("metal")
        elif change == "state":
            each.step(noise[:4] * 0, noise)
        elif change == "reset":
            each.reset()
    expected = other.step(heard, noise, temperature)
    np.testing.assert_array_equal(prior.step(heard, noise, temperature), expected)
    np.testing.assert_array_equal(prior.state.values, other.state.values)


def test_a_deck_plays_the_same_whether_it_foresees_or_not(
    prior_controls: Callable[[], Controls], prior_file: Path
) -> None:
    turns = np.random.default_rng(0)
    changes: list[tuple[str, tuple[Any, ...], str]] = [
        ("/seed", (3,), ""),
        ("/temperature", (0.5,), ""),
        ("/attr/<name>", (1.0,), "loudness"),
        ("/style", ("metal",), ""),
        ("/lead", (0.5,), ""),
        ("/latent", (1.0, -2.0), ""),
        ("/listen", (1,), ""),
        ("/source", ("held",), ""),
        ("/source", ("prior",), ""),
        ("/walk", (0.5, 1.0), ""),
        ("/source", ("prior",), ""),
        ("/seed", (9,), ""),
    ]
    made: list[list[Any]] = []
    for foresees in (False, True):
        controls, rows = prior_controls(), []
        prior = Prior(prior_file)
        counted = Counted(prior)
        do(controls, "/prior/load", "tiny", payload=Rollout(prior))
        for address, values, key in changes:
            for _ in range(40 * STRIDE):
                rows.append(controls.next().copy())
                if foresees and turns.random() < 0.7:
                    controls.sources["prior"].foresee()
            do(controls, address, *values, key=key)
        made.append(rows)
        assert counted.runs > 0
    np.testing.assert_array_equal(made[0], made[1])


def test_only_decks_that_sound_foresee_and_what_fails_is_counted(
    prior_controls: Callable[[], Controls], prior_file: Path
) -> None:
    class Voice:
        name, latency, until_frame = "tiny", 0.0, 0

        def __init__(self) -> None:
            self.controls, self.work = prior_controls(), Work()

        def read(self, out: Any) -> None:
            out[:] = 0

    engine, voice = Engine(8000), Voice()
    prior = Prior(prior_file)
    do(voice.controls, "/prior/load", "tiny", payload=Rollout(prior))
    voice.controls.next()
    engine.decks["a"].swap(voice)  # type: ignore[arg-type]
    foresight, counted = Foresight(engine), Counted(prior)
    foresight()
    assert counted.runs == 0  # it is stopped
    engine.post(Command(PLAY, "a", values=(1,)))
    engine.render(np.zeros((4000, 2), np.float32))
    foresight()
    assert counted.runs == 1
    prior._bound.load(np.inf)
    foresight()
    assert engine.faults.count == 1
    assert voice.controls.active_source == "held"
