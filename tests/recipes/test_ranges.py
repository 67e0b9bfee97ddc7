"""Numbers of strangers: what counts as one, and what leaves the check is plain and in range."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.errors import SettingError
from musicvae.recipes.ranges import Range, checked_seed, whole

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.binary(),
    st.complex_numbers(), st.lists(st.integers(), max_size=2), st.decimals(),
    st.builds(np.float32, st.floats(width=32)), st.builds(np.int8, st.integers(-128, 127)),
)  # fmt: skip


@settings(deadline=None)
@given(ANYTHING, st.booleans(), st.booleans())
def test_what_passes_is_a_plain_number_in_the_range(value: Any, only: bool, text: bool) -> None:
    limits, refusal = Range(-3, 300, whole=only), None
    try:
        number = limits.check("it", value, text)
    except SettingError as error:
        refusal = error
    if refusal is not None:
        assert refusal.expected == str(limits)
    else:
        assert type(number) in ((int,) if only else (int, float))
        assert -3 <= number <= 300
        assert number == (float(value) if isinstance(value, str) else value)


@pytest.mark.parametrize(
    "value",
    [True, False, np.True_, math.nan, math.inf, np.float32(np.nan), "8", "eight", None, [8], 8.5,
     1 + 0j, Decimal(8), 0, 10, -(10**400), 10**400, object()],
)  # fmt: skip
def test_what_is_no_whole_number_from_1_to_9(value: Any) -> None:
    with pytest.raises(SettingError, match=r"model\.width cannot be used") as refused:
        whole(1, 9).check("model.width", value)
    assert refused.value.expected == "a whole number from 1 to 9"
    assert refused.value.received is not None


@pytest.mark.parametrize("value", [8, 8.0, np.int64(8), np.uint8(8), np.float32(8)])
def test_whole_numbers_become_plain_ones(value: Any) -> None:
    assert type(whole(1, 9).check("n", value)) is int


@pytest.mark.parametrize(("text", "number"), [("8", 8), ("8.0", 8), ("8e0", 8), (" 8 ", 8)])
def test_text_of_a_number_does_where_it_is_asked_for(text: str, number: int) -> None:
    assert whole(1, 9).check("n", text, text=True) == number


@pytest.mark.parametrize("text", ["", "nan", "inf", "0x8", "8,0", "9" * 10_000, "١٠٠", "true"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(SettingError):
        whole(1, 9).check("n", text, text=True)


def test_a_range_may_exclude_its_end() -> None:
    share = Range(0, 1, below=True)
    assert share.check("share", 0.999) == 0.999
    with pytest.raises(SettingError, match="from 0 to below 1"):
        share.check("share", 1)


@pytest.mark.parametrize("seed", [-1, 2**32, True, 1.5, "1", math.nan])
def test_seeds_that_no_generator_takes_are_refused(seed: Any) -> None:
    with pytest.raises(SettingError, match="0 to 4294967295"):
        checked_seed(seed)


def test_seeds_of_every_generator() -> None:
    assert [checked_seed(seed) for seed in (None, 0, 2**32 - 1, np.int64(3))] == [
        None, 0, 2**32 - 1, 3,
    ]  # fmt: skip
