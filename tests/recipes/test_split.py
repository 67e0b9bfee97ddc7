from __future__ import annotations

import dataclasses
import unicodedata
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from musicvae.errors import DataError, SettingError
from musicvae.recipes import CLIP
from musicvae.recipes.split import parse_split, split_tracks

KEYS = st.sets(st.text(min_size=1, max_size=12), min_size=2, max_size=40)
SEEDS = st.integers(0, 2**70)
RATIOS = st.tuples(st.integers(1, 99), st.integers(1, 99)).map(lambda r: f"{r[0]}/{r[1]}")
TRACKS = [f"{genre}/{genre}.{n:05}.wav" for genre in ("jazz", "rock") for n in range(25)]


@settings(deadline=None)  # the machine may be busy
@given(KEYS, RATIOS, SEEDS)
def test_a_ratio_divides_completely(keys: set[str], how: str, seed: int) -> None:
    split = split_tracks(keys, how, seed)
    assert split.train
    assert split.test
    assert not set(split.train) & set(split.test)
    assert set(split.train) | set(split.test) == keys
    assert list(split.train) == sorted(split.train)


@settings(deadline=None)  # the machine may be busy
@given(KEYS, RATIOS, SEEDS)
def test_a_ratio_is_met_to_the_nearest_track(keys: set[str], how: str, seed: int) -> None:
    test = len(split_tracks(keys, how, seed).test)
    wanted = len(keys) * parse_split(how).test_share
    # No whole number is nearer, but for a side that would be empty.
    assert abs(test - wanted) <= Fraction(1, 2) or test in (1, len(keys) - 1)


@settings(deadline=None)  # the machine may be busy
@given(KEYS, st.text(min_size=1, max_size=12), RATIOS, SEEDS)
def test_adding_a_file_moves_one_other_at_most(
    keys: set[str], new: str, how: str, seed: int
) -> None:
    assume(len(keys - {new}) >= 2)
    before, after = split_tracks(keys - {new}, how, seed), split_tracks(keys | {new}, how, seed)
    moved = set(before.train) & set(after.test) | set(before.test) & set(after.train)
    assert len(moved) <= 1
    # It makes room on its side for the new one, or gives up its place to it: the shares ask for it.
    if moved <= set(after.test):
        assert not moved or new in after.train
    else:
        assert new in after.test


@pytest.mark.parametrize(
    ("count", "how", "test"),
    [(25, "80/20", 5), (24, "80/20", 5), (22, "80/20", 4), (2, "99/1", 1), (3, "1/99", 2)],
)
def test_a_fraction_means_that_fraction(count: int, how: str, test: int) -> None:
    for seed in range(20):
        split = split_tracks([f"{n}.wav" for n in range(count)], how, seed)
        assert (len(split.train), len(split.test)) == (count - test, test)


def test_shares_and_seeds() -> None:
    keys = [f"{n}.wav" for n in range(2000)]
    first, second = split_tracks(keys, "70/30", 1), split_tracks(keys, "70/30", 2)
    assert len(first.test) == 600
    assert first != second
    assert first == split_tracks(reversed(keys), "70/30", 1)


def test_counts_as_in_the_notebook() -> None:
    split = split_tracks(TRACKS, "13+12", 0)
    assert (len(split.train), len(split.test)) == (13, 12)
    assert not set(split.train) & set(split.test)
    assert set(split.train) | set(split.test) < set(TRACKS)
    assert split != split_tracks(TRACKS, "13+12", 1)


def test_last_of_each_folder() -> None:
    split = split_tracks(TRACKS, "last 10", 0)
    assert split.test == (*TRACKS[15:25], *TRACKS[40:])
    assert split.train == (*TRACKS[:15], *TRACKS[25:40])


def test_accents_are_one_name_however_composed() -> None:
    keys = [f"été {n}.wav" for n in range(50)]
    apart = [unicodedata.normalize("NFD", key) for key in keys]
    assert apart != keys
    again = {unicodedata.normalize("NFC", key) for key in split_tracks(apart, "50/50", 3).test}
    assert again == set(split_tracks(keys, "50/50", 3).test)


@pytest.mark.parametrize(
    "how",
    [
        "",
        "80",
        "0/100",
        "80/0",
        "0+3",
        "3+0",
        "last 0",
        "-1+2",
        "a/b",
        "1/2/3",
        "nan/1",
        "9" * 99 + "/1",
    ],
)
def test_refused(how: str) -> None:
    with pytest.raises(SettingError):
        parse_split(how)
    with pytest.raises(SettingError):
        dataclasses.replace(CLIP, split=how)


@pytest.mark.parametrize("how", ["40+20", "last 25"])
def test_too_few_tracks(how: str) -> None:
    with pytest.raises(DataError):
        split_tracks(TRACKS, how, 0)


def test_a_key_twice() -> None:
    with pytest.raises(DataError, match=r"a\.wav"):
        split_tracks(["a.wav", "b.wav", "a.wav"], "80/20", 0)


def test_a_single_track_is_on_both_sides() -> None:
    split = split_tracks(["a"], "80/20", 0)
    assert split.train == split.test == ("a",)
    assert split_tracks([], "80/20", 0).train == ()
