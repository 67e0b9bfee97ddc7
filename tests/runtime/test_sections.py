"""What a prior plays alone has sections, drawn from the seed."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.errors import SettingError
from musicvae.runtime.sections import SECTION, Sections

RATE = 43.0


def ends(sections: Sections, seconds: float) -> np.ndarray:
    """The steps with which a section ends."""
    return np.flatnonzero([sections.ends() for _ in range(round(seconds * RATE))])


def test_sections_last_as_long_as_they_should_on_average() -> None:
    sections = Sections(RATE, 3)
    lengths = np.diff(ends(sections, 20_000)) / RATE
    assert lengths.mean() == pytest.approx(SECTION, rel=0.05)
    assert lengths.min() > 0.49 * SECTION
    assert lengths.max() < 1.51 * SECTION
    assert sections.number == len(lengths) + 1


def test_none_ends_at_the_start_nor_soon_after_other_music() -> None:
    sections = Sections(RATE, 3)
    assert ends(sections, 0.49 * SECTION).size == 0
    for _ in range(50):
        sections.lengthen()
        assert ends(sections, 0.4 * SECTION).size == 0
    assert ends(sections, 1.6 * SECTION).size


def test_equal_seeds_give_equal_sections() -> None:
    one, other = Sections(RATE, 3), Sections(RATE, 4)
    first = ends(one, 600)
    assert not np.array_equal(ends(other, 600), first)
    other.restart(3)
    np.testing.assert_array_equal(ends(other, 600), first)
    with pytest.raises(SettingError):
        other.restart(-1)
