"""Tracks that do not belong are found among those that do, and nothing is found where all do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from musicvae.audio import Sound
from musicvae.surveying.hearing import Heard
from musicvae.surveying.outliers import FEWEST, MOST, Oddness, listed, robust
from musicvae.surveying.summaries import MOVING, OCTAVES, Summary, octaves, stacked

D, STEPS = 12, 300
NOTHING = Sound.of(np.zeros(8), 8_000)
Random = np.random.Generator


def _heard(
    random: Random, *, mean: float = 0.0, spread: float = 1.0, inertia: float = 0.8,
    error: float = 0.3, together: bool = False,
) -> Heard:  # fmt: skip
    """A track whose latents wander about a middle of its own, as tracks of one genre differ."""
    middle = mean * np.sign(random.standard_normal(D)) + 0.4 * random.standard_normal(D)
    z = np.zeros((STEPS, D))
    for step in range(1, STEPS):
        pushed = np.sqrt(1 - inertia**2) * random.standard_normal(D)
        z[step] = inertia * z[step - 1] + pushed
    if together:
        z[:, 1:6] = 0.3 * z[:, 1:6] + np.sqrt(1 - 0.3**2) * z[:, :1]
    far = error * np.exp(0.1 * random.standard_normal())
    return Heard((middle + spread * z).astype(np.float32), far, NOTHING, NOTHING)


def _oddness(tracks: list[Heard]) -> Oddness:
    aspects = stacked([Summary.of(track) for track in tracks])
    return Oddness.of(aspects, [track.error for track in tracks])


@pytest.mark.parametrize("seed", range(3))
def test_three_other_genres_and_noise_among_fifty_are_the_first_four(seed: int) -> None:
    random = np.random.default_rng(seed)
    fifty = [_heard(random) for _ in range(50)]
    planted = [
        _heard(random, mean=1.2),
        _heard(random, inertia=0.3, spread=0.6),
        _heard(random, spread=1.8),
        _heard(random, inertia=0.0, spread=2.5, error=0.9),
    ]
    odd = _oddness([*planted, *fifty])
    assert set(odd.order()[:4].tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("aspect", "make"),
    [
        ("timbre", lambda random: _heard(random, mean=1.5)),
        ("movement", lambda random: _heard(random, inertia=0.1)),
        ("together", lambda random: _heard(random, together=True)),
    ],
)
def test_the_reason_names_the_aspect(aspect: str, make: Callable[[Random], Heard]) -> None:
    random = np.random.default_rng(1)
    odd = _oddness([make(random), *(_heard(random) for _ in range(40))])
    assert max(odd.aspects, key=lambda name: odd.aspects[name][0]) == aspect
    words = {"timbre": "timbre", "movement": "moves", "together": "go together"}
    assert words[aspect] in odd.reason(0, 0.3, 0.3)
    assert odd.order()[0] == 0


def test_of_tracks_that_are_alike_none_is_very_odd() -> None:
    random = np.random.default_rng(2)
    odd = _oddness([_heard(random) for _ in range(60)])
    assert odd.total.max() < 15
    assert np.median(odd.total) < 3
    assert odd.reason(int(np.argmin(odd.total)), 0.3, 0.3) == ""


def test_a_track_that_is_reconstructed_badly_is_odd() -> None:
    random = np.random.default_rng(4)
    tracks = [_heard(random) for _ in range(40)]
    before = _oddness(tracks)
    worst = int(np.argmin(before.total))
    tracks[worst] = dataclasses.replace(tracks[worst], error=2.0)
    assert _oddness(tracks).order()[0] == worst


def test_a_track_that_is_helped_less_than_others_is_of_another_kind() -> None:
    random = np.random.default_rng(0)
    tracks = [_heard(random) for _ in range(40)]
    aspects = stacked([Summary.of(track) for track in tracks])
    errors = [track.error for track in tracks]
    leads = 0.2 + 0.02 * random.standard_normal(40)
    without = Oddness.of(aspects, errors)
    usual = int(without.order()[-1])
    leads[usual] = -0.1
    odd = Oddness.of(aspects, errors, leads.tolist())
    assert odd.order()[0] == usual
    assert "helps little" in odd.reason(usual, errors[usual], 0.3)
    alike = Oddness.of(aspects, errors, [0.0] * 40)  # there is nothing to compare with
    np.testing.assert_array_equal(alike.total, without.total)


def test_the_error_is_mentioned_where_it_is_large() -> None:
    odd = _oddness([_heard(np.random.default_rng(3)) for _ in range(4)])
    assert odd.reason(0, 0.9, 0.3).endswith("its error is 3.0 times the usual one")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_tracks_have_finite_figures(count: int) -> None:
    random = np.random.default_rng(0)
    odd = _oddness([_heard(random) for _ in range(count)])
    for values in (odd.total, odd.distance, *odd.aspects.values()):
        assert np.isfinite(values).all()
    assert odd.near.shape == (count, count - 1)
    assert sorted(odd.order()) == list(range(count))


def test_copies_of_one_track_are_not_odd() -> None:
    same = _heard(np.random.default_rng(0))
    odd = _oddness([same] * 12)
    assert not odd.total.any()


def test_a_latent_vector_alone_has_a_summary() -> None:  # a clip of a short track
    z = np.random.default_rng(0).standard_normal((1, 5)).astype(np.float32)
    summary = Summary.of(Heard(z, 0.2, NOTHING, NOTHING))
    assert summary.timbre.shape == (10,)
    assert summary.movement.shape == (5 + 5 * OCTAVES,)
    assert all(np.isfinite(v).all() for v in vars(summary).values())


@pytest.mark.parametrize(("cycles", "octave"), [(0.3, OCTAVES - 1), (0.1, OCTAVES - 3)])
def test_movement_is_found_in_its_octave(cycles: float, octave: int) -> None:
    z = np.sin(2 * np.pi * cycles * np.arange(512))[:, None] * np.ones(MOVING + 2)
    shares = np.exp(octaves(z.astype(np.float32))).reshape(OCTAVES, MOVING)
    assert (shares.argmax(axis=0) == octave).all()
    assert shares[octave].min() > 0.95


def test_robust_figures_do_not_see_one_outlier() -> None:
    values = np.array([*np.linspace(-1, 1, 21), 1e6])
    assert abs(robust(values)[:21]).max() < 2
    assert not robust(np.full(5, 3.0)).any()


def test_a_list_is_neither_empty_nor_endless() -> None:
    assert [listed(count) for count in (1, 4, 54, 1_000)] == [1, 4, FEWEST, MOST]
