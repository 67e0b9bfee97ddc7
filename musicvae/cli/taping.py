"""The commands ``tape``, sound to latents, and ``play``, latents to sound."""

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
        description="Decode a tape with a stream artifact; or without a tape a random walk through "
        "the model's latents, or an improvisation over its memory. Needs no TensorFlow.",
    )
    parser.add_argument(
        "artifact", metavar="MODEL", help="a stream .onnx, or the name of a ready model"
    )
    parser.add_argument(
        "tape", metavar="TAPE", nargs="?", help="a tape, from `musicvae tape` (default: a walk)"
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="a sound file to write")
    parser.add_argument(
        "--source",
        choices=("walk", "memory"),
        help="without a tape, what moves the latents: a random walk (default), or an improvisation "
        "over the model's memory",
    )
    parser.add_argument(
        "--memory", metavar="FILE", help="a memory of its own, in place of the model's"
    )
    parser.add_argument(
        "--continuity", type=float, help="seconds from jump to jump in a memory (default: 4)"
    )
    parser.add_argument(
        "--temperature", type=float, help="0 takes the likeliest way through a memory (default: 1)"
    )
    parser.add_argument("--seconds", type=float, help="length (default: 10); a tape has its own")
    parser.add_argument("--seed", type=int, help="equal seeds give equal sounds")
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
    if tape is not None and (options.seconds, options.seed) != (None, None):
        raise SettingError(
            "a tape has its own length and no seed", hint="leave out --seconds and --seed"
        )
    wishes = {"continuity": options.continuity, "temperature": options.temperature}
    wishes = {name: value for name, value in wishes.items() if value is not None}
    source = options.source or ("memory" if options.memory else "walk")
    if (tape is not None or source == "walk") and (options.memory or wishes):
        raise SettingError("there is no memory to play from", hint="--source memory")
    if tape is not None and options.source is not None:
        raise SettingError("a tape is what is played", hint="leave out --source, or the tape")
    artifact = expand(options.artifact)
    out = output_file(options.out, WRITABLE, [artifact] if tape is None else [artifact, tape])
    if tape is None:
        from musicvae.runtime.improvising import improvise
        from musicvae.runtime.playing import play

        seconds = 10.0 if options.seconds is None else options.seconds
        if source == "memory":
            sound = improvise(
                options.artifact, seconds, options.seed, memory=options.memory, **wishes
            )
        else:
            sound = play(options.artifact, seconds, options.seed)
        genre = options.artifact
    else:
        sound, genre = _decoded(options.artifact, tape)
    sound.write(out)
    print(f"wrote {shown(out)}: {sound.seconds:.2f} s of {printable(genre)}")
    return 0


def _decoded(model: str, tape: str) -> tuple[Sound, str]:
    """The sound of a tape, and the genre of the model that played it."""
    from musicvae.audio import Sound
    from musicvae.latents.tape import Tape
    from musicvae.runtime.stream_decoder import StreamDecoder

    loaded = Tape.load(tape)  # before the model, so that a bad file is refused at once
    decoder = StreamDecoder(model)
    return Sound(decoder.play(loaded), decoder.info.sample_rate), decoder.info.genre
