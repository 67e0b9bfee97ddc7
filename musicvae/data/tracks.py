"""Finds the sound files under a folder.

The folder may hold folders named after genres, as GTZAN does, be the folder of one genre, or be any
folder of folders. Only names are read here; a file is opened when it is decoded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from musicvae.errors import DataError
from musicvae.genres import GENRES, Genre, check_genre
from musicvae.paths import AnyPath, expand
from musicvae.similar import did_you_mean
from musicvae.soundfiles.formats import is_readable, readable_endings, unreadable
from musicvae.text import printable

#: Levels below the root at which the folder of a genre is looked for. The usual copies of GTZAN
#: have it at the third (``Data/genres_original/jazz``), beside a folder of pictures of that name.
GENRE_DEPTH = 3


@dataclass(frozen=True)
class Track:
    """One sound file.

    Attributes:
        path: path of the file.
        key: its path relative to the scanned folder, with ``/``; its name in splits and reports.
    """

    path: Path
    key: str


@dataclass(frozen=True)
class Skipped:
    """A file or folder that is not used.

    Attributes:
        key: its path relative to the scanned folder, with ``/``.
        reason: why not, as a phrase.
    """

    key: str
    reason: str


@dataclass(frozen=True)
class Scan:
    """The sound files under a folder.

    Attributes:
        root: the folder that was scanned; keys are relative to it.
        tracks: sorted by key.
        skipped: sorted by key.
    """

    root: Path
    tracks: tuple[Track, ...]
    skipped: tuple[Skipped, ...]


def scan(root: AnyPath, genre: Genre | str | None = None, any_name: bool = False) -> Scan:
    """Find the sound files under ``root``, in all formats that libsndfile reads.

    Endings may be in capitals. Links are followed, but no folder is entered twice. Sound in other
    formats, such as m4a, and hidden files and folders are skipped with a reason; files of other
    kinds, such as lists and pictures, are not mentioned.

    Args:
        root: the folder.
        genre: scan only the folder of this genre. A name that no plug-in registers means the folder
            of that name. Where there is no such folder, ``root`` itself is scanned if it has that
            name, or if the genre is registered and ``root`` directly holds sound files.
        any_name: whether the genre need not be registered for the latter: where a model or a run
            says its name, the plug-in may be missing here; where a person does, it is mistyped.

    Raises:
        DataError: no such folder, no folder for the genre, more than one, or no sound files.
        SettingError: the genre is neither a name nor a :class:`Genre`.
    """
    check_genre(genre)
    folder = expand(root, DataError)
    if not folder.is_dir():
        raise DataError(
            "there is no folder to take sounds from",
            expected="a folder with sound files, or with folders of them",
            received=repr(str(folder)) + (" (a file)" if folder.exists() else ""),
        )
    if genre is not None:
        folder = _genre_folder(folder, genre, any_name)
    found = list(_walk(folder))
    tracks = [item for item in found if isinstance(item, Track)]
    skipped = [item for item in found if isinstance(item, Skipped)]
    if not tracks:
        raise DataError(
            "no sound files were found",
            expected=", ".join(readable_endings()) + " at any depth",
            received=_shown_skips(folder, skipped),
        )
    return Scan(
        folder,
        tuple(sorted(tracks, key=lambda track: track.key)),
        tuple(sorted(skipped, key=lambda skip: skip.key)),
    )


def _shown_skips(folder: Path, skipped: list[Skipped]) -> str:
    """A folder without sounds, and why its first files are skipped."""
    text = f"{str(folder)!r} ({len(skipped)} skipped)"
    some = [
        f"{printable(skip.key)}: {skip.reason}"
        for skip in sorted(skipped, key=lambda skip: skip.key)[:3]
    ]
    return ", such as ".join([text, "; ".join(some)]) if some else text


def is_registered(genre: Genre | str) -> bool:
    """Whether a genre is more than the name of a folder."""
    return isinstance(genre, Genre) or genre in GENRES


def _genre_folder(root: Path, genre: Genre | str, any_name: bool) -> Path:
    """The folder of a genre under ``root``, or ``root`` itself."""
    name = genre if isinstance(genre, str) else genre.name
    is_folder = _folder_test(genre)
    for depth in range(1, GENRE_DEPTH + 1):
        found = sorted(
            folder
            for folder in root.glob("/".join("*" * depth))
            if is_folder(folder.name) and folder.is_dir() and _holds_sounds(folder)
        )
        if len(found) > 1:
            raise DataError(
                f"more than one folder could hold the genre {name!r}",
                expected="one",
                received=", ".join(repr(_key(folder, root)) for folder in found),
                hint="name the folder itself as the data",
            )
        if found:
            return found[0]
    of_any = any_name or is_registered(genre)
    if is_folder(root.resolve().name) or (of_any and _holds_sounds_itself(root)):
        return root
    raise _no_folder(root, genre, name)


def _no_folder(root: Path, genre: Genre | str, name: str) -> DataError:
    """The error for a genre without a folder, with the known name that is most like its own."""
    folders = sorted(path.name for path in root.iterdir() if path.is_dir())
    there = ", ".join(map(repr, folders)) or "it has none"
    what, expected = f"there is no folder for the genre {name!r}", ""
    known = list(folders)
    if not is_registered(genre):
        what += ", and none of that name is registered"
        expected = "; or a registered genre: " + (", ".join(GENRES) or "none is installed")
        known += GENRES.names()
    return DataError(
        what,
        expected=f"one of the folders in {str(root)!r}: {there}{expected}",
        received=name,
        hint=did_you_mean(name, known)
        or "name one of these folders as the genre; a training without one hears all",
    )


def _folder_test(genre: Genre | str) -> Callable[[str], bool]:
    """A function that tells whether a folder of some name is that of the genre."""
    if isinstance(genre, Genre):
        return genre.is_folder
    if is_registered(genre):
        return GENRES.get(genre).is_folder
    return lambda folder: folder.casefold() == genre.casefold()


def _holds_sounds(folder: Path) -> bool:
    return any(isinstance(found, Track) for found in _walk(folder))


def _holds_sounds_itself(folder: Path) -> bool:
    return any(is_readable(path) and _refusal(path, folder) is None for path in folder.iterdir())


def _walk(root: Path) -> Iterator[Track | Skipped]:
    """Every sound file under a folder, and all that is skipped with a reason."""
    entered: set[tuple[int, int]] = set()
    refused: list[OSError] = []
    for place, folders, files in os.walk(root, followlinks=True, onerror=refused.append):
        here = Path(place)
        status = here.stat()
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            yield Skipped(_key(here, root), "a folder that was already looked through")
            continue
        entered.add((status.st_dev, status.st_ino))
        for name in [folder for folder in folders if folder.startswith(".")]:
            folders.remove(name)
            yield Skipped(_key(here / name, root), "a hidden folder")
        # Links last, so that the key of a track is its real path, not one through a link.
        folders.sort(key=lambda name: ((here / name).is_symlink(), name))
        for name in files:
            path = here / name
            if is_readable(path) or unreadable(path):
                reason = _refusal(path, root) or unreadable(path)
                yield Skipped(_key(path, root), reason) if reason else Track(path, _key(path, root))
    for error in refused:
        yield Skipped(_key(Path(error.filename), root), f"cannot be opened: {error.strerror}")


def _key(path: Path, root: Path) -> str:
    """The key of a path; bytes of its name that are not valid Unicode are escaped."""
    name = path.relative_to(root).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _refusal(path: Path, root: Path) -> str | None:
    """The reason to skip a file with the ending of a sound file, or ``None`` if it is used."""
    if path.name.startswith("._"):
        return "a hidden companion file of macOS, not sound"
    if path.name.startswith("."):
        return "a hidden file"
    if not path.is_file():
        return "a broken link" if path.is_symlink() else "not a regular file"
    if _key(path, root) != path.relative_to(root).as_posix():
        return "its name is not valid Unicode"
    return None
