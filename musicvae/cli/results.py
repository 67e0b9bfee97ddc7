"""Writes the results of the listening commands: sounds, pictures of them, a table of measures."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicvae.audio import Sound

#: More sounds than this on one picture are too small to see.
MOST_ON_A_PICTURE = 8

HEADINGS = ("sound", "seconds", "dBFS", "peak", "bandwidth", "centroid", "onsets/s", "clicks")


def write_results(folder: Path, sounds: Mapping[str, Sound]) -> list[Path]:
    """Write each sound as ``<name>.wav``, pictures and ``measures.csv``; print the measures.

    Args:
        folder: made where missing.
        sounds: by name.

    Returns:
        The files written.
    """
    from musicvae import plots

    written = [sound.write(folder / f"{name}.wav") for name, sound in sounds.items()]
    names, shown = list(sounds)[:MOST_ON_A_PICTURE], list(sounds.values())[:MOST_ON_A_PICTURE]
    written.append(plots.save(plots.waveforms(shown, names), folder / "waveforms.png"))
    written.append(plots.save(plots.spectrograms(shown, names), folder / "spectrograms.png"))
    written.append(write_measures(folder / "measures.csv", sounds))
    return written


def write_measures(path: Path, sounds: Mapping[str, Sound]) -> Path:
    """Write all measures of each sound as CSV; print the most important ones as a table.

    Args:
        path: the CSV file.
        sounds: by name.

    Returns:
        The path written.
    """
    from musicvae.cli.table import print_table
    from musicvae.measures import describe

    measures = {name: describe(sound) for name, sound in sounds.items()}
    rows = [{"sound": name, **dataclasses.asdict(each)} for name, each in measures.items()]
    write_csv(path, rows)
    table = [
        (
            name,
            f"{each.seconds:.2f}",
            f"{each.level:.1f}",
            f"{each.peak:.1f}",
            f"{each.bandwidth:.0f} Hz",
            f"{each.centroid:.0f} Hz",
            f"{each.onset_rate:.1f}",
            f"{each.clicks}",
        )
        for name, each in measures.items()
    ]
    print_table(HEADINGS, table)
    return path


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write a CSV file with a line of headings, whole or not at all.

    Args:
        path: the file.
        rows: at least one; all have the same keys.

    Returns:
        The path written.
    """
    from musicvae.files import replacing

    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def print_written(written: Sequence[Path]) -> None:
    """Print the names of the files written, and their folder."""
    folder = written[0].parent
    print(f"Wrote {len(written)} files to {folder}: {', '.join(path.name for path in written)}")
