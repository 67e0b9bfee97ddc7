"""Directions are fitted so that moving along one changes the sound by what was asked for.

A made-up decoder takes the place of the network, so that the right directions are known: its first
latent is the level, and its second mixes loud dark noise with bright noise that is not as loud.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from musicvae.artifact.parts import AttributeInfo
from musicvae.audio import Sound
from musicvae.latents.attributes import move
from musicvae.latents.wording import LITTLE, describe
from musicvae.measures.frames import frame_attributes
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.stream import directions

pytestmark = pytest.mark.usefixtures("few_pieces")

RATE, HOP, STRIDE, LATENCY = 16_000, 128, 2, 96
STEP = HOP * STRIDE
#: The model's own latents are the standardised ones, doubled and moved.
OWN = 2.0


class MadeUp:
    """Decodes latents (frames, 3): level, brightness, and one that does nothing."""

    settings = SimpleNamespace(step=STEP, hop=HOP, stride=STRIDE, latency=LATENCY)

    def hold(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.repeat(z, STRIDE, axis=0)

    def decode(self, z: NDArray[np.float32]) -> NDArray[np.float32]:
        samples = len(z) * HOP
        white = np.random.default_rng(0).standard_normal(samples)
        dark = 2 * np.convolve(white, np.ones(8) / 8**0.5, "same")
        own = np.repeat((z - 1.0) / OWN, HOP, axis=0)
        bright = 1 / (1 + np.exp(-own[:, 1]))
        sound = 0.03 * np.exp(0.5 * own[:, 0]) * (bright * white + (1 - bright) * dark)
        late = np.pad(sound, (LATENCY, 0))[:samples, None]
        return late.astype(np.float32)


class MadeUpTrack:
    """A track whose latents wander."""

    def __init__(self, seed: int, steps: int = 250) -> None:
        random = np.random.default_rng(seed)
        wander = np.zeros((steps, 3))
        for step in range(1, steps):
            wander[step] = 0.9 * wander[step - 1] + 0.19**0.5 * random.standard_normal(3)
        self.mean = (OWN * wander + 1.0).astype(np.float32)

    def heard(self, sample_rate: int) -> Sound:
        coder = MadeUp()
        sound = coder.decode(coder.hold(self.mean))[LATENCY:]
        return Sound.of(np.pad(sound, ((0, LATENCY), (0, 0))), sample_rate)


@pytest.fixture(scope="module")
def few_pieces() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directions, "PIECES", 2)
        patch.setattr(directions, "SECONDS", 1.5)
        patch.setattr(directions, "LATENT_SECONDS", 1.0)
        yield


@pytest.fixture(scope="module")
def basis() -> LatentBasis:
    ones = np.ones(3, np.float32)
    axes, share = (np.diag(ones) * np.float32(OWN), np.full(3, 1 / 3, np.float32))
    return LatentBasis(ones, axes, share, -ones, ones, ones)


@pytest.fixture(scope="module")
def movements(few_pieces: None, basis: LatentBasis) -> directions.Movements:
    coder: Any = MadeUp()
    train, test = [MadeUpTrack(seed) for seed in (1, 2, 3)], [MadeUpTrack(9)]
    return directions.fit_moves(coder, basis, RATE, train, test)


@pytest.fixture(scope="module")
def moves(movements: directions.Movements) -> dict[str, AttributeInfo]:
    return {info.name: info for info in movements.attributes}


def _measured(basis: LatentBasis, latents: NDArray[np.float32], name: str) -> float:
    coder = MadeUp()
    sound = coder.decode(coder.hold(basis.to_model(latents)))[LATENCY:]
    return float(np.nanmean(frame_attributes(Sound.of(sound, RATE), STEP)[name]))


def test_every_attribute_has_a_direction(moves: dict[str, AttributeInfo]) -> None:
    assert list(moves) == ["loudness", "brightness", "noisiness", "onsets", "bass"]
    assert {len(info.direction) for info in moves.values()} == {3}
    assert moves["onsets"].method == "contrast"


@pytest.mark.parametrize(("name", "latent"), [("loudness", 0), ("brightness", 1)])
def test_it_points_along_the_latent_that_is_behind_it(
    moves: dict[str, AttributeInfo], name: str, latent: int
) -> None:
    direction = np.array(moves[name].direction)
    assert direction[latent] > 0
    assert np.abs(direction).argmax() == latent
    assert abs(direction[2]) < 0.35 * direction[latent]  # chance correlation of short tracks


@pytest.mark.parametrize("name", ["loudness", "brightness"])
def test_one_asked_for_is_one_heard(
    moves: dict[str, AttributeInfo], basis: LatentBasis, name: str
) -> None:
    latents = basis.from_model(MadeUpTrack(20).mean)
    low, high = (_measured(basis, move(latents, moves[name], amount), name) for amount in (-1, 1))
    assert (high - low) / 2 / moves[name].std == pytest.approx(1.0, abs=0.35)


def test_brightness_leaves_loudness_alone(
    moves: dict[str, AttributeInfo], basis: LatentBasis
) -> None:
    """The dark noise is the louder one: without correction it would follow."""
    latents = basis.from_model(MadeUpTrack(20).mean)
    low, high = (
        _measured(basis, move(latents, moves["brightness"], amount), "loudness")
        for amount in (-1, 1)
    )
    assert abs(high - low) / 2 / moves["loudness"].std < 0.2


def test_what_each_latent_does_is_measured(movements: directions.Movements) -> None:
    level, bright, idle = describe(movements.effects)
    assert "louder" in level
    assert "brighter" in bright
    assert idle == LITTLE
    assert movements.slopes["loudness"]["loudness"] == pytest.approx(1.0, abs=0.35)


def test_directions_are_judged_by_tracks_they_were_not_fitted_to(
    moves: dict[str, AttributeInfo], basis: LatentBasis
) -> None:
    assert moves["loudness"].r2 > 0.8
    for name in ("loudness", "brightness"):
        spearman = moves[name].spearman
        assert spearman is not None
        assert spearman > 0.9
    # Test tracks whose latents say nothing of their sound take the praise away again.
    strange = MadeUpTrack(9)
    strange.mean = MadeUpTrack(10).mean
    strange.heard = MadeUpTrack(9).heard  # type: ignore[method-assign]
    coder: Any = MadeUp()
    found = directions.fit_moves(coder, basis, RATE, [MadeUpTrack(1)], [strange])
    assert found.attributes[0].r2 < 0.3
