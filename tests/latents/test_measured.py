"""What follows each joint, as bytes and back."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.latents.memory.measured import between, coded
from musicvae.latents.memory.memory_header import Scale
from musicvae.latents.memory.places import Places
from tests.latents.memories import make_memory

NAN = float("nan")


def test_a_value_is_the_mean_until_the_next_joint() -> None:
    joints = np.array([2, 4, 7], np.int32)
    curve = [9.0, 9.0, 1.0, 3.0, 5.0, NAN, NAN, NAN, NAN]
    np.testing.assert_array_equal(between(joints, curve), [2.0, 5.0, NAN])


def test_bytes_span_what_all_tracks_have() -> None:
    tracks = [
        {"loudness": np.array([-20.0, NAN]), "width": np.array([1.0, 2.0])},
        {"loudness": np.array([-10.0])},
    ]
    scales, measured = coded(tracks)
    assert scales == (Scale("loudness", -20.0, -10.0),)
    assert measured.dtype == np.uint8
    assert measured[:, 0].tolist() == [0, 128, 255]  # what has no value is as the others


def test_silence_and_a_constant_are_no_trouble() -> None:
    constant, silent = np.full(3, -80.0), np.full(3, NAN)
    scales, measured = coded([{"loudness": constant, "bass": silent}])
    assert scales == (Scale("loudness", -80.0, -79.0),)
    assert not measured.any()
    assert coded([{"bass": silent}])[1].shape == (3, 0)


def test_places_know_what_follows_them_in_standard_deviations() -> None:
    """By the definition: the mean over 3 s, or to the end of the part; one part, so no other."""
    memory = make_memory(parts=2, steps=400)
    places, joints = Places(memory), memory.body.joints
    values, steps = memory.body.measured[:, 0].astype(np.float64), np.zeros(800)
    for joint, until in zip(range(len(joints)), [*joints[1:], 800], strict=True):
        steps[joints[joint] : until] = values[joint]
    span, ends = round(3 * memory.step_rate), np.repeat([400, 800], 400)
    expected = np.array([steps[at : min(at + span, ends[at])].mean() for at in joints])
    expected = (expected - expected.mean()) / expected.std()
    assert places.attributes == ("brightness",)
    assert np.abs(places.values[:, 0] - expected).max() < 0.1  # to whole joints
    assert places.values.mean() == pytest.approx(0, abs=1e-5)
    assert places.values.std() == pytest.approx(1, abs=1e-5)
