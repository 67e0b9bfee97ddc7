"""The command ``page``: writes an instrument that plays in a browser, as a static folder."""

from __future__ import annotations

import argparse

from musicvae.cli.options import Commands

#: Megabytes from which on a page takes long to open over a telephone.
_LARGE = 20.0


def add(commands: Commands) -> None:
    """Declare ``page``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        "page",
        help="write a web page that plays models by itself, to send as a link",
        description="Write a static folder in which any current browser plays models, without a "
        "server and without an installation. Put it on any host of static files.",
    )
    parser.add_argument("models", metavar="MODEL", nargs="+", help="a ready model, or a .onnx file")
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        metavar="FOLDER",
        help="the folder; one that this command wrote is replaced",
    )
    parser.add_argument(
        "--runtime",
        metavar="PLACE",
        help="another onnxruntime-web: the folder of the npm package, or what `npm pack` made",
    )
    parser.set_defaults(run=write_page)


def write_page(options: argparse.Namespace) -> None:
    """Run ``musicvae page``.

    Raises:
        MusicVAEError: a model cannot be played on a page, or the folder not be written.
    """
    from musicvae.cli.results import shown
    from musicvae.instrument.writing import write_instrument

    written = write_instrument(options.models, options.out, options.runtime)
    sizes = {name: size / 1e6 for name, size in written.sizes.items()}
    for name, size in sizes.items():
        version = f" {written.runtime}" if name == "onnxruntime-web" else ""
        print(f"{size:6.2f} MB  {name}{version}")
    total = sum(sizes.values())
    print(f"{total:6.2f} MB  in all: {shown(written.folder)}")
    if total > _LARGE:
        print(f"It is large for a telephone: fewer models make it less than {_LARGE:g} MB.")
    print(f"try it: python -m http.server -d {shown(written.folder)} 8000, http://localhost:8000")
