"""The command ``transform``: a sound as a model plays it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands
from musicvae.live.limits import GATE_DBFS, HOLD_MS

if TYPE_CHECKING:
    from musicvae.audio import Samples
    from musicvae.soundfiles.reader import Reader


def add(commands: Commands) -> None:
    """Declare ``transform``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "transform",
        help="let a model play a sound: a voice, a guitar, a drum",
        description="Encode a sound file and decode it with a model, as `musicvae live --input` "
        "does: in the same way to the bit, and faster. The result is aligned with the sound. Needs "
        "no TensorFlow.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="the name of a ready model, or a stream .onnx"
    )
    parser.add_argument("file", metavar="FILE", help="a sound file of any length")
    parser.add_argument("-o", "--out", type=Path, required=True, help="a sound file to write")
    parser.add_argument(
        "--gain", type=float, default=0.0, metavar="DB", help="of the sound (default: 0)"
    )
    parser.add_argument(
        "--gate",
        type=float,
        default=GATE_DBFS,
        metavar="DBFS",
        help="silence is heard below this level; -120 lets all through (default: %(default)g)",
    )
    parser.add_argument(
        "--hold",
        type=float,
        default=HOLD_MS,
        metavar="MS",
        help="how long the gate stays open (default: %(default)g)",
    )
    parser.add_argument(
        "--no-auto",
        action="store_false",
        dest="auto",
        help="do not bring the sound to the level of the training music",
    )
    parser.add_argument(
        "--mix",
        type=float,
        default=1.0,
        help="1 is the model alone, 0 the sound itself (default: 1)",
    )
    parser.add_argument(
        "--gravity",
        type=float,
        default=0.0,
        help="how far what is heard is drawn to what is like it in the memory of the model, 0 to 1 "
        "(default: 0)",
    )
    parser.add_argument(
        "--adapt",
        type=float,
        default=0.0,
        help="how far what is heard is moved to where the music of the model lies, 0 to 1: with 1 "
        "jazz becomes metal (default: 0)",
    )
    parser.add_argument(
        "--overlap",
        action="store_true",
        help="let several encoders hear in turns, as live with a device",
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of all latents (default: 1)")
    parser.add_argument("--bias", type=float, default=0.0, help="of all latents (default: 0)")
    parser.add_argument(
        "--attribute",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="raise an attribute by so many standard deviations, such as brightness=1.5",
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(run=transform)


def transform(options: argparse.Namespace) -> int:
    """Run ``musicvae transform``, in bounded memory.

    Raises:
        MusicVAEError: a file cannot be read or written, or has samples of which silence would be
            made; the model cannot be played or has no encoder; or a setting cannot be used.
    """
    from musicvae.audio import WRITABLE
    from musicvae.cli.progress import bar
    from musicvae.cli.results import print_notes, shown
    from musicvae.cli.sounding import asked
    from musicvae.files import replacing
    from musicvae.live.transforming import Transformation, Transformer
    from musicvae.paths import expand, output_file
    from musicvae.soundfiles.opening import check_audible
    from musicvae.soundfiles.reader import Reader
    from musicvae.soundfiles.writer import Writer

    file = expand(options.file)
    out = output_file(options.out, WRITABLE, [expand(options.model), file])
    check_audible(file)  # before the model, so that a bad file is refused at once
    names = ("gain", "gate", "hold", "auto", "mix", "scale", "bias", "gravity", "adapt", "overlap")
    settings = {name: getattr(options, name) for name in names}
    attributes = dict(map(asked, options.attribute))
    transformer = Transformer(options.model, Transformation(**settings, attributes=attributes))
    reader, rate = Reader(file), transformer.sample_rate
    frames = None if reader.frames is None else round(reader.frames * rate / reader.rate)
    show, form = bar(rate, options.quiet), WRITABLE[out.suffix.lower()]
    with (
        replacing(out) as temporary,
        Writer(temporary, rate, transformer.channels, form, name=out.name) as writer,
    ):
        for block in transformer.blocks(_heard(file, reader, rate)):
            writer.write(block)
            show(writer.frames, frames)
    print_notes(file, reader.notes)
    if not options.quiet:
        print(f"\rwrote {shown(out)}: {writer.frames / rate:.2f} s")
    return 0


def _heard(file: Path, reader: Reader, rate: int) -> Iterator[Samples]:
    """The sound of a file in blocks at a rate in Hz; what is wrong with it is told with its name.

    Yields:
        float32, shape (sample frames, channels of the file).
    """
    from musicvae.live.usable import usable
    from musicvae.soundfiles.conversion import resampled
    from musicvae.soundfiles.opening import about_sound

    with about_sound(file):
        yield from resampled(usable(reader.blocks(), reader.rate), reader.rate, rate)
