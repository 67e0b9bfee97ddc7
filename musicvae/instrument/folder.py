"""Writes a folder as a whole: it is there with all its files, or it is not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from musicvae.errors import SettingError
from musicvae.files import naming, read_bytes, unused_name
from musicvae.paths import AnyPath, output_folder
from musicvae.text import printable

#: The list of all files, by which a folder is known as ours.
LISTING = "files.json"
_MOST_BYTES = 2**20


def free_folder(path: AnyPath) -> Path:
    """The expanded path of a folder that may be written: none, an empty one, or one of ours.

    One of ours has no other files than it was written with; these are not looked into.

    Raises:
        SettingError: the folder is another one, or cannot be there.
    """
    folder = output_folder(path)
    if not folder.exists():
        return folder
    inside = {str(each.relative_to(folder).as_posix()) for each in folder.rglob("*")}
    files = {name for name in inside if not (folder / name).is_dir()}
    foreign = sorted(files - _listed(folder))
    if foreign:
        raise SettingError(
            f"{printable(str(folder))!r} has files that would be lost",
            expected="no folder, an empty one, or one that `musicvae page` wrote",
            received=", ".join(printable(name) for name in foreign[:3]),
            hint="name another folder with --out",
        )
    return folder


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder that :func:`free_folder` found free, and a list of its files.

    Args:
        folder: what is there is replaced.
        files: contents by path inside, with ``/`` between parts.

    Raises:
        OSError: it cannot be written; then what was there is there still. It names the folder.
    """
    with naming(folder):
        _write(folder, files)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = unused_name(folder.parent, f".{folder.name}.")
    new, old = work / "new", work / "old"
    try:
        work.mkdir(0o700)
        new.mkdir()
        listing = json.dumps({"musicvae page": sorted([*files, LISTING])}, indent=1)
        for name, data in {**files, LISTING: listing.encode("utf-8")}.items():
            file = new / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        if os.path.lexists(old) and not os.path.lexists(folder):  # a link, too
            old.rename(folder)
        shutil.rmtree(work, ignore_errors=True)


def _listed(folder: Path) -> set[str]:
    """The files that a folder was written with; none where it is not ours."""
    try:
        listed = json.loads(read_bytes(folder / LISTING, _MOST_BYTES))["musicvae page"]
        return {str(name) for name in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
