"""Settings of a family: known names, each in its range, as the family's own object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from musicvae.errors import SettingError
from musicvae.recipes import Range, Recipe, read_settings, whole

RECIPE = Recipe("r", "organ", 16_000, 4_096, 4)
RANGES = {"width": whole(1, 64), "scale": Range(0.5, 2)}


@dataclass(frozen=True)
class Settings:
    width: int = 8
    scale: float = 1.0


def _read(**model: Any) -> Settings:
    return read_settings(Settings, RECIPE.with_settings(model=model), RANGES)


def test_what_is_not_said_has_its_default() -> None:
    assert _read() == Settings(8, 1.0)
    assert _read(width=9.0, scale=np.float32(2)) == Settings(9, 2.0)
    assert type(_read(width=9.0).width) is int


@pytest.mark.parametrize(
    ("model", "named", "expected"),
    [
        ({"width": 65}, "model.width", "a whole number from 1 to 64"),
        ({"width": "16"}, "model.width", "a whole number from 1 to 64"),
        ({"width": True}, "model.width", "a whole number from 1 to 64"),
        ({"width": None}, "model.width", "a whole number from 1 to 64"),
        ({"scale": float("nan")}, "model.scale", "a number from 0.5 to 2"),
        ({"scale": [1.0]}, "model.scale", "a number from 0.5 to 2"),
    ],
)
def test_a_value_that_cannot_be_used(model: dict[str, Any], named: str, expected: str) -> None:
    with pytest.raises(SettingError, match=named) as refused:
        _read(**model)
    assert refused.value.expected == expected


def test_an_unknown_name_is_told_the_known_ones_and_the_nearest() -> None:
    with pytest.raises(SettingError, match="the organ family has no such setting") as refused:
        _read(widht=3)
    assert refused.value.expected == "width, scale"
    assert refused.value.received == "model.widht=3"
    assert refused.value.hint == "did you mean 'width'?"
