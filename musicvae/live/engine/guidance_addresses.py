"""The addresses that guide the sources that move latents by themselves: one row for each."""

from __future__ import annotations

from functools import partial

from musicvae.live.commands import readers
from musicvae.live.commands.address import Morph, Row, Target, Values, covers
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.wanted import Reader, floats
from musicvae.live.engine.controls import Controls
from musicvae.live.sources.guidance import CONTINUITY_RANGE, TEMPERATURE_RANGE

_row = partial(Row[Controls], deck=True, target=Target.CONTROLS, kept=True)


def _read_region(a: Arguments) -> Values:
    start, end = a.numbers(2, 2, 0, 1)
    if start >= end:
        raise RefusedError("wants the start before the end")
    return start, end


def _set(controls: Controls, name: str, value: object) -> None:
    setattr(controls.guidance, name, value)


def _read_shares(a: Arguments) -> Values:
    shares = a.numbers(1, 2, 0, 1)
    return shares if len(shares) == 2 else shares * 2


GUIDANCE_ADDRESSES = (
    _row(
        "/seed",
        "i",
        "Begin the walk, the memory or the prior again; the same seed goes the same way.",
        readers.whole(*readers.INT32),
        apply=lambda controls, c, _: controls.reseed(int(c.number)),
        describe=lambda controls: [("", (controls.guidance.seed,))],
        morph=Morph.SWITCH,
        restarts=True,
        replaced_by=covers,
    ),
    _row(
        "/continuity",
        "f, 0.5 to 30, in seconds",
        "How long a memory plays on from jump to jump, on average (at first 4). Where it takes "
        "turns with a prior, times its share.",
        readers.number(*CONTINUITY_RANGE, "s"),
        apply=lambda controls, c, _: _set(controls, "continuity", c.number),
        describe=lambda controls: [("", (controls.guidance.continuity,))],
        replaced_by=covers,
    ),
    _row(
        "/temperature",
        "f, 0 to 4",
        "0 takes the likeliest way, 1 (at first) is as varied as the music, more is wilder.",
        readers.number(*TEMPERATURE_RANGE),
        apply=lambda controls, c, _: _set(controls, "temperature", c.number),
        describe=lambda controls: [("", (controls.guidance.temperature,))],
        replaced_by=covers,
    ),
    _row(
        "/region",
        "f f, 0 to 1",
        "The part of a memory that is played (at first 0 1, all of it).",
        Reader(_read_region, floats(0, 1, 2)),
        apply=lambda controls, c, _: _set(controls, "region", c.numbers),
        describe=lambda controls: [("", controls.guidance.region)],
        replaced_by=covers,
    ),
    _row(
        "/variation",
        "f, 0 to 1",
        "Of the source `prior`: the share of the prior, 0 to 1 (at first); for the rest the memory "
        "plays, in turns of some seconds, each going on from the other.",
        readers.number(0, 1),
        apply=lambda controls, c, _: _set(controls, "variation", c.number),
        describe=lambda controls: [("", (controls.guidance.variation,))],
        replaced_by=covers,
    ),
    _row(
        "/lead",
        "f, 0 to 1",
        "0 (at first): set latents are added to a memory or a prior; 1: it hears them instead, and "
        "goes on from there.",
        readers.number(0, 1),
        apply=lambda controls, c, _: _set(controls, "leading", c.number),
        describe=lambda controls: [("", (controls.guidance.leading,))],
        replaced_by=covers,
    ),
    _row(
        "/adapt",
        "f, or f f, 0 to 1",
        "How far what a tape or the input plays is moved to where the music of the model lies: its "
        "mean, and how it spreads (without the second number as far). 0 (at first) leaves it; with "
        "1 jazz that `metal` plays becomes metal.",
        Reader(_read_shares, floats(0, 1, 2)),
        apply=lambda controls, c, _: _set(controls, "adapting", c.numbers),
        describe=lambda controls: [("", controls.guidance.adapting)],
        replaced_by=covers,
    ),
    _row(
        "/listen",
        "i, 0 or 1",
        "1: a memory or a prior goes on from what was just played, by hand, tape or walk; 0: from "
        "what it played itself.",
        readers.switch,
        apply=lambda controls, c, _: _set(controls, "listening", c.on),
        describe=lambda controls: [("", (int(controls.guidance.listening),))],
        morph=Morph.SWITCH,
        replaced_by=covers,
    ),
)
