from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.commands.messages import checked, for_deck, without_deck


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=8))
def test_floats_of_numpy_stay_the_same_to_the_bit(values: list[float]) -> None:
    message = checked(["/latent", *np.array(values, np.float32)])
    read = json.loads(json.dumps(message))
    assert np.array(read[1:], np.float32).tobytes() == np.array(values, np.float32).tobytes()


def test_types_become_plain() -> None:
    message = checked(("/a", np.int64(3), np.float64(0.5), 2, "tape", -0.0))
    assert message == ["/a", 3, 0.5, 2, "tape", -0.0]
    assert [type(value) for value in message] == [str, int, float, int, str, float]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("/latent", "a message is a list"),
        ([], "a message is a list"),
        ({"/latent": 1}, "a message is a list"),
        (None, "a message is a list"),
        (["latent", 1], "no address"),
        ([1, 2], "no address"),
        (["/" + "a" * 300], "no address"),
        (["/a\nb"], "no address"),
        (["/a", float("nan")], "not finite"),
        (["/a", np.float32("inf")], "not finite"),
        (["/a", True], "1 or 0"),
        (["/a", 2**63], "64 bits"),
        (["/a", [1]], "neither a number nor a text"),
        (["/a", None], "neither"),
        (["/a", "b" * 2000], "no line"),
        (["/a", "\ud800"], "no line"),
        (["/a", *range(5000)], "more than 4096"),
    ],
)
def test_what_is_no_message_says_why(value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        checked(value)


def test_decks_come_and_go() -> None:
    assert without_deck(["/deck/a/latent/3", 0.5]) == ["/latent/3", 0.5]
    assert without_deck(["/latent", 1]) == ["/latent", 1]
    assert without_deck(["/deck/a"]) == ["/deck/a"]
    assert for_deck(["/latent", 1], "b") == ["/deck/b/latent", 1]
    assert for_deck(["/deck/a/gain", -6.0], "b") == ["/deck/b/gain", -6.0]
