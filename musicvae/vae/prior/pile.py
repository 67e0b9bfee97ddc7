"""The tracks that a prior learns from, and which genre each is of. No sound is opened here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from musicvae.data.tracks import Track
from musicvae.errors import DataError
from musicvae.similar import did_you_mean
from musicvae.text import printable
from musicvae.vae.prior.material import check_genre

#: Names that an error lists at most.
_LISTED = 8


@dataclass(frozen=True)
class Pile:
    """Tracks to encode.

    Attributes:
        tracks: the files.
        held_out: keys of those that are for testing.
        genres: names of the genres; a track is of the genre whose name is a folder of its key, or
            of the first.
        only: the genre of all tracks, whatever their folders; ``None`` where the folders say.
    """

    tracks: Sequence[Track]
    held_out: frozenset[str]
    genres: tuple[str, ...]
    only: str | None = None

    @classmethod
    def of(cls, tracks: Sequence[Track], held_out: Iterable[str], name: str = "any") -> Pile:
        """A pile whose genres are the folders that hold the tracks; else there is one, ``name``."""
        folders = sorted({track.key.split("/")[-2] for track in tracks if "/" in track.key})
        return cls(tracks, frozenset(held_out), tuple(folders) if folders else (name,))

    def genre_of(self, key: str) -> int:
        """The index of the genre of a track."""
        return self.genres.index(self.only or _folder_of(key, self.genres) or self.genres[0])

    def known_as(self, genres: tuple[str, ...], only: str | None = None) -> Pile:
        """The tracks that a prior which knows these genres already can learn from.

        Args:
            genres: names of the genres, in the prior's order.
            only: the one that is wanted: the tracks in folders of its name or, where no folder has
                the name of any of the genres, all tracks. Of a prior of one genre, it is that.

        Raises:
            DataError: the prior does not know the genre, or that of a track; or no track is of it.
        """
        if only is not None and only not in genres:
            raise DataError(
                "the prior to start from does not know this genre",
                expected=", ".join(genres),
                received=only,
                hint=did_you_mean(only, genres),
            )
        if only is None and len(genres) == 1:
            only = genres[0]
        folders = {track.key: _folder_of(track.key, genres) for track in self.tracks}
        if only is None:
            _check_known(folders, genres)
            return Pile(self.tracks, self.held_out, genres)
        if not any(folders.values()):
            return Pile(self.tracks, self.held_out, genres, only)
        check_genre(only, sorted({folder for folder in folders.values() if folder}))
        chosen = [track for track in self.tracks if folders[track.key] == only]
        return Pile(chosen, self.held_out, genres, only)


def _folder_of(key: str, genres: Sequence[str]) -> str | None:
    """The innermost folder of a track that has the name of a genre."""
    return next((part for part in reversed(key.split("/")[:-1]) if part in genres), None)


def _check_known(folders: dict[str, str | None], genres: tuple[str, ...]) -> None:
    """Refuse tracks in no folder of a genre, of which it would not be known what they are.

    Args:
        folders: the folder of each track that has the name of a genre, by key.
        genres: the names.

    Raises:
        DataError: there are such tracks.
    """
    strange = sorted({key.rpartition("/")[0] or key for key, found in folders.items() if not found})
    if strange:
        more = f" and {len(strange) - _LISTED} more" if len(strange) > _LISTED else ""
        raise DataError(
            "the prior to start from does not know of which genre these sounds are",
            expected=f"folders named {', '.join(genres)}",
            received=", ".join(map(printable, strange[:_LISTED])) + more,
            hint=did_you_mean(strange[0].split("/")[-1], genres)
            or "name the genre of all of them: --genre",
        )
