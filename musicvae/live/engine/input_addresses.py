"""The addresses of the input: one row for each, applied to what the engine hears."""

from __future__ import annotations

from functools import partial

from musicvae.live.commands import readers
from musicvae.live.commands.address import Morph, Row, Target, covers
from musicvae.live.engine.engine import INPUT_MUTE, Engine
from musicvae.live.limits import GATE_RANGE, INPUT_GAIN_RANGE, MOST_HOLD_MS

_row = partial(Row[Engine], target=Target.ENGINE, replaced_by=covers)
_switch = partial(_row, morph=Morph.SWITCH, read=readers.switch)

INPUT_ADDRESSES = (
    _row(
        "/input/gain",
        "f, in dB, -96 to 36",
        "Gain of the input, for the decks and for `/input/mix`; -96 is silence.",
        readers.number(*INPUT_GAIN_RANGE, "dB"),
        apply=lambda engine, c, _: engine.hearing.set_gain(c.number),
        describe=lambda engine: [("", (engine.hearing.gain_db,))],
    ),
    _row(
        "/input/gate",
        "f, in dBFS, -120 to 0",
        "Below this level (at first -50) the decks hear silence in place of hiss; at -120 never.",
        readers.number(*GATE_RANGE, "dBFS"),
        apply=lambda engine, c, _: engine.hearing.gate.set(c.number),
        describe=lambda engine: [("", (engine.hearing.gate.dbfs,))],
    ),
    _row(
        "/input/hold",
        "f, in ms, 0 to 10000",
        "How long the gate stays open behind what was above it (at first 250).",
        readers.number(0, MOST_HOLD_MS, "ms"),
        apply=lambda engine, c, _: engine.hearing.gate.stay(c.number / 1000),
        describe=lambda engine: [("", (engine.hearing.gate.hold * 1000,))],
    ),
    _switch(
        path="/input/auto",
        arguments="i, 0 or 1",
        doc="1 (at first): the decks hear the input at the level of the training music, which a "
        "slow gain finds; 0: at its own.",
        apply=lambda engine, c, _: engine.hearing.levelling.turn(c.on),
        describe=lambda engine: [("", (int(engine.hearing.levelling.on),))],
    ),
    _switch(
        path="/input/overlap",
        arguments="i, 0 or 1",
        doc="1 (at first, with a device): several encoders hear in turns, so that each frame of "
        "the model plays a new latent step, 8 to 12 ms sooner with a ready model; four times "
        "as much is encoded; 0: one hears.",
        apply=lambda engine, c, _: setattr(engine.hearing, "overlap", c.on),
        describe=lambda engine: [("", (int(engine.hearing.overlap),))],
    ),
    _row(
        "/input/mix",
        "f, 0 to 1",
        "1 (at first) is the decks alone, 0 the input itself, at equal power between. The input is "
        "not delayed as the decks are.",
        readers.number(0, 1),
        apply=lambda engine, c, _: engine.hearing.set_mix(c.number),
        describe=lambda engine: [("", (engine.hearing.mix,))],
    ),
    INPUT_MUTE,
    _switch(
        path="/input/guard",
        arguments="i, 0 or 1",
        doc="1 (at first, with a device): an input that runs away, as feedback does, is lowered by "
        "12 dB until it is quiet for 5 s, and `/error` says so.",
        apply=lambda engine, c, _: engine.hearing.run_away.turn(c.on),
        describe=lambda engine: [("", (int(engine.hearing.run_away.on),))],
    ),
)
