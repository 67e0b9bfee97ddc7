"""What the engine answers between two blocks, on the thread that renders."""

from __future__ import annotations

from musicvae.live.commands.command import DECKS, Command
from musicvae.live.commands.messages import Message
from musicvae.live.engine.engine import Engine


def get(engine: Engine, command: Command) -> list[Message]:
    """The values behind an address, as ``/get.reply ADDRESS value …``.

    ``/latent/3``, ``/latent/norm/3`` and ``/chan4`` are not stored as such: ask for ``/latent``.
    """
    asked = str(command.values[0])
    path, deck = asked, DECKS[0]
    if asked.startswith("/deck/"):
        deck, _, rest = asked.removeprefix("/deck/").partition("/")
        path = f"/{rest}"
    if deck not in engine.decks:
        return [["/fail", "/get", f"no such deck; there are {', '.join(DECKS)}"]]
    if path == "/crossfade":
        return [["/get.reply", asked, engine.position]]
    state: list[Message] = [
        *engine.decks[deck].describe(),
        ["/play", int(engine.decks[deck].playing)],
    ]
    voice = engine.decks[deck].voice
    if voice is not None:
        controls = voice.controls
        state += [["/freeze", int(controls.frozen)], ["/hold", int(controls.holding)]]
        state += [["/model/load", voice.name]]
    number = path.removeprefix("/latent/")
    for address, *values in state:
        if address == path:
            return [["/get.reply", asked, *values]]
        if address == "/latent" and number.isdecimal() and int(number) < len(values):
            return [["/get.reply", asked, values[int(number)]]]
    return [["/fail", "/get", f"{asked} holds no value"]]


def model_info(engine: Engine, command: Command) -> list[Message]:
    """What a deck plays, as ``/model/info.reply DECK name value …``."""
    voice = engine.decks[command.deck].voice
    if voice is None:
        return [["/fail", command.address, "no model plays on this deck"]]
    info = voice.controls.info
    facts = {
        "model": voice.name,
        "kind": info.kind,
        "genre": info.genre,
        "latents": info.latent_dim,
        "rate": info.sample_rate,
        "channels": info.channels,
        "hop": info.hop,
        "latency_ms": voice.latency * 1000,
        "latent_space": info.latent_space,
        "attributes": " ".join(attribute.name for attribute in info.attributes),
        "licence": info.licence,
    }
    pairs = [value for pair in facts.items() for value in pair]
    return [["/model/info.reply", command.deck, *pairs]]
