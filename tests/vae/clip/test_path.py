"""The path between two latent vectors: on a sphere, or straight where there is no angle."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.vae.clip.path import spherical

ONE = np.array([3.0, 0.0, 0.0], np.float32)
OTHER = np.array([0.0, 4.0, 0.0], np.float32)


def test_between_right_angles_it_is_an_arc() -> None:
    middle = spherical(ONE, OTHER, 3)[1]
    np.testing.assert_allclose(middle, (ONE + OTHER) * np.sin(np.pi / 4), rtol=1e-6)
    equal = spherical(ONE, ONE[[1, 0, 2]], 9)
    np.testing.assert_allclose(np.linalg.norm(equal, axis=1), 3, rtol=1e-6)


@pytest.mark.parametrize("factor", [0.0, -1.0, 1.0, -2.5, 1e-30, 1e30])
def test_where_there_is_no_angle_it_is_straight(factor: float) -> None:
    end = (ONE * np.float32(factor)).astype(np.float32)
    for a, b in ((ONE, end), (end, ONE)):
        path = spherical(a, b, 5)
        np.testing.assert_allclose(path, np.linspace(a, b, 5), rtol=1e-5)
        assert path.dtype == np.float32


def test_the_ends_are_included() -> None:
    path = spherical(ONE, OTHER, 4)
    np.testing.assert_allclose(path[[0, -1]], [ONE, OTHER], atol=1e-6)
    np.testing.assert_array_equal(spherical(ONE, OTHER, 1), [ONE])
