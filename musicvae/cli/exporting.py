"""The command ``export``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.artifact import ArtifactInfo


def add(commands: Commands) -> None:
    """Declare ``export``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser = commands.add_parser(
        "export",
        help="export a run's decoder to ONNX",
        description="Convert the decoder of a run to one ONNX file, compare it with TensorFlow on "
        "random and real latents, and write the file only if they agree to 1e-5 of full scale. A "
        "stream must also sound the same in blocks of any length. With --int8 also round the "
        "exported decoder of a stream, without its run and without TensorFlow.",
    )
    parser.add_argument(
        "run_folder",
        metavar="RUN",
        help="folder of `musicvae train --out` or `musicvae prior --out`; with --int8 also the "
        ".onnx of a decoder, or the name of a ready model",
    )
    parser.add_argument("-o", "--out", required=True, help="file to write, such as jazz.onnx")
    parser.add_argument("--licence", help="licence of the artifact (default: that of the run)")
    weights = parser.add_mutually_exclusive_group()
    weights.add_argument(
        "--half", action="store_true", help="store weights as float16: half the size"
    )
    weights.add_argument(
        "--int8",
        action="store_true",
        help="weights of 8 bits: a third of the size and faster, with a little noise that is "
        "measured; streams and priors only (a prior is a quarter of the size, and no faster)",
    )
    parser.add_argument(
        "--encoder",
        action="store_true",
        help="export the encoder (sound to latents) instead; streams only",
    )
    parser.add_argument(
        "--tape",
        metavar="FILE",
        help="to round an .onnx: music that it plays, as `musicvae tape` makes it (default: the "
        "memory beside it)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run ``musicvae export``.

    Raises:
        MusicVAEError: the run cannot be read, or the decoder not be exported.
    """
    from musicvae.artifact.text import differences, likeness
    from musicvae.cli.results import shown
    from musicvae.exporting import export
    from musicvae.paths import expand
    from musicvae.text import printable

    out = expand(options.out)
    info = export(
        options.run_folder,
        out,
        licence=options.licence,
        half=options.half,
        encoder=options.encoder,
        int8=options.int8,
        tape=options.tape,
    )
    megabytes = out.stat().st_size / 1e6
    print(f"wrote {shown(out)}: {printable(info.genre)}, {_what(info)}, {megabytes:.1f} MB")
    print(f"largest differences: {differences(info)}")
    if changed := likeness(info):
        print(f"weights of 8 bits: {changed}")
    if info.kind == "encoder":
        print(f"latent space {info.latent_space}, {info.latent_rate:.1f} latents a second")
    elif info.kind == "prior":
        print(f"new music with it: musicvae play MODEL --prior {shown(out)} --seed 7 -o new.wav")
    elif info.kind == "stream":
        print(f"play a tape with it: musicvae play {shown(out)} NAME.tape -o NAME.wav")
    else:
        print(f"play it: musicvae live {shown(out)}")
    return 0


def _what(info: ArtifactInfo) -> str:
    """The kind of an artifact and its sizes."""
    if info.kind == "clip":
        return f"{info.latent_dim} latents, {info.seconds:.2f} s"
    if info.kind == "stream":
        return f"{info.latent_dim} latents, a stream of {info.hop} samples a frame"
    if info.prior is not None:
        return f"a prior, {info.latent_dim} latents, {info.prior.noise} numbers of noise a step"
    return f"an encoder, {info.latent_dim} latents every {info.hop} samples"
