"""Defines what a survey finds: its tracks, and the files that could not be heard."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.surveying.outliers import listed


@dataclass(frozen=True)
class Surveyed:
    """One track of a survey.

    Attributes:
        key: its path below the folder of sounds.
        seconds: its length.
        place: 1 for the oddest.
        oddness: how little it fits, in robust standard deviations; below 5 is usual.
        why: the reason, as a phrase; may be empty.
        cluster: 0 is the largest.
        x: where it is on the map.
        y: the same upwards.
        error: log-mel distance of what the model makes of it, in natural-log units.
        distance: how far its neighbours are in timbre; 1 is usual.
        near: keys of its neighbours, the nearest first.
        notes: what is unusual about its file, a phrase each.
        sound: an excerpt as MP3 in base64; may be empty.
        echo: what the model makes of that.
    """

    key: str
    seconds: float
    place: int
    oddness: float
    why: str
    cluster: int
    x: float
    y: float
    error: float
    distance: float
    near: tuple[str, ...]
    notes: tuple[str, ...] = ()
    sound: str = ""
    echo: str = ""


@dataclass(frozen=True)
class Survey:
    """A survey of a data set.

    Attributes:
        title: name of the folder of sounds.
        model: what surveyed it, for people.
        tracks: in the order of their keys.
        skipped: (key, reason) of each file that could not be heard.
        explained: share of what tells tracks apart that each axis of the map shows.
    """

    title: str
    model: str
    tracks: tuple[Surveyed, ...]
    skipped: tuple[tuple[str, str], ...]
    explained: tuple[float, float]

    def outliers(self, count: int | None = None) -> list[Surveyed]:
        """The oddest tracks, the oddest first; by default as many as the page lists."""
        wanted = listed(len(self.tracks)) if count is None else count
        return sorted(self.tracks, key=lambda track: track.place)[:wanted]
