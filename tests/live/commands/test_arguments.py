from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.commands.arguments import MAX_TEXT, Arguments, RefusedError, Shape, as_whole


def test_every_number_may_arrive_as_any_type() -> None:
    assert Arguments((1, 0.5, True, False)).numbers(1, 4, 0, 1) == (1.0, 0.5, 1.0, 0.0)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "finite"),
        (math.inf, "finite"),
        (-math.inf, "finite"),
        (10**400, "finite"),
        (-(10**400), "finite"),
        ("1.0", "numbers only"),
        (None, "numbers only"),
        (b"1", "numbers only"),
        (1.5, "out of range 0 to 1"),
        (-1, "out of range 0 to 1"),
    ],
)
def test_what_is_no_number_in_range_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        Arguments((value,)).number(0, 1)


@given(st.lists(st.floats(width=32), max_size=8))
def test_no_vector_that_is_not_finite_or_in_range_passes(values: list[float]) -> None:
    arguments = Arguments(tuple(values))
    if len(values) >= 1 and all(abs(value) <= 1000 for value in values):
        assert arguments.numbers(1, 8, -1000, 1000) == tuple(values)
    else:
        with pytest.raises(RefusedError):
            arguments.numbers(1, 8, -1000, 1000)


@pytest.mark.parametrize(
    ("least", "most", "reason"),
    [(1, 1, "wants 1 number, got 2"), (3, 3, "3 numbers, got 2"), (3, 5, "3 to 5 numbers, got 2")],
)
def test_how_many_are_wanted_is_said(least: int, most: int, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        Arguments((0, 0)).numbers(least, most, 0, 1)


@pytest.mark.parametrize("value", [1, 1.0, True])
def test_whole_numbers(value: Any) -> None:
    whole = Arguments((value,)).whole(0, 5)
    assert (whole, type(whole)) == (1, int)
    assert Arguments((value,)).switch() == 1


@pytest.mark.parametrize("value", [0.5, 1 + 2**-20])
def test_fractions_are_no_whole_numbers(value: float) -> None:
    with pytest.raises(RefusedError, match="whole number"):
        Arguments((value,)).whole(0, 5)
    with pytest.raises(RefusedError, match="whole number"):
        as_whole(value)


def test_latents_want_a_model() -> None:
    with pytest.raises(RefusedError, match="no model plays on this deck; /model/load brings one"):
        Arguments((0.0,)).latents(-1, 1)
    assert Arguments((0.0, 1.0), Shape(3)).latents(-1, 1) == (0.0, 1.0)
    with pytest.raises(RefusedError, match="wants 1 number, got 2"):
        Arguments((0.0, 1.0), Shape(1)).latents(-1, 1)


def test_texts() -> None:
    arguments = Arguments(("jazz", "ünï côdé"))
    assert arguments.words(2) == ("jazz", "ünï côdé")
    assert arguments.rest(1).word() == "ünï côdé"
    assert Arguments(("x" * MAX_TEXT,)).word() == "x" * MAX_TEXT
    assert Arguments(("b",)).word("a", "b") == "b"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ((), r"wants 1 text\(s\), got 0"),
        (("a", "b"), r"wants 1 text\(s\), got 2"),
        ((True,), "text of 1 to 255"),
        ((math.nan,), "text of 1 to 255"),
        ((math.inf,), "text of 1 to 255"),
        ((10**5000,), "text of 1 to 255"),
        (("",), "text of 1 to 255"),
        (("x" * 256,), "text of 1 to 255"),
        (("a\nb",), "printable"),
        (("a\0b",), "printable"),
        (("c",), "wants one of a, b"),
    ],
)
def test_what_is_no_text_is_refused(values: Any, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        Arguments(values).word("a", "b")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (1, "1"),
        (1.0, "1"),
        (-3, "-3"),
        (0.0, "0"),
        (-0.0, "0"),
        (2.5, "2.5"),
        (float(np.float32(0.1)), "0.1"),
        (2**40, "1099511627776"),
    ],
)
def test_a_number_is_a_name_as_max_sends_it(sent: float, name: str) -> None:
    assert Arguments((sent,)).word() == name
    with pytest.raises(RefusedError, match="wants one of a, b"):
        Arguments((sent,)).word("a", "b")


def test_the_rest_knows_the_deck() -> None:
    arguments = Arguments((1, 2.0, 3.0), Shape(2), "key").rest(1)
    assert (arguments.values, arguments.shape, arguments.key) == ((2.0, 3.0), Shape(2), "key")
