from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.curves import CURVES, ENCODERS, encoder_of, scaled

numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers, st.sampled_from(sorted(CURVES)))
def test_a_curve_begins_and_ends_exactly(low: float, high: float, curve: str) -> None:
    assert scaled(0.0, low, high, curve) == low
    assert scaled(1.0, low, high, curve) == high


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(sorted(CURVES)))
def test_a_curve_rises(one: float, other: float, curve: str) -> None:
    less, more = sorted((one, other))
    assert 0 <= CURVES[curve](less) <= CURVES[curve](more) <= 1 + 1e-12


def test_exp_begins_slowly_and_log_quickly() -> None:
    assert scaled(0.5, 0, 1, "exp") < 0.2
    assert scaled(0.5, 0, 1, "log") == pytest.approx(1 - scaled(0.5, 0, 1, "exp"))


def test_encoders_count_up_and_down() -> None:
    assert [ENCODERS["twos"](raw) for raw in (1, 127, 2)] == [1, -1, 2]
    assert [ENCODERS["offset"](raw) for raw in (65, 63)] == [1, -1]
    assert [ENCODERS["signed"](raw) for raw in (1, 65)] == [1, -1]


@pytest.mark.parametrize(
    ("raws", "encoder"),
    [
        ([1, 1, 1, 1], "twos"),
        ([127, 127, 126, 127], "twos"),
        ([1, 1, 127, 1], "twos"),
        ([65, 65, 65, 63], "offset"),
        ([1, 65, 1, 1], "signed"),
        ([64, 64, 64, 64], ""),
        ([10, 11, 12, 13, 14], ""),  # a knob
        ([1, 2, 3, 4, 5, 6, 7], ""),  # a knob at its end
        ([1, 1], ""),  # too few to tell
        ([0, 127, 0, 127], ""),  # a button
        ([100, 100, 100, 100], ""),
    ],
)
def test_encoders_are_told_from_knobs(raws: list[int], encoder: str) -> None:
    assert encoder_of(raws) == encoder
