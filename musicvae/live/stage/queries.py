"""Queries that the rendering thread answers between two blocks: ``/get``, decks, models, input."""

from __future__ import annotations

from musicvae.live.commands import readers
from musicvae.live.commands.address import Address, Command
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import split_deck, unknown_deck
from musicvae.live.engine.describing import value_of
from musicvae.live.fades import decibels
from musicvae.live.stage.engine_handle import EngineHandle

#: Latents of one reply each at most: all that a stream can have.
_MOST_LATENTS = 256


def get(handle: EngineHandle, command: Command) -> list[StoredMessage]:
    """The present values of an address, as ``/get.reply ADDRESS value …``.

    Addresses that only set another one, such as ``/latent/norm/3`` or ``/chan4``, have no values:
    ask for ``/latent/3``.
    """
    asked = command.text
    deck, address = split_deck(asked)
    if deck not in handle.engine.decks:
        return [["/fail", "/get", unknown_deck(handle.engine.decks)]]
    message = value_of(handle.engine, deck, address, handle.table)
    if message is None:
        return [["/fail", "/get", f"{asked} holds no value"]]
    return [["/get.reply", asked, *message[1:]]]


def decks(handle: EngineHandle, command: Command) -> list[StoredMessage]:
    """Every deck, as ``/decks.reply DECK model latents playing gain muted source``."""
    replies: list[StoredMessage] = []
    for name, deck in handle.engine.decks.items():
        voice = deck.voice
        replies.append(
            [
                *("/decks.reply", name, "" if voice is None else voice.name),
                *(deck.shape.latent_dim, int(deck.playing), deck.gain_db, int(deck.muted)),
                "" if voice is None else voice.controls.active_source,
            ]
        )
    return [*replies, ["/done", "/decks", len(replies)]]


def model_info(handle: EngineHandle, command: Command) -> list[StoredMessage]:
    """Facts about the model of a deck, as ``/model/info.reply DECK name value …``."""
    voice = handle.deck(command.deck).voice
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


def model_latents(handle: EngineHandle, command: Command) -> list[StoredMessage]:
    """What each latent of a deck's model does: ``/model/latents.reply DECK i share effect …``."""
    voice = handle.deck(command.deck).voice
    if voice is None:
        return [["/fail", command.address, "no model plays on this deck"]]
    replies: list[StoredMessage] = [
        [
            *("/model/latents.reply", command.deck, index),
            *(latent.explained_variance, latent.effect, latent.name, latent.low, latent.high),
        ]
        for index, latent in enumerate(voice.controls.info.latents[:_MOST_LATENTS])
    ]
    return [*replies, ["/done", command.address, len(replies)]]


def input_level(handle: EngineHandle, command: Command) -> list[StoredMessage]:
    """The level of the input, as ``/input/level.reply dBFS dB open``."""
    hearing = handle.engine.hearing
    levels = decibels(hearing.level), decibels(hearing.levelling.gain)
    return [["/input/level.reply", *levels, int(hearing.gate.open)]]


GET = Address(
    "/get",
    "s",
    "Answers `/get.reply` with the values that this address was last sent.",
    readers.word(),
    query=get,
)
DECK_LIST = Address(
    "/decks",
    "ignored",
    "Answers `/decks.reply` for each deck, then `/done`.",
    readers.nothing,
    query=decks,
)
MODEL_INFO = Address(
    "/model/info",
    "ignored",
    "Answers `/model/info.reply` for the deck.",
    readers.nothing,
    deck=True,
    query=model_info,
)
MODEL_LATENTS = Address(
    "/model/latents",
    "ignored",
    "Answers `/model/latents.reply` for each latent of the deck, then `/done`.",
    readers.nothing,
    deck=True,
    query=model_latents,
)
INPUT_LEVEL = Address(
    "/input/level",
    "ignored",
    "Answers `/input/level.reply`.",
    readers.nothing,
    query=input_level,
)
