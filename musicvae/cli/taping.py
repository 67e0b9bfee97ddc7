"""The command ``tape``: sound to latents."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.latents.tape import Tape


def add(commands: Commands) -> None:
    """Declare ``tape``.

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
        help="a stream run, an encoder .onnx, a decoder .onnx with one, or the name of a "
        "ready model with one",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a sound file")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="tape to write, such as solo.tape"
    )
    parser.set_defaults(run=make_tape)


def make_tape(options: argparse.Namespace) -> int:
    """Run ``musicvae tape``: encode a sound file and save the tape.

    Raises:
        MusicVAEError: the sound or the model cannot be read, the model is not a stream, or the tape
            would replace one of them.
    """
    from musicvae.audio import read_as
    from musicvae.cli.results import print_notes, shown
    from musicvae.latents.tape import ENDINGS
    from musicvae.models import encoder_named, locate
    from musicvae.paths import expand, output_file
    from musicvae.soundfiles.opening import check_encodable_file, check_readable

    file = expand(options.file)
    out = output_file(options.out, ENDINGS, [expand(options.model), file])
    check_readable(file)  # before the model, so that a bad file is refused at once
    encoder = encoder_named(options.model)
    model = locate(encoder, "encoder").path
    trained: Any
    if model.is_dir():
        from musicvae.vae.run.loading import load

        trained = load(model)
        wanted = trained.recipe
    else:
        from musicvae.runtime.encoder import Encoder

        trained = Encoder(encoder)
        wanted = trained.info
    # Each model makes its own channels of several, but all make one in the same way.
    channels = 1 if wanted.channels == 1 else None
    sound, notes = read_as(file, wanted.sample_rate, channels)
    check_encodable_file(file, sound.samples)
    tape: Tape = trained.tape(sound, source=file.name)
    print_notes(file, notes)
    tape.save(out)
    size = out.stat().st_size
    print(f"wrote {shown(out)}: {tape.seconds:.2f} s, {tape.steps} steps, {size / 1000:.1f} kB")
    return 0
