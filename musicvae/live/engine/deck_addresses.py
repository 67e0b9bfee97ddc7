"""The addresses of a deck itself, such as its gain and its model: one row for each."""

from __future__ import annotations

from functools import partial

from musicvae.live.commands import readers
from musicvae.live.commands.address import Morph, Row, Target
from musicvae.live.engine.deck import Deck
from musicvae.live.engine.voice import Voice
from musicvae.live.limits import GAIN_RANGE

_row = partial(Row[Deck], deck=True, target=Target.DECK)

PLAY = _row(
    "/play",
    "i, 0 or 1",
    "1 fades in and goes on where it stopped; 0 fades out and pauses.",
    readers.switch,
    apply=lambda deck, c, _: deck.play(c.on),
    describe=lambda deck: [("", (int(deck.playing),))],
    morph=Morph.SWITCH,
)

GAIN = _row(
    "/gain",
    "f, in dB, -96 to 12",
    "Glide to this gain; -96 is silence.",
    readers.number(*GAIN_RANGE, "dB"),
    apply=lambda deck, c, _: deck.set_gain(c.number),
    describe=lambda deck: [("", (deck.gain_db,))],
    kept=True,
    order=-2,
)

MUTE = _row(
    "/mute",
    "i, 0 or 1",
    "1 is silence; the deck goes on.",
    readers.switch,
    apply=lambda deck, c, _: deck.mute(c.on),
    describe=lambda deck: [("", (int(deck.muted),))],
    kept=True,
    order=-2,
    morph=Morph.SWITCH,
)

PANIC = _row(
    "/panic",
    "ignored",
    "Fade to silence at once, stop, set all latents to 0, and leave the source; `/play 1` starts "
    "again with these latents, `/source memory` lets the memory play.",
    readers.nothing,
    apply=lambda deck, c, _: deck.panic(),
)

MODEL_LOAD = _row(
    "/model/load",
    "s",
    "Cross-fade to another model, once it is loaded; if it cannot be, nothing changes.",
    readers.word(),
    load=lambda loader, c, _, digest: loader.voice(c.text, c.deck, digest),
    apply=lambda deck, c, voice: deck.swap(voice),
    describe=lambda deck: [] if deck.voice is None else [("", (deck.voice.name,))],
    morph=Morph.SWITCH,
)

#: In the order of the documentation, where queries about the model follow them.
DECK_ADDRESSES = (GAIN, MUTE, PLAY, PANIC, MODEL_LOAD)

#: Delivers a clip that was requested and is now decoded. Only the daemon's own journal holds it.
LOOP = Row[Voice](
    "/loop",
    "i",
    "A clip decoded for this request begins to sound.",
    readers.whole(0, 2**31 - 1),
    deck=True,
    target=Target.VOICE,
    apply=lambda voice, c, loop: voice.receive(int(c.number), loop),
    by_pattern=False,
    internal=True,
)
