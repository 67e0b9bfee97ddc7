"""The commands on a trained run: ``reconstruct``, ``interpolate`` and ``plot``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands, Run

if TYPE_CHECKING:
    from musicvae.audio import Sound
    from musicvae.paths import AnyPath
    from musicvae.recipes.ranges import Range
    from musicvae.vae.clip.trained import TrainedModel


#: Length of the cross-fades in ``interpolation.wav``, in seconds.
SEAM = 0.1
#: Number of test tracks that ``plot`` reconstructs, and seconds of each: more is too fine to see.
PLOTTED_TRACKS = 4
PLOTTED_SECONDS = 10.0
#: Bytes of a file's name that the names of its results repeat; a system allows 255 in all.
LONGEST_NAME = 150
#: The largest number of sounds or steps.
MOST = 1_000_000


def add(commands: Commands) -> None:
    """Declare ``reconstruct``, ``interpolate`` and ``plot``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command = _of_run(commands, "reconstruct", "pass sounds through the model", reconstruct)
    command.add_argument("files", metavar="FILE", nargs="+", type=Path, help="sound files")
    command = _of_run(commands, "interpolate", "go from one sound to another", interpolate)
    command.add_argument("a", metavar="A", help="where to start: a sound file or a seed")
    command.add_argument("b", metavar="B", help="where to arrive: a sound file or a seed")
    command.add_argument(
        "--steps",
        type=_at_least_two,
        default=8,
        help="number of sounds, A and B included (default: 8)",
    )
    _of_run(commands, "plot", "draw training curves, latent usage and reconstructions", plot)


def _of_run(commands: Commands, name: str, purpose: str, run: Run) -> argparse.ArgumentParser:
    command = add_command(commands, name, purpose, run)
    command.add_argument("run_folder", metavar="RUN", help="run folder, from `musicvae train`")
    return command


def add_command(commands: Commands, name: str, purpose: str, run: Run) -> argparse.ArgumentParser:
    """Declare a command that leaves a folder of results."""
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}."
    )
    command.add_argument(
        "-o",
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder for the results; created if needed",
    )
    command.set_defaults(run=run)
    return command


def reconstruct(options: argparse.Namespace) -> None:
    """Pass each file through encoder and decoder; write both sounds and their distances.

    Raises:
        MusicVAEError: a file or the run cannot be read.
    """
    from musicvae.audio import read_with_notes
    from musicvae.cli.results import print_notes, print_written, results_folder
    from musicvae.paths import expand
    from musicvae.soundfiles.opening import check_encodable_file
    from musicvae.vae.run.folder import RunFolder

    files = [expand(path) for path in options.files]
    names = _distinct(files)
    out = results_folder(options.out, _pair_names(names), files)
    RunFolder.open(options.run_folder, "musicvae transform {name} FILE -o NEW.wav does that")
    originals = []
    for file in files:  # before the model, so that a bad file is refused at once
        sound, notes = read_with_notes(file)
        print_notes(file, notes)
        check_encodable_file(file, sound.samples)
        originals.append(sound)
    print_written(_write_pairs(load_run(options.run_folder), originals, names, out))


