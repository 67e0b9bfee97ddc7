"""Addresses for a deck: its latents, where they come from, and how loud it is."""

from __future__ import annotations

from functools import partial

from musicvae.live.commands.address import Address, Read, nothing
from musicvae.live.commands.arguments import Arguments, RefusedError, as_whole

GAIN_RANGE = (-96.0, 12.0)
#: Standardised latents lie within a few units of 0; far beyond, decoders overflow.
LATENT_RANGE = (-1000.0, 1000.0)
MAX_GLIDE_MS = 600_000.0
SEED_RANGE = (-(2**31), 2**31 - 1)
#: Numbers of one trajectory.
MAX_TRAJECTORY = 4095

_deck = partial(Address, deck=True)


def _number(low: float, high: float) -> Read:
    return lambda a: (a.number(low, high),)


def _switch(a: Arguments) -> tuple[int]:
    return (a.switch(),)


def _word(*expected: str) -> Read:
    return lambda a: (a.word(*expected),)


def _latents(low: float, high: float) -> Read:
    return lambda a: a.latents(low, high)


def _from(a: Arguments) -> tuple[float | int, ...]:
    if len(a.values) < 2:
        raise RefusedError("wants the number of the first latent, and at least one value")
    first = Arguments(a.values[:1]).whole(0, max(0, a.shape.latent_dim - 1))
    values = a.rest(1).latents(*LATENT_RANGE)
    if first + len(values) > a.shape.latent_dim:
        raise RefusedError(f"this model has latents 0 to {a.shape.latent_dim - 1}")
    return (first, *values)


def _trajectory(a: Arguments) -> tuple[float, ...]:
    rows, over = divmod(len(a.values) - 1, max(1, a.shape.latent_dim))
    if not a.shape.latent_dim or rows < 1 or over:
        raise RefusedError(f"wants ms a row, and whole rows of {a.shape.latent_dim} latents")
    ms = Arguments(a.values[:1]).number(1, MAX_GLIDE_MS)
    return (ms, *a.rest(1).numbers(1, MAX_TRAJECTORY, *LATENT_RANGE))


def _clamp(a: Arguments) -> tuple[float, ...]:
    low, high = a.numbers(2, 2, *LATENT_RANGE)
    if low > high:
        raise RefusedError("wants the lower bound first")
    return low, high


def _walk(a: Arguments) -> tuple[float, ...]:
    return a.numbers(1, 2, 0, 100)


def _loop(a: Arguments) -> tuple[float, ...]:
    values = a.numbers(1, 2, 0, 1)
    if len(values) == 1:
        return (as_whole(values[0]),)
    if values[0] >= values[1]:
        raise RefusedError("wants the start before the end")
    return values


def _morph(a: Arguments) -> tuple[float | str, ...]:
    if len(a.values) != 3:
        raise RefusedError("wants two names and a number from 0 to 1")
    names = Arguments(a.values[:2]).words(2)
    return (*names, a.rest(2).number(0, 1))


def _morph_time(a: Arguments) -> tuple[float | str, ...]:
    if len(a.values) != 2:
        raise RefusedError("wants a name and seconds")
    return (Arguments(a.values[:1]).word(), a.rest(1).number(0, MAX_GLIDE_MS / 1000))


