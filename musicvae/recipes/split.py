"""Divides tracks into training and test tracks, by a rule written as text and a seed.

There are three kinds of rule:

====================  ==========================================================================
``"80/20"``           a ratio. A hash of its key and the seed decides for each track by itself, so
                      that adding or removing a file never moves another one. The shares are
                      therefore met on average, not exactly.
``"13+12"``           counts, drawn by the rank of the same hash: 13 tracks to train on, 12 to test.
``"last 10"``         the last 10 tracks of each folder, in sorted order, are the test tracks.
====================  ==========================================================================

With a ratio, a small set may end up on one side. If there are at least two tracks, no side is left
empty: the track whose hash is nearest to the border changes sides. Only in this case can adding a
file move another one, and at most that one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from musicvae.errors import DataError, SettingError

#: Keys of the training tracks and of the test tracks, in any order.
Sides = tuple[list[str], list[str]]

_FORMS = 'a ratio such as "80/20", counts such as "13+12", or "last 10"'


@dataclass(frozen=True)
class Split:
    """Keys of the training and of the test tracks, each sorted; disjoint."""

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
    train: float
    test: float


def parse_split(how: str) -> SplitRule:
    """Parse a rule.

    Raises:
        SettingError: ``how`` has none of the three forms, or a number is out of range.
    """
    text = " ".join(how.split()) if isinstance(how, str) else ""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?) ?/ ?(\d+(?:\.\d+)?)", text, re.ASCII):
        rule = SplitRule("ratio", float(found[1]), float(found[2]))
    elif found := re.fullmatch(r"(\d+) ?\+ ?(\d+)", text, re.ASCII):
        rule = SplitRule("counts", int(found[1]), int(found[2]))
    elif found := re.fullmatch(r"last (\d+)", text, re.ASCII):
        rule = SplitRule("last", 0, int(found[1]))
    else:
        raise SettingError("a split cannot be understood", expected=_FORMS, received=how)
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
        The keys of both sides. With one track and a ratio, one side is empty.

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
    share = rule.test / (rule.train + rule.test)
    ranked = _ranked(names, seed)
    border = sum(_draw(name, seed) < share for name in ranked)
    if len(ranked) >= 2:
        border = min(max(border, 1), len(ranked) - 1)
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
