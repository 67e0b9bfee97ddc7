"""A memory and a prior take turns; the variation is the prior's share."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.errors import SettingError
from musicvae.runtime.turns import ROUND, Turns, shortened

RATE = 43.0


def played(turns: Turns, variation: float, seconds: float) -> np.ndarray:
    """Whether the memory plays each step."""
    return np.array([turns.remembers(variation) for _ in range(round(seconds * RATE))])


@pytest.mark.parametrize("variation", [0.1, 0.3, 0.5, 0.8, 0.95])
def test_the_variation_is_the_share_of_the_prior(variation: float) -> None:
    remembered = played(Turns(RATE, 3), variation, 4000)
    assert 1 - remembered.mean() == pytest.approx(variation, abs=0.04)
    phrases = np.count_nonzero(np.diff(remembered.astype(int)) == 1)
    assert 4000 / phrases == pytest.approx(ROUND, rel=0.1)


@pytest.mark.parametrize("variation", [0.2, 0.5, 0.8])
def test_from_the_first_half_minute_on(variation: float) -> None:
    shares = [1 - played(Turns(RATE, seed), variation, 30).mean() for seed in range(200)]
    assert np.mean(shares) == pytest.approx(variation, abs=0.015)


def test_at_the_ends_one_plays_alone() -> None:
    turns = Turns(RATE, 3)
    assert played(turns, 0.0, 100).all()
    assert not played(turns, 1.0, 100).any()
    assert played(turns, 0.0, 100).all()


def test_the_memory_is_told_when_it_comes_back() -> None:
    turns, before = Turns(RATE, 3), True
    for _ in range(5000):
        now = turns.remembers(0.5)
        assert turns.returning == (now and not before)
        before = now


def test_equal_seeds_give_equal_turns() -> None:
    one, other = Turns(RATE, 3), Turns(RATE, 4)
    first = played(one, 0.4, 60)
    assert not np.array_equal(played(other, 0.4, 60), first)
    other.restart(3)
    np.testing.assert_array_equal(played(other, 0.4, 60), first)
    with pytest.raises(SettingError):
        other.restart(-1)


def test_the_less_a_memory_plays_the_sooner_it_jumps() -> None:
    assert [shortened(4.0, share) for share in (1.0, 0.5, 0.25, 0.0)] == [4.0, 2.0, 1.0, 0.5]
    assert shortened(0.5, 0.5) == 0.5