DECK_ADDRESSES = (
    _deck(
        "/latent",
        "f × 1..D",
        "Set the latents; fewer than D values set the first ones and leave the rest.",
        _latents(*LATENT_RANGE),
    ),
    _deck("/latent/<i>", "f", "Set latent number i, counted from 0.", _number(*LATENT_RANGE)),
    _deck("/latent/from", "i, f …", "Set latents from number i on.", _from),
    _deck(
        "/latent/norm",
        "f × 1..D, 0 to 1",
        "Set the latents within the training set's range: 0 is its 1st, 1 its 99th percentile.",
        _latents(0, 1),
    ),
    _deck("/latent/norm/<i>", "f, 0 to 1", "Likewise for latent number i.", _number(0, 1)),
    _deck("/latent/delta", "f × 1..D", "Add to the latents as set.", _latents(*LATENT_RANGE)),
    _deck(
        "/latent/traj",
        "f ms, f × k·D",
        "Go through k rows of D latents, one every so many ms, until the latents are set again.",
        _trajectory,
    ),
    _deck(
        "/latent/scale",
        "f × 1..D",
        "Multiply the latents, those of the source and those set; one value is for all.",
        _latents(*LATENT_RANGE),
    ),
    _deck(
        "/latent/bias",
        "f × 1..D",
        "Add to the latents after the scale; one value is for all.",
        _latents(*LATENT_RANGE),
    ),
    _deck("/latent/clamp", "f f", "Hold all latents within these bounds (at first ±8).", _clamp),
    _deck(
        "/glide",
        "f, in ms",
        "How long a change of latents, scale, bias or attributes takes (at first 20 ms).",
        _number(0, MAX_GLIDE_MS),
    ),
    _deck(
        "/glide/once", "f, in ms", "Likewise, for the next change only.", _number(0, MAX_GLIDE_MS)
    ),
    _deck(
        "/attr/<name>",
        "f",
        "Raise an attribute such as loudness by so many of its standard deviations.",
        _number(-10, 10),
    ),
    _deck(
        "/source",
        "s: held, tape or walk",
        "What moves the latents: nothing, a tape, or a random walk. What is set is added to it.",
        _word("held", "tape", "walk"),
    ),
    _deck(
        "/tape/load",
        "s",
        "Load a tape by name; it becomes the source and plays.",
        _word(),
        job=True,
    ),
    _deck("/tape/play", "i, 0 or 1", "Run or stop the tape.", _switch),
    _deck(
        "/tape/rate", "f, -4 to 4", "Speed of the tape; negative runs backwards.", _number(-4, 4)
    ),
    _deck("/tape/scrub", "f, 0 to 1", "Go to this place of the tape.", _number(0, 1)),
    _deck(
        "/tape/loop",
        "i, 0 or 1; or f f, 0 to 1",
        "Whether the tape repeats; or the part of it that does.",
        _loop,
    ),
    _deck(
        "/tape/scale",
        "f, -4 to 4",
        "How far the tape moves the latents (at first 1).",
        _number(-4, 4),
    ),
    _deck(
        "/walk",
        "f, or f f, 0 to 100",
        "Walk at random as the music does: speed (1 is its own) and radius. It becomes the source.",
        _walk,
    ),
    _deck(
        "/seed",
        "i",
        "Begin the walk again; the same seed walks the same way.",
        lambda a: (a.whole(*SEED_RANGE),),
    ),
    _deck("/freeze", "i, 0 or 1", "1: the latents stand still, whatever comes.", _switch),
    _deck("/hold", "i, 0 or 1", "1: changes wait for 0, then all begin together.", _switch),
    _deck(
        "/gain", "f, in dB, -96 to 12", "Glide to this gain; -96 is silence.", _number(*GAIN_RANGE)
    ),
    _deck("/mute", "i, 0 or 1", "1 is silence; the deck goes on.", _switch),
    _deck(
        "/play",
        "i, 0 or 1",
        "1 fades in and goes on where it stopped; 0 fades out and pauses.",
        _switch,
    ),
    _deck(
        "/panic",
        "ignored",
        "Fade to silence at once, stop, and set all latents to 0; `/play 1` starts again.",
        nothing,
    ),
    _deck(
        "/model/load",
        "s",
        "Cross-fade to another model, once it is loaded; if it cannot be, nothing changes.",
        _word(),
        job=True,
    ),
    _deck("/model/info", "ignored", "Answers `/model/info.reply` for the deck.", nothing),
    _deck("/preset/save", "s", "Keep how the deck is set under this name.", _word(), job=True),
    _deck("/preset/load", "s", "Set the deck as it was kept.", _word(), job=True),
    _deck("/preset/delete", "s", "Forget a preset.", _word(), job=True),
    _deck("/preset/list", "ignored", "Answers `/preset/list.reply` for each.", nothing, job=True),
    _deck(
        "/morph",
        "s s f, 0 to 1",
        "Set the deck between two presets; of several that wait, the newest is done.",
        _morph,
        job=True,
    ),
    _deck("/morph/time", "s f", "Glide to a preset within so many seconds.", _morph_time, job=True),
    _deck(
        "/chan<n>",
        "f",
        "TouchDesigner's channels: latent n - 1.",
        _number(*LATENT_RANGE),
        means=("/latent/<i>", 1),
        by_pattern=False,
    ),
    _deck(
        "/wek/outputs",
        "f × 1..D",
        "Wekinator's outputs: as `/latent`.",
        _latents(*LATENT_RANGE),
        means=("/latent", 0),
        by_pattern=False,
    ),
    _deck(
        "/loop",
        "i",
        "A clip decoded for this request begins to sound.",
        lambda a: (a.whole(0, 2**31 - 1),),
        by_pattern=False,
        internal=True,
    ),
)