def interpolate(options: argparse.Namespace) -> None:
    """Go from sound A to sound B; write each step, and all of them in one file.

    Raises:
        MusicVAEError: a file or the run cannot be read.
    """
    from musicvae.audio import Sound, crossfade
    from musicvae.cli.results import print_written, result_names, results_folder, write_results
    from musicvae.vae.run.folder import RunFolder

    names = [f"step-{number:02d}" for number in range(1, options.steps + 1)]
    ends = [end for end in (options.a, options.b) if not _is_number(end)]
    out = results_folder(options.out, [*result_names(names), "interpolation.wav"], ends)
    RunFolder.open(options.run_folder)
    start, end = _read_unless_seed(options.a), _read_unless_seed(options.b)
    steps = load_run(options.run_folder).interpolate(start, end, options.steps)
    written = write_results(out, dict(zip(names, steps, strict=True)))
    rate = steps[0].sample_rate
    seam = min(round(SEAM * rate), min(len(step.samples) for step in steps) // 2)
    whole = Sound.of(crossfade([step.samples for step in steps], seam), rate)
    print_written([*written, whole.write(out / "interpolation.wav")])


def plot(options: argparse.Namespace) -> None:
    """Draw a run; reconstructions are left out where the test tracks are missing.

    Raises:
        MusicVAEError: the run cannot be read.
    """
    from musicvae import plots
    from musicvae.audio import read
    from musicvae.cli.results import print_written, results_folder
    from musicvae.soundfiles.opening import check_encodable_file
    from musicvae.vae.run.folder import RunFolder

    results_folder(options.out, ["latent_usage.png", "training_curves.png"])
    RunFolder.open(options.run_folder, "musicvae models card {name} tells how good it is")
    model = load_run(options.run_folder)
    tracks = [path for path in model.test_tracks() if path.is_file()][:PLOTTED_TRACKS]
    names = _distinct(tracks)
    out = results_folder(options.out, _pair_names(names), tracks)
    written = [plots.save(plots.latent_usage(model.kl_per_latent()), out / "latent_usage.png")]
    if history := model.history():
        written.append(plots.save(plots.training_curves(history), out / "training_curves.png"))
    else:
        print("No epoch was finished yet: no training curves.")
    if tracks:
        sounds = [read(path, PLOTTED_SECONDS) for path in tracks]
        for path, sound in zip(tracks, sounds, strict=True):
            check_encodable_file(path, sound.samples)
        written += _write_pairs(model, sounds, names, out)
    else:
        print("The test tracks are no longer where they were: no reconstructions.")
    print_written(written)


def _write_pairs(
    model: TrainedModel, originals: Sequence[Sound], names: Sequence[str], out: Path
) -> list[Path]:
    """Reconstruct sounds; write both of each pair, a picture and a table of their distances."""
    from musicvae import plots
    from musicvae.cli.results import MOST_ON_A_PICTURE, write_csv
    from musicvae.cli.table import print_table

    rebuilt = [model.reconstruct(original) for original in originals]
    written = []
    for name, before, after in zip(names, originals, rebuilt, strict=True):
        written.append(before.write(out / f"{name}-original.wav"))
        written.append(after.write(out / f"{name}-reconstruction.wav"))
    rows = [_distances(*pair) for pair in zip(names, originals, rebuilt, strict=True)]
    written.append(write_csv(out / "distances.csv", rows))
    shown = slice(0, MOST_ON_A_PICTURE)
    figure = plots.side_by_side(originals[shown], rebuilt[shown], names[shown])
    written.append(plots.save(figure, out / "reconstructions.png"))
    numbers = [
        [value if isinstance(value, str) else f"{value:.2f}" for value in row.values()]
        for row in rows
    ]
    print_table([heading.replace("_", " ") for heading in rows[0]], numbers)
    return written


def _distances(name: str, before: Sound, after: Sound) -> dict[str, str | float]:
    """A row of the table of distances."""
    from musicvae import measures

    return {
        "sound": name,
        "log_mel_distance": measures.log_mel_distance(before, after),
        "stft_distance": measures.multi_resolution_stft_distance(before, after),
        "onset_correlation": measures.onset_correlation(before, after),
    }


def load_run(folder: AnyPath) -> TrainedModel:
    """The model of a run folder, as a person typed it.

    Raises:
        RunError: it cannot be read.
    """
    from musicvae.paths import expand
    from musicvae.vae.run.loading import load

    found: TrainedModel = load(expand(folder))
    return found


def _pair_names(names: Sequence[str]) -> list[str]:
    """The files that :func:`_write_pairs` writes."""
    pairs = [f"{name}-{side}.wav" for name in names for side in ("original", "reconstruction")]
    return [*pairs, "distances.csv", "reconstructions.png"]


def _read_unless_seed(text: str) -> Sound | int:
    """The sound of a file, or the seed where the text is a number and no file has that name."""
    from musicvae.audio import read
    from musicvae.errors import SettingError
    from musicvae.recipes.ranges import SEED
    from musicvae.soundfiles.opening import check_encodable_file

    if not _is_number(text):
        sound = read(text)
        check_encodable_file(Path(text), sound.samples)
        return sound
    try:
        return seed_number(text)
    except argparse.ArgumentTypeError:
        raise SettingError("this is no seed", expected=f"{SEED}") from None


def _is_number(text: str) -> bool:
    """Whether a text means a seed: a number, and not the name of a file."""
    if not text.removeprefix("-").isdecimal():
        return False
    return len(text) > LONGEST_NAME or not Path(text).exists()


def _distinct(files: Sequence[Path]) -> list[str]:
    """Names for the results of files, all numbered where two are equal: none overwrites another.

    Characters that cannot be printed are replaced, since the names go into tables and files.
    """
    from musicvae.text import printable

    stems = [printable(file.stem, "_").encode()[:LONGEST_NAME] for file in files]
    names = [stem.decode("utf-8", "ignore") for stem in stems]
    if len({name.casefold() for name in names}) == len(names):
        return names
    return [f"{number:02d}-{name}" for number, name in enumerate(names, start=1)]


def positive(text: str) -> int:
    """A number of sounds, as a type of ``argparse``."""
    from musicvae.recipes.ranges import whole

    return _number(text, whole(1, MOST))


def _at_least_two(text: str) -> int:
    from musicvae.recipes.ranges import whole

    return _number(text, whole(2, MOST))


def seed_number(text: str) -> int:
    """A seed, as a type of ``argparse``."""
    from musicvae.recipes.ranges import SEED

    return _number(text, SEED)


def _number(text: str, allowed: Range) -> int:
    from musicvae.errors import SettingError

    try:
        return int(allowed.check("the number", text, text=True))
    except SettingError:
        raise argparse.ArgumentTypeError(f"{allowed}, not {text!r:.40}") from None
