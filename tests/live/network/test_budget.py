from __future__ import annotations

import pytest

from musicvae.live.network.budget import Budget


def test_it_allows_a_number_a_second_however_often_it_is_asked() -> None:
    budget = Budget(5)
    assert [budget.spend(0.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [budget.spend(0.2) for _ in range(2)] == [True, False]
    assert sum(budget.spend(100 + step / 1000) for step in range(1000)) == pytest.approx(10, abs=1)


def test_a_long_rest_saves_no_more_than_a_second_of_it() -> None:
    budget = Budget(3)
    assert budget.spend(0.0)
    assert [budget.spend(1e6) for _ in range(4)] == [True] * 3 + [False]
