"""Numbers of an artifact that are finite in float64 and not in float32, nor what follows of them.

Whatever a description holds, latents are finite, and so is what the next model of the latent space
takes over.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import AttributeInfo, DynamicsInfo, LatentInfo
from musicvae.errors import LatentError
from musicvae.live.commands.address import Command
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.ramps import MOST, Ramps
from musicvae.live.table import ADDRESSES

WIDTH = 4
RATE = 100.0
HUGE = (1e299, -1e299, 3e38, -3e38, 1e6, 1e-310)


@pytest.fixture(scope="module")
def info(models: Any) -> Any:
    return models.stream_info(WIDTH, 8000, 80, "0123456789abcdef", stride=1)


def latents(low: float, high: float, mean: float = 0.0) -> tuple[LatentInfo, ...]:
    return tuple(LatentInfo(str(n), mean, 1.0, low, high, 0.1) for n in range(WIDTH))


def attributes(amount: float, method: str = "linear", count: int = 64) -> Any:
    return tuple(
        AttributeInfo(f"a{n}", "", (amount,) * WIDTH, 0.0, 1.0, 0.5, method=method)
        for n in range(count)
    )


def send(controls: Controls, path: str, *values: Any, key: str = "", payload: Any = None) -> None:
    controls.do(Command(ADDRESSES.command(path).row, "a", key, values), payload)


def play(controls: Controls) -> None:
    """Everything that multiplies with what the artifact says, and a hundred frames."""
    send(controls, "/glide", 0.0)
    send(controls, "/latent/norm", 0.0, 1.0, 0.5)
    send(controls, "/latent/norm/<i>", 0.75, key="3")
    for attribute in controls.info.attributes:
        send(controls, "/attr/<name>", 10.0, key=attribute.name)
    send(controls, "/walk", 100.0, 100.0)
    for number in range(100):
        if number == 50:
            send(controls, "/latent/scale", 1000.0)
            send(controls, "/latent/bias", -1000.0)
            send(controls, "/latent/delta", 1000.0, 1000.0)
        if number == 75:
            send(controls, "/latent/scale", 0.0)
        assert np.isfinite(controls.next()).all()


@pytest.mark.parametrize(("low", "high"), list(itertools.permutations(HUGE, 2)))
def test_ranges_of_latents(info: Any, low: float, high: float) -> None:
    bad = Controls(dataclasses.replace(info, latents=latents(low, high)), RATE)
    play(bad)
    good = Controls(info, RATE)
    good.adopt(bad)
    play(good)
    for ramps in (good.manual, good.scale, good.bias, good.attributes):
        assert np.abs([ramps.value, ramps.target]).max(initial=0) <= MOST


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("method", ["linear", "contrast"])
def test_directions_and_means(info: Any, number: float, method: str) -> None:
    made = dataclasses.replace(
        info, attributes=attributes(number, method), latents=latents(-2, 2, mean=number)
    )
    play(Controls(made, RATE))


@pytest.mark.parametrize(
    ("matrix", "noise"),
    [
        (0.9 * np.eye(WIDTH), 1e299 * np.eye(WIDTH)),
        (0.9 * np.eye(WIDTH) + 1e299 * np.eye(WIDTH, k=1), np.eye(WIDTH)),
        (0.9 * np.eye(WIDTH) + 1e6 * np.eye(WIDTH, k=1), np.eye(WIDTH)),
        (np.full((WIDTH, WIDTH), 1e299), np.eye(WIDTH)),
        (np.full((WIDTH, WIDTH), 1e-310), np.full((WIDTH, WIDTH), 1e-310)),
    ],
)
def test_dynamics_are_refused_or_stay_finite(info: Any, matrix: Any, noise: Any) -> None:
    dynamics = DynamicsInfo(
        tuple(map(tuple, matrix.tolist())), tuple(map(tuple, noise.tolist())), 0.5, RATE
    )
    try:
        controls = Controls(dataclasses.replace(info, dynamics=dynamics), RATE)
    except LatentError:
        return
    play(controls)


@pytest.mark.parametrize("value", [3e38, -3e38, np.inf, np.nan])
def test_a_source_that_gives_what_is_not_finite(info: Any, models: Any, value: float) -> None:
    tape = models.tape(info, 8, 1)
    tape.latents.flags.writeable = True
    tape.latents[::2] = value
    controls = Controls(info, RATE)
    send(controls, "/tape/load", "solo", payload=tape)
    send(controls, "/tape/rate", 0.5)
    send(controls, "/tape/scale", 4.0)
    with np.errstate(all="ignore"):
        for _ in range(20):
            assert np.isfinite(controls.next()).all()
        other = Controls(info, RATE)
        other.adopt(controls)
        send(other, "/source", "held")
        assert not other.next().any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_no_ramp_takes_in_what_is_not_finite(value: float) -> None:
    ramps, other = Ramps(3), Ramps(3)
    ramps.to([value, 1.0, value], frames=2)
    for _ in range(3):
        ramps.advance()
        assert np.isfinite(ramps.value).all()
    assert ramps.value[1] == 1.0
    ramps.jump(value)
    assert np.isfinite(ramps.value).all()
    ramps.value[:] = ramps.target[:] = value  # however it came there
    other.go_on(ramps, pace=1.0)
    assert np.isfinite([other.value, other.target]).all()


def test_the_longest_ramp_at_the_highest_frame_rate_arrives() -> None:
    ramps, other = Ramps(1), Ramps(1)
    ramps.to(1.0, frames=600 * 192_000)
    ramps.advance()
    other.go_on(ramps, pace=192_000.0)
    for each in (ramps, other):
        left = float(each._left[0])
        each.advance()
        assert each._left[0] == left - 1


def test_a_trajectory_is_taken_over_where_it_is(info: Any) -> None:
    one, other = Controls(info, RATE), Controls(info, RATE)
    send(one, "/latent/traj", 10.0, *[float(n // WIDTH) for n in range(10 * WIDTH)])
    for _ in range(4):
        one.next()
    other.adopt(one)
    for _ in range(8):
        np.testing.assert_array_equal(one.next(), other.next())
    assert other.next()[0] == 8.0


def test_seeds_cost_nothing_until_the_next_frame(
    info: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, begun = np.random.default_rng, list[int]()
    controls = Controls(info, RATE)

    def counted(seed: int) -> Any:
        begun.append(seed)
        return make(seed)

    monkeypatch.setattr(np.random, "default_rng", counted)
    for seed in range(1000):
        send(controls, "/seed", seed)
    assert begun == []
    send(controls, "/walk", 1.0)
    controls.next()
    assert begun == [999]
