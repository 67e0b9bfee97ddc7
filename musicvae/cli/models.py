"""The command ``models``: lists ready models, shows cards, downloads from an index."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from musicvae.cli import measuring, sharing
from musicvae.cli.options import Commands

if TYPE_CHECKING:
    from musicvae.models.index import Offer
    from musicvae.models.listing import Listed

HEADINGS = ("model", "kind", "Hz", "channels", "D", "MB", "licence", "from", "how good")
_INDEX = "a JSON file, or its https:// address, that offers models; there is none by default"


def add(commands: Commands) -> None:
    """Declare ``models`` with ``card``, ``fetch``, ``measure`` and ``share``.

    Args:
        commands: the result of ``ArgumentParser.add_subparsers()``.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        "models",
        help="list the ready models, which are played by name",
        description="List the ready models: those that plug-ins bring, and the .onnx files in your "
        "own folder ($MUSICVAE_MODELS). Each can be played by its name.",
    )
    parser.set_defaults(run=list_models, prints_only=True)
    parser.add_argument("--json", action="store_true", help="print JSON for other programs")
    parser.add_argument("--index", metavar="PLACE", help=f"list instead what this offers: {_INDEX}")
    inner = parser.add_subparsers(title="commands", metavar="COMMAND")
    card: argparse.ArgumentParser = inner.add_parser(
        "card",
        help="print the card of a model",
        description="Print the card of a model: what it was trained on, how good it is, what each "
        "latent moves, its limits and licence.",
    )
    card.add_argument("name", metavar="NAME", help="a ready model")
    card.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the card as JSON"
    )
    card.set_defaults(run=show_card)
    fetch: argparse.ArgumentParser = inner.add_parser(
        "fetch",
        help="download a model into your own folder",
        description="Download a model that an index offers into your own folder. A file gets its "
        "name once size, SHA-256, kind and licence are those of the index. Nothing is replaced.",
    )
    fetch.add_argument("name", metavar="NAME", help="a model of the index")
    fetch.add_argument("--index", metavar="PLACE", default=argparse.SUPPRESS, help=_INDEX)
    fetch.set_defaults(run=fetch_model, prints_only=False)
    measuring.add(inner)
    sharing.add(inner)


def list_models(options: argparse.Namespace) -> None:
    """Print every ready model, a broken one with the reason; or what an index offers.

    Raises:
        MusicVAEError: the index cannot be read.
    """
    from musicvae.cli.information import print_json
    from musicvae.cli.table import print_table
    from musicvae.models.listing import listed

    if options.index is not None:
        _list_offers(options)
        return
    rows = list(listed())
    if options.json:
        print_json([_values(row) for row in rows])
    elif rows:
        print_table(HEADINGS, [_row(row) for row in rows])
    else:
        from musicvae.models import READY_MODELS, models_folder

        print(
            "No ready model is installed.\n"
            f"Hint: {READY_MODELS.hint}, or put .onnx files into {models_folder()}"
        )


def _list_offers(options: argparse.Namespace) -> None:
    import dataclasses

    from musicvae.cli.information import print_json
    from musicvae.cli.table import print_table
    from musicvae.models.index import Index

    offers = Index.read(options.index).offers
    if options.json:
        print_json([dataclasses.asdict(offer) for offer in offers.values()])
    elif offers:
        headings = ("model", "kind", "genre", "MB", "licence", "encoder", "summary")
        print_table(headings, [_offer_row(offer) for offer in offers.values()])
    else:
        print("The index offers no model.")


def show_card(options: argparse.Namespace) -> None:
    """Print the card of a model.

    Raises:
        MusicVAEError: there is no such model, or it has no card that fits it.
    """
    from musicvae.cli.information import print_json
    from musicvae.models.card_text import markdown
    from musicvae.models.listing import card_of

    card = card_of(options.name)
    if options.json:
        print_json(json.loads(card.to_json()))
    else:
        print(markdown(card), end="")


def fetch_model(options: argparse.Namespace) -> None:
    """Download a model of an index.

    Raises:
        MusicVAEError: no index was named, it has no such model, or what was received is not what
            it says.
    """
    from musicvae.cli.results import shown
    from musicvae.errors import SettingError
    from musicvae.models.fetching import fetch
    from musicvae.models.index import Index

    if options.index is None:
        raise SettingError(
            "there is no index of models by default",
            expected=f"musicvae models fetch {options.name} --index PLACE",
            hint="whoever publishes models says where their index is",
        )
    for file, new in fetch(options.name, Index.read(options.index)):
        size = f"{file.stat().st_size / 1e6:.2f} MB"
        print(f"{'fetched' if new else 'there already:'} {shown(file)}, {size}")
    print(f"play it: musicvae live {options.name}")


def _values(row: Listed) -> dict[str, object]:
    values: dict[str, object] = {"name": row.name, "from": list(row.sources)}
    if row.info is not None and row.model is not None:
        info = row.info
        encoder = None if row.model.encoder is None else str(row.model.encoder)
        values |= {
            "kind": info.kind,
            "genre": info.genre,
            "sample_rate": info.sample_rate,
            "channels": info.channels,
            "latent_dim": info.latent_dim,
            "latent_space": info.latent_space,
            "licence": info.licence,
            "bytes": row.size,
            "file": str(row.model.artifact),
            "encoder": encoder,
            "memory": _memory(row),
            "prior": None if row.model.prior is None else str(row.model.prior),
            "card": None if row.card is None else json.loads(row.card.to_json()),
        }
    return {**values, "problem": row.problem}


def _memory(row: Listed) -> dict[str, object] | None:
    import dataclasses

    if row.memory is None or row.model is None:
        return None
    return {"file": str(row.model.memory), **dataclasses.asdict(row.memory)}


def _row(row: Listed) -> tuple[str, ...]:
    from musicvae.text import printable

    source = ", ".join(row.sources)
    if row.info is None or row.model is None or row.problem is not None:
        reason = " ".join(str(row.problem).split())
        cells = (row.name, *("",) * 6, source, f"BROKEN: {reason}")
    else:
        info = row.info
        parts = [info.kind, "encoder" if row.model.encoder else "", "memory" if row.memory else ""]
        parts.append("prior" if row.model.prior else "")
        kind = ", ".join(filter(None, parts))
        sizes = (str(info.sample_rate), str(info.channels), str(info.latent_dim))
        cells = (row.name, kind, *sizes, f"{row.size / 1e6:.2f}", info.licence, source, _good(row))
    return tuple(map(printable, cells))


def _good(row: Listed) -> str:
    """How close reconstructions of unheard tracks are, from the card."""
    if row.card is None or row.card.figures is None:
        return "not measured" if row.info and row.info.kind == "stream" else ""
    figures = row.card.figures
    return (
        f"onsets {figures.onsets:.3f}, log-mel {figures.log_mel:.3f}, level {figures.level:+.1f} dB"
    )


def _offer_row(offer: Offer) -> tuple[str, ...]:
    from musicvae.text import printable

    megabytes = f"{offer.artifact.bytes / 1e6:.2f}"
    cells = (offer.name, offer.kind, offer.genre, megabytes, offer.licence)
    return tuple(map(printable, (*cells, offer.encoder, offer.summary)))
