"""The commands ``tape``, sound to latents, and ``play``, latents to sound: a tape's or a walk's."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.audio import Sound
    from musicvae.latents.tape import Tape


def add(commands: Commands) -> None:
    """Declare ``tape`` and ``play``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "tape",
        help="encode a sound into a small sequence of latents",
        description="Encode a sound with a stream run, or with its exported encoder (which needs "
        "no TensorFlow), into a tape: a small file that can be looped, stretched and bent.",
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a stream run, an encoder .onnx, or the name of a ready model with an encoder",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a sound file")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="tape to write, such as solo.tape"
    )
    parser.set_defaults(run=make_tape)
    parser = commands.add_parser(
        "play",
        help="let a model play into a sound file, by itself or from a tape",
        description="Decode a tape with a stream artifact, or without a tape a random walk through "
        "the model's latents. Needs no TensorFlow.",
    )
    parser.add_argument(
        "artifact", metavar="MODEL", help="a stream .onnx, or the name of a ready model"
    )
    parser.add_argument(
        "tape", metavar="TAPE", nargs="?", help="a tape, from `musicvae tape` (default: a walk)"
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="a sound file to write")
    parser.add_argument(
        "--seconds", type=float, help="length of a walk (default: 10); a tape has its own"
    )
    parser.add_argument("--seed", type=int, help="of a walk: equal seeds give equal sounds")
    parser.add_argument(
        "--prior", metavar="FILE", help="let this learned prior lead, instead of a walk"
    )
    parser.add_argument(
        "--temperature", type=float, help="of a prior: 0 to 4; 1 is as in the music (default: 1)"
    )
    parser.add_argument("--genre", help="of a prior that knows several (default: the model's)")
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="ask a prior for this much, in standard deviations, such as brightness=1.5",
    )
    parser.set_defaults(run=play)


def make_tape(options: argparse.Namespace) -> int:
    """Run ``musicvae tape``: encode a sound file and save the tape.

    Raises:
        MusicVAEError: the sound or the model cannot be read, the model is not a stream, or the tape
            would replace one of them.
    """
    from musicvae.audio import check_readable, read_as
    from musicvae.cli.results import print_notes, shown
    from musicvae.latents.tape import ENDINGS
    from musicvae.models import locate
    from musicvae.paths import expand, output_file

    file = expand(options.file)
    out = output_file(options.out, ENDINGS, [expand(options.model), file])
    check_readable(file)  # before the model, so that a bad file is refused at once
    model = locate(options.model, "encoder").path
    trained: Any
    if model.is_dir():
        from musicvae.vae.quiet import quieten_tensorflow

        quieten_tensorflow()
        from musicvae.vae.run.loading import load

        trained = load(model)
        wanted = trained.recipe
    else:
        from musicvae.runtime.encoder import Encoder

        trained = Encoder(options.model)
        wanted = trained.info
    # Each model makes its own channels of several, but all make one in the same way.
    channels = 1 if wanted.channels == 1 else None
    sound, notes = read_as(file, wanted.sample_rate, channels)
    tape: Tape = trained.tape(sound, source=file.name)
    print_notes(file, notes)
    tape.save(out)
    size = out.stat().st_size
    print(f"wrote {shown(out)}: {tape.seconds:.2f} s, {tape.steps} steps, {size / 1000:.1f} kB")
    return 0


def play(options: argparse.Namespace) -> int:
    """Run ``musicvae play``: decode a tape or a walk, and write the sound.

    Raises:
        MusicVAEError: the tape or the model cannot be read, they do not fit together, an option has
            no use with a tape, or the sound would replace what it is made from.
    """
    from musicvae.audio import WRITABLE
    from musicvae.cli.results import shown
    from musicvae.errors import SettingError
    from musicvae.paths import expand, output_file
    from musicvae.text import printable

    tape = options.tape
    if tape is not None and (options.seconds, options.seed, options.prior) != (None, None, None):
        raise SettingError(
            "a tape has its own length and no seed",
            hint="leave out --seconds, --seed and --prior",
        )
    artifact = expand(options.artifact)
    out = output_file(options.out, WRITABLE, [artifact] if tape is None else [artifact, tape])
    asked = (options.temperature, options.genre, options.attribute)
    if options.prior is None and asked != (None, None, []):
        raise SettingError(
            "only a prior has a temperature, a genre and attributes", hint="add --prior FILE"
        )
    if tape is None:
        sound, genre = _alone(options), options.artifact
    else:
        sound, genre = _decoded(options.artifact, tape)
    sound.write(out)
    print(f"wrote {shown(out)}: {sound.seconds:.2f} s of {printable(genre)}")
    return 0


def _alone(options: argparse.Namespace) -> Sound:
    """The sound of a model that moves by itself: by a prior, or at random.

    Raises:
        MusicVAEError: a model cannot be used, or an option has a value that cannot work.
    """
    from musicvae.runtime.playing import play, play_prior

    seconds = 10.0 if options.seconds is None else options.seconds
    if options.prior is None:
        return play(options.artifact, seconds, options.seed)
    return play_prior(
        options.artifact,
        options.prior,
        seconds,
        options.seed or 0,
        1.0 if options.temperature is None else options.temperature,
        options.genre,
        dict(map(_asked, options.attribute)),
    )


def _asked(text: str) -> tuple[str, float]:
    """An attribute and how much of it.

    Raises:
        SettingError: it is not NAME=NUMBER.
    """
    from musicvae.errors import SettingError

    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise SettingError(
            "--attribute takes a name and a number", expected="NAME=VALUE", received=text
        ) from None


def _decoded(model: str, tape: str) -> tuple[Sound, str]:
    """The sound of a tape, and the genre of the model that played it."""
    from musicvae.audio import Sound
    from musicvae.latents.tape import Tape
    from musicvae.runtime.stream_decoder import StreamDecoder

    loaded = Tape.load(tape)  # before the model, so that a bad file is refused at once
    decoder = StreamDecoder(model)
    return Sound(decoder.play(loaded), decoder.info.sample_rate), decoder.info.genre
