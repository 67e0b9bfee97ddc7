"""A described deck, stored as JSON, is restored on another deck exactly, to the bit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.engine.describing import describe
from musicvae.live.table import ADDRESSES


def described(rig: Any, deck: str) -> str:
    return json.dumps(describe(rig.engine.decks[deck], ADDRESSES))


def recall(rig: Any, deck: str, text: str) -> None:
    rig.do(*(ADDRESSES.restore(line, deck, rig.shapes) for line in json.loads(text)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.integers(1, 60))
def test_another_deck_is_set_just_like_it(
    make_rig: Callable[..., Any], performer: Any, seed: int, tape: bool, messages: int
) -> None:
    rig, player = make_rig(), performer(seed)
    for name in "ab":
        rig.send(f"/deck/{name}/model/load", "small")
        rig.send(f"/deck/{name}/play", 1)
    if tape:
        rig.send("/tape/load", "11 3")
    for _ in range(messages):
        sent = player.message(rig.shapes)
        rig.send(sent.address, *sent.arguments)
        rig.render(player.random.randint(0, 900))
    for deck, other in ("ab", "ba"):
        kept = described(rig, deck)
        fresh = make_rig()
        fresh.send(f"/deck/{other}/model/load", "small")
        recall(fresh, other, kept)
        assert described(fresh, other) == kept
        fresh.render(1000)
        recall(fresh, other, kept)
        assert described(fresh, other) == kept


def test_recalled_decks_sound_alike(make_rig: Callable[..., Any]) -> None:
    one, other = make_rig(), make_rig()
    one.send("/model/load", "slow")
    one.send("/latent", 0.1, 0.2, 0.3)
    one.send("/attr/onsets", 1.5)
    one.send("/tape/load", "5 1")
    one.send("/tape/rate", -0.37)
    one.send("/tape/scrub", 0.61)
    one.send("/tape/loop", 0.13, 0.87)
    other.send("/model/load", "slow")
    recall(other, "a", described(one, "a"))
    for rig in (one, other):
        rig.send("/play", 1)
    np.testing.assert_array_equal(one.render(20_000), other.render(20_000))


def test_a_source_without_a_tape_is_held(rig: Any) -> None:
    """Otherwise a deck that has a tape would play it."""
    rig.send("/model/load", "small")
    rig.send("/source", "tape")
    assert ["/source", "held"] in json.loads(described(rig, "a"))


def test_gestures_are_left_out(rig: Any) -> None:
    rig.send("/model/load", "small")
    before = described(rig, "a")
    rig.send("/freeze", 1)
    rig.send("/hold", 1)
    rig.send("/glide/once", 500.0)
    assert described(rig, "a") == before


def test_what_glides_is_described_by_where_it_goes(rig: Any) -> None:
    rig.send("/model/load", "small")
    rig.send("/play", 1)
    rig.send("/glide", 1000.0)
    rig.send("/latent", 0.1)
    rig.render(2000)
    assert ["/latent", float(np.float32(0.1)), 0, 0, 0] in json.loads(described(rig, "a"))
