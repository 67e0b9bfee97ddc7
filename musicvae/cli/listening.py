"""The commands on a trained run: ``sample``, ``reconstruct``, ``interpolate`` and ``plot``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands, Run

if TYPE_CHECKING:
    from musicvae.audio import Sound
    from musicvae.vae.clip.trained import TrainedModel


#: Length of the cross-fades in ``interpolation.wav``, in seconds.
SEAM = 0.1
#: Number of test tracks that ``plot`` reconstructs, and seconds of each: more is too fine to see.
PLOTTED_TRACKS = 4
PLOTTED_SECONDS = 10.0


def add(commands: Commands) -> None:
    """Declare ``sample``, ``reconstruct``, ``interpolate`` and ``plot``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    command = _command(commands, "sample", "make new sounds", sample)
    command.add_argument("--n", type=_positive, default=4, help="number of sounds (default: 4)")
    command.add_argument(
        "--seed", type=int, default=0, help="equal seeds give equal sounds (default: 0)"
    )
    command.add_argument(
        "--seconds", type=float, help="length of each sound; streams only (default: 10)"
    )
    command = _command(commands, "reconstruct", "pass sounds through the model", reconstruct)
    command.add_argument("files", metavar="FILE", nargs="+", type=Path, help="sound files")
    command = _command(commands, "interpolate", "go from one sound to another", interpolate)
    command.add_argument("a", metavar="A", help="where to start: a sound file or a seed")
    command.add_argument("b", metavar="B", help="where to arrive: a sound file or a seed")
    command.add_argument(
        "--steps",
        type=_at_least_two,
        default=8,
        help="number of sounds, A and B included (default: 8)",
    )
    _command(commands, "plot", "draw training curves, latent usage and reconstructions", plot)


def _command(commands: Commands, name: str, purpose: str, run: Run) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}."
    )
    command.add_argument(
        "run_folder", metavar="RUN", type=Path, help="run folder, from `musicvae train`"
    )
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="folder for the results; created if needed",
    )
    command.set_defaults(run=run)
    return command


def sample(options: argparse.Namespace) -> None:
    """Draw new sounds from the prior; write WAV files, pictures and measures.

    Raises:
        MusicVAEError: the run cannot be read, or ``--seconds`` was given for clips.
    """
    from musicvae.cli.results import print_written, write_results

    model = _load(options)
    length = {} if options.seconds is None else {"seconds": options.seconds}
    sounds = model.sample(options.n, seed=options.seed, **length)
    named = {f"sample-{number:02d}": sound for number, sound in enumerate(sounds, start=1)}
    print_written(write_results(options.out, named))


def reconstruct(options: argparse.Namespace) -> None:
    """Pass each file through encoder and decoder; write both sounds and their distances.

    Raises:
        MusicVAEError: a file or the run cannot be read.
    """
    from musicvae.audio import read
    from musicvae.cli.results import print_written

    originals = [
        read(path) for path in options.files
    ]  # before the model, so that a bad file is refused at once
    model = _load(options)
    names = _distinct([path.stem for path in options.files])
    print_written(_write_pairs(model, originals, names, options.out))


def interpolate(options: argparse.Namespace) -> None:
    """Go from sound A to sound B; write each step, and all of them in one file.

    Raises:
        MusicVAEError: a file or the run cannot be read.
    """
    from musicvae.audio import Sound, crossfade
    from musicvae.cli.results import print_written, write_results

    start, end = _read_unless_seed(options.a), _read_unless_seed(options.b)
    steps = _load(options).interpolate(start, end, options.steps)
    written = write_results(
        options.out, {f"step-{number:02d}": step for number, step in enumerate(steps, start=1)}
    )
    rate = steps[0].sample_rate
    seam = min(round(SEAM * rate), min(len(step.samples) for step in steps) // 2)
    whole = Sound.of(crossfade([step.samples for step in steps], seam), rate)
    print_written([*written, whole.write(options.out / "interpolation.wav")])


def plot(options: argparse.Namespace) -> None:
    """Draw a run; reconstructions are left out where the test tracks are missing.

    Raises:
        MusicVAEError: the run cannot be read.
    """
    from musicvae import plots
    from musicvae.audio import read
    from musicvae.cli.results import print_written

    model = _load(options)
    out = options.out
    written = [plots.save(plots.latent_usage(model.kl_per_latent()), out / "latent_usage.png")]
    if history := model.history():
        written.append(plots.save(plots.training_curves(history), out / "training_curves.png"))
    else:
        print("No epoch was finished yet: no training curves.")
    tracks = [path for path in model.test_tracks() if path.is_file()][:PLOTTED_TRACKS]
    if tracks:
        sounds = [_first(read(path), PLOTTED_SECONDS) for path in tracks]
        names = _distinct([path.stem for path in tracks])
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


def _load(options: argparse.Namespace) -> TrainedModel:
    from musicvae.vae.quiet import quieten_tensorflow

    quieten_tensorflow()
    from musicvae.vae.run.loading import load

    found: TrainedModel = load(options.run_folder)
    return found


def _first(sound: Sound, seconds: float) -> Sound:
    """The beginning of a sound."""
    from musicvae.audio import Sound

    return Sound.of(sound.samples[: round(seconds * sound.sample_rate)], sound.sample_rate)


def _read_unless_seed(text: str) -> Sound | int:
    """The sound of a file, or the number where the text is one and no file has that name."""
    from musicvae.audio import read

    if text.isdecimal() and not Path(text).exists():
        return int(text)
    return read(text)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, all numbered where two are equal, so that no file overwrites another."""
    if len(set(names)) == len(names):
        return list(names)
    return [f"{number:02d}-{name}" for number, name in enumerate(names, start=1)]


def _positive(text: str) -> int:
    return _whole(text, 1)


def _at_least_two(text: str) -> int:
    return _whole(text, 2)


def _whole(text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"a whole number from {least} on, not {text!r}")
    return int(text)
