from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest


def test_the_delay_of_each_click_is_found(benchmark: Callable[[str], ModuleType]) -> None:
    rate = 8000
    sound = np.zeros((4 * rate, 2), np.float32)
    for number in range(7):
        start = round((0.1 + 0.5 * number) * rate)
        sound[start : start + 80, 0] = 0.9
        late = start + round(0.05 * rate)
        sound[late : late + 800, 1] = 0.3
    found = benchmark("input").delays(sound, rate)
    assert len(found) == 7
    np.testing.assert_allclose(found, 0.05, atol=0.001)


def test_what_comes_through_a_model_is_a_row(
    benchmark: Callable[[str], ModuleType], ready_site: object
) -> None:
    pytest.importorskip("librosa", reason="librosa is not installed")
    from musicvae.audio import Sound

    ready_site.own("jazz")  # type: ignore[attr-defined]
    ready_site.own("jazz.encoder", encoder=True)  # type: ignore[attr-defined]
    rows = np.random.default_rng(0).standard_normal((3 * 16_000, 1)) * 0.1
    rows *= (np.arange(len(rows)) % 4000 < 900)[:, None]
    name, onsets, loudness, *rest = benchmark("through").row("jazz", [Sound.of(rows, 16_000)], [])
    assert (name, rest) == ("jazz", ["", "", ""])
    assert float(loudness) > 0.5
    assert -1 <= float(onsets) <= 1
