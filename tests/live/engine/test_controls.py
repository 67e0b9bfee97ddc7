"""Tests the formula z = clamp(scale · (source + manual) + bias + Σ attribute · direction)."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicvae.artifact import AttributeInfo
from musicvae.live.engine.controls import Controls
from musicvae.live.sources.tape import TapeSource
from musicvae.live.table import ADDRESSES

WIDTH = 4
FRAME_RATE = 100.0
ROW = arrays(np.float32, WIDTH, elements=st.floats(-10, 10, width=32))


@pytest.fixture(scope="module")
def info(models: Any) -> Any:
    """A model with two attributes, whose directions are not axes of the latents."""
    directions = np.random.default_rng(0).standard_normal((2, WIDTH)).round(3)
    attributes = tuple(
        AttributeInfo(name, "", tuple(map(float, row)), 0.0, 1.0, 0.5)
        for name, row in zip(("loudness", "brightness"), directions, strict=True)
    )
    plain = models.stream_info(WIDTH, 8000, 80, "0123456789abcdef", stride=1)
    return dataclasses.replace(plain, attributes=attributes)


@pytest.fixture
def controls(info: Any) -> Controls:
    return Controls(info, FRAME_RATE)


def send(controls: Controls, path: str, *values: Any, key: str = "", payload: Any = None) -> None:
    controls.do(ADDRESSES.command(path, "a", key, values), payload)


def frames(controls: Controls, count: int) -> np.ndarray:
    return np.array([controls.next().copy() for _ in range(count)])


@settings(max_examples=60, deadline=None)
@given(
    ROW, ROW, ROW, st.tuples(st.floats(-3, 3), st.floats(-3, 3)), st.floats(0, 20), st.booleans()
)
def test_latents_are_what_the_formula_says(
    info: Any, models: Any, held: Any, scale: Any, bias: Any, amounts: Any, bound: float, tape: bool
) -> None:
    controls = Controls(info, FRAME_RATE)
    send(controls, "/glide", 0.0)
    send(controls, "/latent", *held.tolist())
    send(controls, "/latent/scale", *scale.tolist())
    send(controls, "/latent/bias", *bias.tolist())
    send(controls, "/latent/clamp", -bound, bound / 2)
    for attribute, amount in zip(info.attributes, amounts, strict=True):
        send(controls, "/attr/<name>", amount, key=attribute.name)
    source = np.zeros((5, WIDTH))
    if tape:
        played = models.tape(info, 5, seed=2)
        send(controls, "/tape/load", "x", payload=played)
        source = played.latents.astype(np.float64)
    directions = np.array([attribute.direction for attribute in info.attributes])
    expected = np.clip(
        scale.astype(float) * (source + held) + bias + np.array(amounts) @ directions,
        -bound,
        bound / 2,
    )
    np.testing.assert_allclose(frames(controls, 5), expected, rtol=1e-4, atol=1e-3)


def test_a_glide_is_straight_and_arrives_to_the_bit(controls: Controls) -> None:
    send(controls, "/glide", 50.0)
    send(controls, "/latent", 0.7, -0.1)
    z = frames(controls, 7)[:, 0]
    np.testing.assert_allclose(z[:5], 0.7 * np.arange(1, 6) / 5, rtol=1e-5)
    assert (z[4:] == np.float32(0.7)).all()


def test_at_first_changes_take_twenty_milliseconds(controls: Controls) -> None:
    send(controls, "/latent", 1.0)
    assert frames(controls, 3)[:, 0].tolist() == [0.5, 1, 1]


@pytest.mark.parametrize(
    ("path", "key", "moved"),
    [
        ("/latent", "", lambda c: c.manual),
        ("/latent/<i>", "0", lambda c: c.manual),
        ("/latent/delta", "", lambda c: c.manual),
        ("/latent/norm", "", lambda c: c.manual),
        ("/latent/scale", "", lambda c: c.scale),
        ("/latent/bias", "", lambda c: c.bias),
        ("/attr/<name>", "loudness", lambda c: c.attributes),
    ],
)
def test_a_glide_for_once_is_for_one_change(
    controls: Controls, path: str, key: str, moved: Any
) -> None:
    send(controls, "/glide", 0.0)
    send(controls, "/glide/once", 40.0)
    send(controls, path, 0.75, key=key)
    ways = []
    for _ in range(4):
        assert moved(controls).value[0] != moved(controls).target[0]
        controls.next()
        ways.append(float(moved(controls).value[0]))
    assert moved(controls).value[0] == moved(controls).target[0]
    assert len(set(ways)) == 4
    send(controls, path, 0.25, key=key)
    controls.next()
    assert moved(controls).value[0] == moved(controls).target[0]


def test_latents_end_a_trajectory(controls: Controls) -> None:
    send(controls, "/glide", 0.0)
    send(controls, "/latent/traj", 10.0, *[1.0] * 40)
    frames(controls, 3)
    send(controls, "/latent/<i>", 5.0, key="1")
    assert frames(controls, 4)[:, :2].tolist() == [[1, 5]] * 4


def test_frozen_latents_stand_still_whatever_comes(controls: Controls) -> None:
    send(controls, "/walk", 1.0)
    before = frames(controls, 5)[-1]
    send(controls, "/freeze", 1)
    send(controls, "/latent", 5.0)
    send(controls, "/latent/clamp", 0.0, 0.0)
    np.testing.assert_array_equal(frames(controls, 5), [before] * 5)
    send(controls, "/freeze", 0)
    assert not frames(controls, 1).any()


def test_a_frozen_walk_goes_on_from_where_it_was(info: Any) -> None:
    one, other = Controls(info, FRAME_RATE), Controls(info, FRAME_RATE)
    for controls in (one, other):
        send(controls, "/walk", 0.5)
        frames(controls, 5)
    send(one, "/freeze", 1)
    frames(one, 17)
    send(one, "/freeze", 0)
    np.testing.assert_array_equal(frames(one, 5), frames(other, 5))


def test_while_holding_changes_wait_and_the_source_moves_on(controls: Controls) -> None:
    send(controls, "/walk", 1.0)
    send(controls, "/glide", 0.0)
    send(controls, "/hold", 1)
    send(controls, "/latent", 5.0)
    send(controls, "/latent/bias", 1.0)
    walked = frames(controls, 5)
    assert (np.diff(walked[:, 0]) != 0).all()
    send(controls, "/source", "held")
    assert not frames(controls, 2).any()  # 0 is what it held before
    send(controls, "/hold", 0)
    assert frames(controls, 1)[0].tolist() == [6, 1, 1, 1]


def test_panic_sets_all_latents_to_0_and_leaves_the_rest(controls: Controls) -> None:
    send(controls, "/latent", 5.0, 1.0)
    send(controls, "/latent/bias", 0.5)
    send(controls, "/walk", 1.0)
    send(controls, "/freeze", 1)
    send(controls, "/latent/traj", 10.0, *[1.0] * 40)
    frames(controls, 3)
    controls.panic()
    assert frames(controls, 9)[-1].tolist() == [0.5] * 4
    assert not controls.frozen


def test_a_model_of_the_same_space_goes_on_with_what_was_set(info: Any, models: Any) -> None:
    one, other = Controls(info, FRAME_RATE), Controls(info, 50.0)
    send(one, "/latent", 5.0)
    send(one, "/latent/scale", 0.5)
    send(one, "/attr/<name>", 2.0, key="brightness")
    send(one, "/latent/clamp", -1.0, 3.0)
    send(one, "/hold", 1)
    send(one, "/tape/load", "x", payload=models.tape(info, 5, seed=2))
    send(one, "/tape/rate", -0.5)
    frames(one, 3)
    other.adopt(one)
    np.testing.assert_array_equal(other.manual.target, one.manual.target)
    np.testing.assert_array_equal(other.attributes.target, [0, 2])
    assert (other.low, other.high, other.holding, other.source) == (-1, 3, True, "tape")
    tape, kept = one.sources["tape"], other.sources["tape"]
    assert isinstance(tape, TapeSource)
    assert isinstance(kept, TapeSource)
    assert kept.ready
    assert tape.ready
    position = tape.position
    assert (kept.position, kept.rate) == (position, -0.5)
    other.next()
    assert tape.position == position  # each winds its own


def test_a_tape_is_played_as_it_was_adapted_by_each_model(info: Any, models: Any) -> None:
    one, tape = Controls(info, FRAME_RATE), models.tape(info, 5, seed=2)
    send(one, "/adapt", 1.0, 0.5)
    send(one, "/tape/load", "x", payload=tape)
    frames(one, 15)  # it comes within 150 ms
    send(one, "/tape/scrub", 0.0)
    expected = tape.adapted(info, 1.0, 0.5).latents
    np.testing.assert_allclose(frames(one, 5), expected, atol=4e-3)
    assert np.abs(expected - tape.latents).max() > 0.1
    elsewhere = tuple(dataclasses.replace(latent, mean=1.5) for latent in info.latents)
    there = dataclasses.replace(info, latents=elsewhere)
    other = Controls(there, FRAME_RATE)
    send(one, "/tape/scrub", 0.0)
    other.adopt(one)
    expected = tape.adapted(there, 1.0, 0.5).latents
    np.testing.assert_allclose(frames(other, 5), expected, atol=4e-3)


def test_a_clip_takes_no_memory_for_what_only_streams_play(models: Any) -> None:
    """Its latents may be thousands, and their covariance would be millions of numbers."""
    controls = Controls(models.clip_info(2000, 8000, 1.0), FRAME_RATE)
    arrays = [controls.guidance.ground, vars(controls.sources["input"])["_heard"]]
    assert arrays == [None, None]


def test_a_swap_while_holding_lets_nothing_through(info: Any) -> None:
    one, other = Controls(info, FRAME_RATE), Controls(info, FRAME_RATE)
    send(one, "/hold", 1)
    send(one, "/latent", 5.0)
    frames(one, 3)
    other.adopt(one)
    assert not frames(other, 3).any()
    send(other, "/hold", 0)
    assert frames(other, 2)[:, 0].tolist() == [2.5, 5]


@pytest.mark.parametrize("rate", [FRAME_RATE, 50.0, 200.0])
def test_what_glides_glides_on_for_as_long(info: Any, rate: float) -> None:
    one, other = Controls(info, FRAME_RATE), Controls(info, rate)
    send(one, "/glide", 100.0)
    send(one, "/latent", 8.0)
    send(one, "/attr/<name>", 1.0, key="brightness")
    before = frames(one, 4)[-1]
    other.adopt(one)
    left = round(0.06 * rate)
    held = []
    for _ in range(left):
        other.next()
        held.append(float(other.manual.value[0]))
    line = 3.2 + 4.8 * np.arange(1, left + 1) / left
    np.testing.assert_allclose(held, line, rtol=1e-5)
    assert before[0] < other.next()[0]
    assert other.attributes.value.tolist() == [0, 1]


def test_a_trajectory_and_a_walk_go_on(info: Any) -> None:
    one, other, through = (Controls(info, FRAME_RATE) for _ in range(3))
    rows = np.random.default_rng(3).uniform(-1, 1, 40).tolist()
    for controls in (one, through):
        send(controls, "/walk", 0.3)
        send(controls, "/seed", 9)
        send(controls, "/latent/traj", 30.0, *rows)
        frames(controls, 7)
    other.adopt(one)
    goes_on = frames(through, 40)
    np.testing.assert_array_equal(frames(other, 40), goes_on)
    np.testing.assert_array_equal(frames(one, 40), goes_on)  # neither moves the other


def test_attributes_are_adopted_by_name(info: Any) -> None:
    swapped = dataclasses.replace(info, attributes=info.attributes[::-1])
    fewer = dataclasses.replace(info, attributes=info.attributes[1:])
    one = Controls(info, FRAME_RATE)
    send(one, "/attr/<name>", 2.0, key="brightness")
    for other, expected in ((Controls(swapped, 50.0), [2, 0]), (Controls(fewer, 50.0), [2])):
        other.adopt(one)
        assert other.attributes.target.tolist() == expected
