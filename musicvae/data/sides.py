"""Divides the sound files of a folder as a training does: those to learn from, and the others."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from musicvae.data.tracks import scan
from musicvae.paths import AnyPath
from musicvae.recipes.split import split_tracks


class Sides(NamedTuple):
    """Sound files, in the order of their keys."""

    learnt: list[Path]
    unheard: list[Path]


def sides(folder: AnyPath, rule: str, genre: str | None = None, any_name: bool = False) -> Sides:
    """Divide the sound files of a folder.

    Args:
        folder: with sound files, or with a folder for each genre.
        rule: that of the training; see :mod:`musicvae.recipes.split`. Rules that draw tracks do so
            with seed 0.
        genre: only these tracks, if there is a folder for it.
        any_name: as for :func:`musicvae.data.tracks.scan`.

    Raises:
        DataError: there is no such folder, no sound file in it, or too few for the rule.
        SettingError: ``rule`` is none.
    """
    found = {track.key: track.path for track in scan(folder, genre, any_name).tracks}
    split = split_tracks(found, rule, seed=0)
    return Sides(*([found[key] for key in keys] for keys in (split.train, split.test)))
