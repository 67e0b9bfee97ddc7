"""``musicvae export``."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "export",
        help="export a run's decoder to ONNX",
        description="Convert the decoder of a run to one ONNX file, compare it with TensorFlow on "
        "random and real latents, and write the file only if they agree to 1e-5 of full scale.",
    )
    parser.add_argument("run_folder", metavar="RUN", help="what `musicvae train --out` made")
    parser.add_argument("--out", required=True, help="the file, such as jazz.onnx")
    parser.add_argument("--licence", help="of the artifact; default the run's own")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Export."""
    from musicvae.vae.hush import quieten_tensorflow

    quieten_tensorflow()
    from musicvae.exporting import export

    info = export(options.run_folder, options.out, licence=options.licence)
    differences = ", ".join(f"{name} {value:.1e}" for name, value in info.parity.items())
    print(f"wrote {options.out}: {info.genre}, {info.latent_dim} latents, {info.seconds:.2f} s")
    print(f"largest difference to TensorFlow (of full scale): {differences}")
    print(f"play it: musicvae live {options.out}")
    return 0
