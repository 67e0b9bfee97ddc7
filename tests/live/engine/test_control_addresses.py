from __future__ import annotations

from typing import Any

import pytest

from musicvae.live.engine.controls import LATENT_RANGE, Controls
from musicvae.live.sources.tape import TapeSource
from musicvae.live.sources.walk import WalkSource
from musicvae.live.table import ADDRESSES


@pytest.fixture
def controls(models: Any) -> Controls:
    return Controls(models.stream_info(4, 8000, 80, "0123456789abcdef"), 100.0)


def send(controls: Controls, path: str, *values: Any, key: str = "", payload: Any = None) -> None:
    controls.do(ADDRESSES.command(path, "a", key, values), payload)


@pytest.mark.parametrize(
    ("path", "key", "values", "held"),
    [
        ("/latent", "", (1.0, 2.0), [1, 2, 0.5, 0.5]),
        ("/latent/<i>", "2", (3.0,), [0.5, 0.5, 3, 0.5]),
        ("/latent/from", "", (2, 3.0, 4.0), [0.5, 0.5, 3, 4]),
        ("/latent/norm", "", (0.0, 1.0), [-2.3, 2.3, 0.5, 0.5]),
        ("/latent/norm/<i>", "3", (0.5,), [0.5, 0.5, 0.5, 0]),
        ("/latent/delta", "", (1.0, -1.0), [1.5, -0.5, 0.5, 0.5]),
    ],
)
def test_latents(controls: Controls, path: str, key: str, values: Any, held: Any) -> None:
    send(controls, "/latent", 0.5, 0.5, 0.5, 0.5)
    send(controls, path, *values, key=key)
    assert controls.manual.target.tolist() == pytest.approx(held)


@pytest.mark.parametrize("path", ["/latent/scale", "/latent/bias"])
def test_one_value_is_for_all_and_more_are_for_the_first(controls: Controls, path: str) -> None:
    ramps = controls.scale if path == "/latent/scale" else controls.bias
    send(controls, path, 3.0)
    assert ramps.target.tolist() == [3] * 4
    send(controls, path, 1.0, 2.0)
    assert ramps.target.tolist() == [1, 2, 3, 3]


def test_additions_stay_within_what_may_be_sent(controls: Controls) -> None:
    """Otherwise a deck could describe its state by a message that is refused."""
    for _ in range(3):
        send(controls, "/latent/delta", 900.0, -900.0)
    low, high = LATENT_RANGE
    assert controls.manual.target.tolist() == [high, low, 0, 0]


def test_a_tape_and_its_commands(controls: Controls, models: Any) -> None:
    send(controls, "/tape/rate", 2.0)  # without a tape: nothing
    send(controls, "/tape/load", "name", payload=models.tape(controls.info, 10, seed=0))
    tape = controls.sources["tape"]
    assert isinstance(tape, TapeSource)
    assert (controls.source, tape.tape_name, tape.playing, tape.looping) == (
        "tape",
        "name",
        True,
        True,
    )
    for path, values in {
        "/tape/play": (0,),
        "/tape/rate": (-2.0,),
        "/tape/scrub": (0.5,),
        "/tape/scale": (0.25,),
        "/tape/loop": (0.25, 0.75),
    }.items():
        send(controls, path, *values)
    assert (tape.playing, tape.rate, tape.position, tape.scale) == (False, -2, 10, 0.25)
    assert (tape.looping, tape.start, tape.end) == (True, 5, 15)
    send(controls, "/tape/loop", 0)
    assert not tape.looping


def test_a_walk_becomes_the_source_and_keeps_its_radius(controls: Controls) -> None:
    send(controls, "/walk", 2.0, 0.5)
    send(controls, "/walk", 3.0)
    walk = controls.sources["walk"]
    assert isinstance(walk, WalkSource)
    assert (controls.source, walk.speed, walk.radius) == ("walk", 3, 0.5)


def test_the_tape_as_source_without_a_tape_is_as_held(controls: Controls) -> None:
    send(controls, "/glide", 0.0)
    send(controls, "/latent", 1.0)
    send(controls, "/source", "tape")
    assert controls.next().tolist() == [1, 0, 0, 0]
