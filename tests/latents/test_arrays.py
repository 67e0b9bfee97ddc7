"""Latents that callers give: checked, converted once, and not copied where they are right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicvae.errors import LatentError
from musicvae.latents.arrays import (
    all_finite,
    beyond,
    checked_sequences,
    latent_rows,
    surely_within,
)


def test_right_rows_are_the_very_array() -> None:
    rows = np.zeros((3, 4), np.float32)
    assert latent_rows(rows, 4, "frames") is rows


@pytest.mark.parametrize(
    "latents", [[1, 2, 3], [[1, 2, 3]], np.array([[1.0, 2.0, 3.0]]), np.array([1, 2, 3], np.uint8)]
)
def test_numbers_become_contiguous_float32_rows(latents: Any) -> None:
    rows = latent_rows(latents, 3, "frames")
    assert (rows.dtype, rows.shape, rows.flags.c_contiguous) == (np.dtype(np.float32), (1, 3), True)
    np.testing.assert_array_equal(rows, [[1, 2, 3]])


def test_a_view_that_is_not_contiguous_is_copied() -> None:
    columns = np.arange(12, dtype=np.float32).reshape(3, 4).T
    rows = latent_rows(columns, 3, "frames")
    assert rows.flags.c_contiguous
    np.testing.assert_array_equal(rows, columns)


@pytest.mark.parametrize(
    ("latents", "reason"),
    [
        ([1.0, 2.0], "shape"),
        (np.zeros((0, 3), np.float32), "shape"),
        (np.zeros((1, 1, 3)), "shape"),
        ([[1.0], [1.0, 2.0]], "must be an array"),
        (["a", "b", "c"], "must be numbers"),
        ([1.0, np.nan, 0.0], "NaN or infinite"),
        ([1.0, 1e39, 0.0], "NaN or infinite"),
    ],
)
def test_what_is_no_row_of_latents_is_refused(latents: Any, reason: str) -> None:
    with pytest.raises(LatentError, match=reason) as caught:
        latent_rows(latents, 3, "batch")
    assert "(3,) or (batch, 3)" in str(caught.value)


def test_latents_beyond_the_decoder_are_told_with_their_size() -> None:
    assert "up to 1e+04" in str(beyond(np.array([[0, -1e4]], np.float32)))


def test_sequences_are_float64_and_empty_ones_go() -> None:
    one, other = checked_sequences([np.ones((2, 3), np.float32), np.ones((0, 3)), [[1, 2, 3]]])
    assert (one.dtype, one.shape, other.shape) == (np.dtype(np.float64), (2, 3), (1, 3))


@pytest.mark.parametrize(
    "sequences", [[], [np.ones((0, 3))], [np.ones(3)], [np.ones((2, 3)), np.ones((2, 4))]]
)
def test_sequences_without_a_common_width_are_refused(sequences: list[Any]) -> None:
    with pytest.raises(LatentError):
        checked_sequences(sequences)
    with pytest.raises(LatentError):
        checked_sequences([np.full((2, 3), np.nan)], 3)


@pytest.mark.parametrize("shape", [(1,), (512, 2), (1, 11_137)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found_in_an_array_of_any_length(
    shape: tuple[int, ...], value: float
) -> None:
    array = np.ones(shape, np.float32)
    assert all_finite(array)
    array[-1] = value
    assert not all_finite(array)


def test_large_numbers_are_finite_though_their_squares_are_not() -> None:
    assert all_finite(np.full(4, 3e38, np.float32))


@pytest.mark.parametrize(
    ("value", "sure"), [(0.9, True), (-0.9, True), (1.1, False), (np.nan, False)]
)
def test_only_what_is_sure_is_said_to_be_within(value: float, sure: bool) -> None:
    array = np.zeros((3, 2), np.float32)
    array[1, 1] = value
    assert surely_within(array, 1.0) is sure


def test_many_numbers_within_may_not_be_sure() -> None:
    assert not surely_within(np.full(100, 0.9, np.float32), 1.0)
