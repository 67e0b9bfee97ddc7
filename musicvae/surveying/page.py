"""Writes a survey as a page that holds all it needs, sounds included, and as a table."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from musicvae.files import replacing
from musicvae.paths import AnyPath, output_file, output_folder
from musicvae.surveying.excerpts import MIME
from musicvae.surveying.outliers import listed
from musicvae.surveying.result import Survey, Surveyed
from musicvae.text import printable
from musicvae.version import __version__

#: Columns of the table, after the place; a file that was skipped has its key and the reason alone.
COLUMNS = (
    "place", "key", "oddness", "why", "cluster", "x", "y", "error", "distance", "near", "seconds",
    "notes", "skipped",
)  # fmt: skip

_HOW = (
    "Tracks are compared in three aspects: timbre (means and spreads of their latents), movement "
    "(how latents change), and which latents go together. In each, a track is as odd as its "
    "distance to its nearest five tracks is unusual, in robust standard deviations; oddness is the "
    "sum, and counts a large error too. The error is the log-mel distance between a track and what "
    "the model makes of it. Where the model started from another one whose latents it kept, tracks "
    "that gained less from that training than others are odd, too. "
    "The map shows the first two principal components of timbre. The table is survey.csv."
)


def write_survey(survey: Survey, folder: AnyPath) -> tuple[Path, Path]:
    """Write ``survey.html`` and ``survey.csv``, each whole or not at all; returns both paths.

    Raises:
        SettingError: the folder cannot be written in.
        OSError: a file cannot be written.
    """
    place = output_folder(folder)
    return write_page(place / "survey.html", survey), write_table(place / "survey.csv", survey)


def write_page(path: AnyPath, survey: Survey) -> Path:
    """Write the page, whole or not at all; returns the path.

    Raises:
        SettingError: the path cannot be an HTML file.
        OSError: it cannot be written.
    """
    target = output_file(path, (".html",))
    with replacing(target) as temporary:
        temporary.write_text(page(survey), "utf-8")
    return target


def write_table(path: AnyPath, survey: Survey) -> Path:
    """Write the table, the oddest track first and skipped files last; returns the path.

    Raises:
        SettingError: the path cannot be a CSV file.
        OSError: it cannot be written.
    """
    target = output_file(path, (".csv",))
    with (
        replacing(target) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as handle,
    ):
        writer = csv.DictWriter(handle, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(_row(track) for track in survey.outliers(len(survey.tracks)))
        writer.writerows({"key": key, "skipped": reason} for key, reason in survey.skipped)
    return target


def page(survey: Survey) -> str:
    """The page as HTML."""
    template, css, script = (
        files("musicvae.surveying").joinpath(name).read_text("utf-8")
        for name in ("page.html", "page.css", "page.js")
    )
    count = len(survey.tracks)
    minutes = sum(track.seconds for track in survey.tracks) / 60
    about = f"{_tracks(count)}, {minutes:.0f} minutes, as a model hears them: {survey.model}"
    if survey.skipped:
        about += f"; {not_used(len(survey.skipped))}"
    parts = {
        "title": escape(printable(survey.title)),
        "about": escape(about),
        "outliers": escape(_invitation(count)),
        "skipped": _skipped(survey),
        "how": escape(f"{_HOW} Made by musicvae {__version__}."),
        "css": css,
        "js": script,
        # In a page, "</script>" ends a script wherever it stands.
        "data": json.dumps(_data(survey), ensure_ascii=False).replace("<", "\\u003c"),
    }
    # In one pass, so that no name of a folder is taken for a place in the page.
    names = "|".join(parts)
    return re.sub(rf"\{{({names})\}}", lambda place: parts[place[1]], template)


def not_used(count: int) -> str:
    """So many files that were skipped, in words."""
    return "1 file could not be used" if count == 1 else f"{count} files could not be used"


def _tracks(count: int) -> str:
    return "1 track" if count == 1 else f"{count} tracks"


def _invitation(count: int) -> str:
    if count <= 2:
        return "With so few tracks, nothing can be called usual."
    return (
        f"The {listed(count)} tracks that fit least, the oddest first: broken, mislabelled, of "
        "another genre, or simply special."
    )


def _data(survey: Survey) -> dict[str, Any]:
    """What the script of the page reads."""
    numbers = {track.key: number for number, track in enumerate(survey.tracks)}
    marked = listed(len(survey.tracks)) if len(survey.tracks) > 2 else 0
    sizes: dict[int, int] = {}
    for track in survey.tracks:
        sizes[track.cluster] = sizes.get(track.cluster, 0) + 1
    tracks = []
    for track in survey.tracks:
        values = asdict(track)
        values["near"] = [numbers[key] for key in track.near]
        values["notes"] = "; ".join(track.notes)
        values["key"] = printable(track.key)
        values["rank"] = track.place if track.place <= marked else 0
        tracks.append(values)
    first, second = survey.explained
    return {
        "mime": MIME,
        "axes": [
            f"first component: {first:.0%} of what tells tracks apart",
            f"second component: {second:.0%}",
        ],
        "clusters": [{"size": sizes[number]} for number in sorted(sizes)],
        "tracks": tracks,
    }


def _skipped(survey: Survey) -> str:
    """The files that could not be used, as HTML; empty where there are none."""
    if not survey.skipped:
        return ""
    rows = "".join(
        f'<tr><td class="k">{escape(printable(key))}</td><td>{escape(printable(reason))}</td></tr>'
        for key, reason in survey.skipped
    )
    return (
        "<h2>Files that could not be used</h2>\n"
        f'<div class="scroll"><table><tbody>{rows}</tbody></table></div>'
    )


def _row(track: Surveyed) -> dict[str, object]:
    """A row of the table: numbers with as many digits as mean something."""
    return {
        "place": track.place,
        "key": track.key,
        "oddness": f"{track.oddness:.3f}",
        "why": track.why,
        "cluster": track.cluster + 1,
        "x": f"{track.x:.4f}",
        "y": f"{track.y:.4f}",
        "error": f"{track.error:.4f}",
        "distance": f"{track.distance:.3f}",
        "near": " | ".join(track.near),
        "seconds": f"{track.seconds:.2f}",
        "notes": "; ".join(track.notes),
    }
