"""The figures of form: they rank what is known to be good above what is known to be bad."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.errors import LatentError
from musicvae.latents.dynamics import LinearDynamics
from musicvae.latents.form import Form

RATE = 20.0


def music(seed: int, tracks: int = 6) -> list[np.ndarray]:
    """Chords that are held for half a second and come back after two: it has a form."""
    random = np.random.default_rng(99)
    chords = random.standard_normal((4, 6)) * 1.5
    draws = np.random.default_rng(seed)
    found = []
    for _ in range(tracks):
        order = np.tile(draws.permutation(4), 10)
        rows = np.repeat(chords[order], 10, axis=0)
        found.append(rows + 0.3 * draws.standard_normal(rows.shape))
    return found


def test_music_is_nearest_then_the_walk_then_what_drifts_then_noise() -> None:
    form, learnt = Form.of(music(0), RATE), music(1)
    walk = LinearDynamics.fit(learnt, music(2), RATE)
    random = np.random.default_rng(0)
    distances = [
        form.distance(Form.of(sequences, RATE))
        for sequences in (
            learnt,
            [walk.walk(400, seed) for seed in range(6)],
            [track * np.linspace(1, 2, len(track))[:, None] for track in learnt],
            [random.standard_normal((400, 6)) for _ in range(6)],
        )
    ]
    assert distances == sorted(distances)
    assert distances[1] > 1.5 * distances[0]


def test_each_distance_sees_what_it_is_for() -> None:
    form, tracks = Form.of(music(0), RATE), music(1)
    plain = form.distances(Form.of(tracks, RATE))
    random = np.random.default_rng(0)
    faded = form.distances(Form.of([track * 0.5 for track in tracks], RATE))
    shuffled = form.distances(Form.of([random.permutation(track) for track in tracks], RATE))
    elsewhere = form.distances(Form.of([track + 2 for track in tracks], RATE))
    assert faded["spread"] == pytest.approx(np.log(2), abs=0.1)
    assert faded["spread"] > 5 * plain["spread"]
    assert shuffled["memory"] > 3 * plain["memory"]
    assert shuffled["pace"] > 3 * plain["pace"]
    assert elsewhere["windows"] > 3 * plain["windows"]
    assert elsewhere["spread"] == pytest.approx(plain["spread"])


def test_music_is_no_distance_from_itself() -> None:
    form = Form.of(music(0), RATE)
    assert form.distance(form) == pytest.approx(0, abs=1e-4)


def test_latents_that_do_not_count_do_not_count() -> None:
    weights = np.array([1, 1, 1, 1, 1, 0.0])
    form = Form.of(music(0), RATE, weights)
    tracks = music(0)
    for track in tracks:
        track[:, 5] *= 3
    distances = form.distances(Form.of(tracks, RATE, weights))
    assert max(distances[name] for name in ("spread", "memory", "pace")) < 1e-9


def test_what_is_too_short_is_refused() -> None:
    with pytest.raises(LatentError):
        Form.of([np.zeros((10, 3))], RATE)
