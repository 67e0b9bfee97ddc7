"""Writes the results of the listening commands: sounds, pictures of them, a table of measures."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicvae.audio import Sound
    from musicvae.paths import AnyPath

#: More sounds than this on one picture are too small to see.
MOST_ON_A_PICTURE = 8

#: What is written about sounds, beside them.
_ABOUT_SOUNDS = ("waveforms.png", "spectrograms.png", "measures.csv")

HEADINGS = ("sound", "seconds", "dBFS", "peak", "bandwidth", "centroid", "onsets/s", "clicks")


def shown(path: Path) -> str:
    """A path as it may be printed: on one line, without characters that control the terminal."""
    from musicvae.text import printable

    return printable(str(path))


def print_notes(file: Path, notes: Sequence[str]) -> None:
    """Tell what is unusual about a sound file, on standard error."""
    import sys

    for note in notes:
        print(f"musicvae: {shown(file)}: {note}", file=sys.stderr)


def results_folder(folder: Path, names: Iterable[str], inputs: Sequence[AnyPath] = ()) -> Path:
    """The expanded folder for results, after a check of each file that will be written in it.

    Args:
        folder: as a person typed it; it is not made here.
        names: of the files that will be written.
        inputs: files that are read; none of them may be replaced.

    Raises:
        SettingError: a file cannot be written, or would replace an input.
    """
    from musicvae.paths import output_file, output_folder

    place = output_folder(folder)
    for name in names:
        output_file(place / name, [Path(name).suffix], inputs)
    return place


def result_names(names: Iterable[str]) -> list[str]:
    """The files that :func:`write_results` writes for sounds of these names."""
    return [*(f"{name}.wav" for name in names), *(_ABOUT_SOUNDS if _describes() else ())]


def _describes() -> bool:
    """Whether there is what draws and measures: a stage machine may have nothing but the sounds."""
    return all(find_spec(library) is not None for library in ("matplotlib", "librosa"))


def write_results(folder: Path, sounds: Mapping[str, Sound]) -> list[Path]:
    """Write each sound as ``<name>.wav``, pictures and ``measures.csv``; print the measures.

    Where what draws and measures is not installed, the sounds alone are written, and it is said.

    Args:
        folder: made where missing.
        sounds: by name.

    Returns:
        The files written.
    """
    written = [sound.write(folder / f"{name}.wav") for name, sound in sounds.items()]
    if not _describes():
        print('Pictures and measures need: pip install "musicvae[measure]"')
        return written
    from musicvae import plots

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
    from musicvae.paths import output_file

    path = output_file(path, (".csv",))
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def print_written(written: Sequence[Path]) -> None:
    """Print the names of the files written, and their folder."""
    names = ", ".join(shown(Path(path.name)) for path in written)
    print(f"Wrote {len(written)} files to {shown(written[0].parent)}: {names}")
