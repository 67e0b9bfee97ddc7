from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.commands import morphing
from musicvae.live.commands.address import Morph
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.table import ADDRESSES

A: list[StoredMessage] = [
    ["/latent", 0.0, 1.0, -2.0],
    ["/gain", -12.0],
    ["/source", "held"],
    ["/attr/brightness", 0.5],
    ["/seed", 4],
]
B: list[StoredMessage] = [
    ["/seed", 8],
    ["/gain", 0],
    ["/latent", 1.0, 1.0, 2.0],
    ["/source", "tape"],
    ["/tape/load", "rain"],
]

FLOATS = st.floats(-1000, 1000, width=32)
STATES = st.lists(
    st.tuples(st.sampled_from(["/latent", "/gain", "/walk", "/tape/rate"]), st.lists(FLOATS)).map(
        lambda parts: [parts[0], *parts[1]]
    ),
    max_size=6,
)


def between(a: list[StoredMessage], b: list[StoredMessage], t: float) -> list[StoredMessage]:
    return morphing.between(a, b, t, ADDRESSES.morph_of)


def test_numbers_move_and_words_flip() -> None:
    assert between(A, B, 0.25) == [
        ["/latent", 0.25, 1.0, -1.0],
        ["/gain", -9.0],
        ["/source", "held"],
        ["/attr/brightness", 0.5],
        ["/seed", 4],
    ]
    assert between(A, B, 0.75) == [
        ["/seed", 8],
        ["/gain", -3.0],
        ["/latent", 0.75, 1.0, 1.0],
        ["/source", "tape"],
        ["/tape/load", "rain"],
    ]


@given(STATES, STATES, st.sampled_from([0.0, 1.0, -3.0, 7.5]))
def test_the_ends_are_exact(a: list[StoredMessage], b: list[StoredMessage], t: float) -> None:
    # As text, so that -0.0 and whole numbers count as different.
    assert json.dumps(between(a, b, t)) == json.dumps(a if t <= 0 else b)


@given(STATES, st.floats(0, 1))
def test_between_equal_states_nothing_wavers(state: list[StoredMessage], t: float) -> None:
    assert json.dumps(between(state, [list(message) for message in state], t)) == json.dumps(state)


@given(FLOATS, FLOATS, st.floats(0, 1) | st.just(1 - 2**-53))
def test_no_value_leaves_its_ends(x: float, y: float, t: float) -> None:
    ((_, value),) = between([["/gain", x]], [["/gain", y]], t)
    assert min(x, y) <= value <= max(x, y)
    assert value == pytest.approx((1 - t) * x + t * y, abs=1e-9)


@pytest.mark.parametrize("address", [row.path for row in ADDRESSES if row.morph is Morph.SWITCH])
@pytest.mark.parametrize("prefix", ["", "/deck/b"])
def test_switches_flip_half_way(address: str, prefix: str) -> None:
    a, b = [[prefix + address, 0]], [[prefix + address, 1]]
    assert between(a, b, 0.499) == a
    assert between(a, b, 0.5) == b


def test_half_way_what_only_one_has_is_that_of_the_second() -> None:
    assert between([["/seed", 1]], [["/gain", 0.0]], 0.5) == [["/gain", 0.0]]
    assert between([["/seed", 1]], [["/gain", 0.0]], 0.499) == [["/seed", 1]]


def test_one_value_for_all_latents_meets_one_for_each() -> None:
    one, each = [["/latent/scale", 1.0]], [["/latent/scale", 1.0, 2.0, 3.0]]
    assert between(one, each, 0.5) == [["/latent/scale", 1.0, 1.5, 2.0]]
    assert between(each, one, 0.5) == [["/latent/scale", 1.0, 1.5, 2.0]]


def test_messages_of_different_lengths_flip() -> None:
    a, b = [["/walk", 1.0]], [["/walk", 2.0, 0.5]]
    assert between(a, b, 0.4) == a
    assert between(a, b, 0.6) == b


def test_the_states_themselves_stay() -> None:
    a, b = [["/latent", 0.0]], [["/latent", 1.0], ["/gain", 0.0]]
    for t in (0.0, 0.3, 0.8, 1.0):
        for message in between(a, b, t):
            message.append("changed")
    assert a == [["/latent", 0.0]]
    assert b == [["/latent", 1.0], ["/gain", 0.0]]
