"""The memory that tests allow is measured by something that sees more than that."""

from __future__ import annotations

from typing import Any


def test_what_is_kept_counts(allocated: Any) -> None:
    held: list[bytearray] = []
    kept, most = allocated(lambda: held.append(bytearray(5000)))
    assert 5000 <= kept <= most < 7000


def test_what_is_held_for_a_moment_counts_as_the_most(allocated: Any) -> None:
    kept, most = allocated(lambda: bytearray(5000).clear())
    assert kept < 500
    assert 5000 <= most < 7000


def test_what_others_take_now_and_then_does_not_count(allocated: Any) -> None:
    turns: list[int] = []
    others: list[bytearray] = []

    def work() -> None:
        turns.append(len(turns))
        if len(turns) % 3 == 0:
            others.append(bytearray(5000))

    kept, most = allocated(work)
    assert others
    assert most < 500
    assert kept < 500
