"""The commands on tapes: ``tape`` makes one from a sound, ``play`` makes a sound from one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.cli.options import Commands

if TYPE_CHECKING:
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
    parser.add_argument("model", metavar="RUN", type=Path, help="a stream run, or an encoder .onnx")
    parser.add_argument("file", metavar="FILE", type=Path, help="a sound file")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="tape to write, such as solo.tape"
    )
    parser.set_defaults(run=make_tape)
    parser = commands.add_parser(
        "play",
        help="decode a tape with an artifact into a sound file",
        description="Decode a tape with a stream artifact. Needs no TensorFlow.",
    )
    parser.add_argument("artifact", metavar="ARTIFACT", type=Path, help="a stream .onnx")
    parser.add_argument("tape", metavar="TAPE", type=Path, help="a tape, from `musicvae tape`")
    parser.add_argument("-o", "--out", type=Path, required=True, help="a sound file to write")
    parser.set_defaults(run=play_tape)


def make_tape(options: argparse.Namespace) -> int:
    """Run ``musicvae tape``: encode a sound file and save the tape.

    Raises:
        MusicVAEError: the sound or the model cannot be read, the model is not a stream, or the tape
            would replace one of them.
    """
    from musicvae.audio import check_readable, read_as
    from musicvae.cli.results import print_notes, shown
    from musicvae.latents.tape import ENDINGS
    from musicvae.paths import expand, output_file

    model, file = expand(options.model), expand(options.file)
    out = output_file(options.out, ENDINGS, [model, file])
    check_readable(file)  # before the model, so that a bad file is refused at once
    trained: Any
    if model.is_dir():
        from musicvae.vae.quiet import quieten_tensorflow

        quieten_tensorflow()
        from musicvae.vae.run.loading import load

        trained = load(model)
        wanted = trained.recipe
    else:
        from musicvae.runtime.encoder import Encoder

        trained = Encoder(model)
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


def play_tape(options: argparse.Namespace) -> int:
    """Run ``musicvae play``: decode a tape and write the sound.

    Raises:
        MusicVAEError: the tape or the artifact cannot be read, they do not fit together, or the
            sound would replace one of them.
    """
    from musicvae.audio import WRITABLE, Sound
    from musicvae.cli.results import shown
    from musicvae.latents.tape import Tape
    from musicvae.paths import expand, output_file
    from musicvae.runtime.stream_decoder import StreamDecoder
    from musicvae.text import printable

    artifact, source = expand(options.artifact), expand(options.tape)
    out = output_file(options.out, WRITABLE, [artifact, source])
    tape = Tape.load(source)
    decoder = StreamDecoder(artifact)
    sound = Sound(decoder.play(tape), decoder.info.sample_rate)
    sound.write(out)
    print(f"wrote {shown(out)}: {sound.seconds:.2f} s of {printable(decoder.info.genre)}")
    return 0
