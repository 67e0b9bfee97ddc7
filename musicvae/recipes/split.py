"""Divides tracks into training and test tracks, by a rule written as text and a seed.

There are three kinds of rule:

====================  ==========================================================================
``"80/20"``           a ratio, met to the nearest track: tracks are ranked by a hash of their key
                      and the seed, and the first fifth of them is for testing.
``"13+12"``           counts, drawn by the same rank: 13 tracks to train on, 12 to test.
``"last 10"``         the last 10 tracks of each folder, in sorted order, are the test tracks.
====================  ==========================================================================

The rank of a track does not depend on the others. So adding or removing a file moves the border of
a ratio by one place at most, and with it one other track at most. With two tracks or more, no side
of a ratio stays empty. A single track is on both sides: it is trained on, except for its end, which
is tested on (:mod:`musicvae.vae.training.sides`).
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from musicvae.errors import DataError, SettingError

#: Keys of the training tracks and of the test tracks, in any order.
Sides = tuple[list[str], list[str]]

_LONGEST = 40
_FORMS = 'a ratio such as "80/20", counts such as "13+12", or "last 10"'


@dataclass(frozen=True)
class Split:
    """Keys of the training and of the test tracks, each sorted; disjoint but for a single track."""

    train: tuple[str, ...]
    test: tuple[str, ...]


@dataclass(frozen=True)
class SplitRule:
    """A rule for splitting, parsed from text.

    Attributes:
        kind: ``"ratio"``, ``"counts"`` or ``"last"``.
        train: share or number of training tracks; 0 for ``"last"``, which trains on the rest.
        test: share or number of test tracks.
    """

    kind: str
    train: Fraction
    test: Fraction

    @property
    def test_share(self) -> Fraction:
        """The share of what there is that is tested on; of a ratio, as it says."""
        return self.test / (self.train + self.test)


def parse_split(how: str) -> SplitRule:
    """Parse a rule.

    Raises:
        SettingError: ``how`` has none of the three forms, or a number is out of range.
    """
    # Longer numbers are no counts of tracks, and Python takes long to read very long ones.
    text = " ".join(how.split()) if isinstance(how, str) and len(how) <= _LONGEST else ""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?) ?/ ?(\d+(?:\.\d+)?)", text, re.ASCII):
        rule = SplitRule("ratio", Fraction(found[1]), Fraction(found[2]))
    elif found := re.fullmatch(r"(\d+) ?\+ ?(\d+)", text, re.ASCII):
        rule = SplitRule("counts", Fraction(found[1]), Fraction(found[2]))
    elif found := re.fullmatch(r"last (\d+)", text, re.ASCII):
        rule = SplitRule("last", Fraction(0), Fraction(found[1]))
    else:
        raise SettingError("a split cannot be understood", expected=_FORMS, received=f"{how!r:.80}")
    if rule.test <= 0 or (rule.kind != "last" and rule.train <= 0):
        raise SettingError(
            "a split leaves one side without tracks",
            expected=f"{_FORMS}, with numbers above 0",
            received=how,
        )
    return rule


def split_tracks(keys: Iterable[str], how: str, seed: int) -> Split:
    """Divide the tracks named ``keys``.

    Args:
        keys: the tracks' keys, in any order.
        how: the rule, see the table above.
        seed: each seed draws other tracks; ``"last n"`` ignores it.

    Returns:
        The keys of both sides. A single track, divided by a ratio, is on both.

    Raises:
        SettingError: ``how`` cannot be understood.
        DataError: a key occurs twice, or there are too few tracks.
    """
    rule = parse_split(how)
    names = sorted(keys)
    for one, next_one in pairwise(names):
        if one == next_one:
            raise DataError("two tracks have the same key", received=one)
    divide = {"ratio": _by_ratio, "counts": _by_counts, "last": _last_of_folders}[rule.kind]
    train, test = divide(names, rule, seed)
    return Split(tuple(sorted(train)), tuple(sorted(test)))


def _by_ratio(names: list[str], rule: SplitRule, seed: int) -> Sides:
    ranked = _ranked(names, seed)
    if len(ranked) < 2:
        return ranked, ranked
    nearest = math.ceil(rule.test_share * len(ranked) - Fraction(1, 2))
    border = min(max(nearest, 1), len(ranked) - 1)
    return ranked[border:], ranked[:border]


def _by_counts(names: list[str], rule: SplitRule, seed: int) -> Sides:
    train, test = int(rule.train), int(rule.test)
    if len(names) < train + test:
        raise DataError(
            f"too few tracks for a split of {train}+{test}",
            expected=f"at least {train + test} usable tracks",
            received=f"{len(names)}",
            hint='add tracks, or set the split to smaller counts or to a ratio such as "80/20"',
        )
    ranked = _ranked(names, seed)
    return ranked[:train], ranked[train : train + test]


def _last_of_folders(names: list[str], rule: SplitRule, seed: int) -> Sides:
    count = int(rule.test)
    folders: dict[str, list[str]] = defaultdict(list)
    for name in names:
        folders[name.rpartition("/")[0]].append(name)
    train = [name for folder in folders.values() for name in folder[:-count]]
    test = [name for folder in folders.values() for name in folder[-count:]]
    if not train:
        raise DataError(
            f'a split of "last {count}" leaves nothing to train on',
            expected=f"a folder with more than {count} usable tracks",
            received=f"{len(names)} track(s) in {len(folders)} folder(s)",
            hint='add tracks, or set the split to a ratio such as "80/20"',
        )
    return train, test


def _ranked(names: list[str], seed: int) -> list[str]:
    return sorted(names, key=lambda name: (_draw(name, seed), name))


def _draw(name: str, seed: int) -> float:
    # Composed and decomposed accents are one name: macOS and Linux write them differently.
    plain = unicodedata.normalize("NFC", name)
    digest = hashlib.sha256(f"{seed}\0{plain}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7], "big") / 2**56
