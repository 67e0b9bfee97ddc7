"""The addresses that set the latents of a deck: one row for each, applied to its ``Controls``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from musicvae.live.commands import readers
from musicvae.live.commands.address import Command, Morph, Row, Target, Values, covers
from musicvae.live.commands.arguments import Arguments, RefusedError, Shape
from musicvae.live.commands.wanted import Reader, Wanted, floats
from musicvae.live.engine.controls import LATENT_RANGE, NO_SOURCE, Controls
from musicvae.live.engine.guidance_addresses import GUIDANCE_ADDRESSES
from musicvae.live.engine.map_addresses import MAP_ADDRESSES
from musicvae.live.sources import SOURCES

MAX_GLIDE_MS = 600_000.0
#: Most numbers of one trajectory, all rows together.
MAX_TRAJECTORY = 4095
#: A number that is greater than that of any latent.
MAX_LATENTS = 4096

_row = partial(Row[Controls], deck=True, target=Target.CONTROLS)
#: A row that presets keep. They do not keep ``/freeze`` and ``/hold``, which act on the moment.
_setting = partial(Row[Controls], deck=True, target=Target.CONTROLS, kept=True)


def _read_from(a: Arguments) -> Values:
    if len(a.values) < 2:
        raise RefusedError("wants the number of the first latent, and at least one value")
    first = Arguments(a.values[:1]).whole(0, max(0, a.shape.latent_dim - 1))
    values = a.rest(1).latents(*LATENT_RANGE)
    if first + len(values) > a.shape.latent_dim:
        raise RefusedError(f"this model has latents 0 to {a.shape.latent_dim - 1}")
    return (first, *values)


def _read_trajectory(a: Arguments) -> Values:
    rows, over = divmod(len(a.values) - 1, max(1, a.shape.latent_dim))
    if not a.shape.latent_dim or rows < 1 or over:
        raise RefusedError(f"wants ms a row, and whole rows of {a.shape.latent_dim} latents")
    ms = Arguments(a.values[:1]).number(1, MAX_GLIDE_MS)
    return (ms, *a.rest(1).numbers(1, MAX_TRAJECTORY, *LATENT_RANGE))


def _read_clamp(a: Arguments) -> Values:
    low, high = a.numbers(2, 2, *LATENT_RANGE)
    if low > high:
        raise RefusedError("wants the lower bound first")
    return low, high


def _not_more_than_latents(command: Command, shape: Shape, payload: object) -> bool:
    return len(command.values) <= shape.latent_dim


def _inside_the_latents(command: Command, shape: Shape, payload: object) -> bool:
    return int(command.values[0]) + len(command.values) - 1 <= shape.latent_dim


def _whole_rows(command: Command, shape: Shape, payload: object) -> bool:
    width = shape.latent_dim
    return width > 0 and (len(command.values) - 1) % width == 0


def _as_many(earlier: Command, later: Command) -> bool:
    return len(earlier.values) == len(later.values)


def _same_place(earlier: Command, later: Command) -> bool:
    return earlier.values[0] == later.values[0] and _as_many(earlier, later)


def _one(values: Callable[[Controls], Values]) -> Callable[[Controls], list[tuple[str, Values]]]:
    """Describes by one message with these values."""
    return lambda controls: [("", values(controls))]


#: The words of ``/source`` and what they mean.
_SOURCES = {NO_SOURCE: "nothing", **{name: kind.meaning for name, kind in SOURCES.items()}}


def _either(words: Iterable[str], comma: str = "") -> str:
    """The words as a text: ``"x, y or z"``, with ``comma`` before the ``or``."""
    *first, last = words
    return f"{', '.join(first)}{comma} or {last}"


CONTROL_ADDRESSES = (
    _setting(
        "/latent",
        "f × 1..D",
        "Set the latents; fewer than D values set the first ones and leave the rest.",
        readers.latents(*LATENT_RANGE, values=True),
        apply=lambda controls, c, _: controls.set_latents(0, c.numbers),
        describe=_one(lambda controls: tuple(controls.manual.target.tolist())),
        fits=_not_more_than_latents,
        replaced_by=_as_many,
    ),
    _row(
        "/latent/<i>",
        "f",
        "Set latent number i, counted from 0.",
        readers.latent(*LATENT_RANGE),
        apply=lambda controls, c, _: controls.set_latents(int(c.key), c.numbers),
        describe=lambda controls: (
            (str(number), (value,)) for number, value in enumerate(controls.manual.target.tolist())
        ),
        replaced_by=covers,
    ),
    _row(
        "/latent/from",
        "i, f …",
        "Set latents from number i on.",
        Reader(
            _read_from,
            (Wanted("i", 0, MAX_LATENTS), *floats(*LATENT_RANGE)),
            each_latent=True,
            in_latents=True,
        ),
        apply=lambda controls, c, _: controls.set_latents(int(c.number), c.numbers[1:]),
        fits=_inside_the_latents,
        replaced_by=_same_place,
    ),
    _row(
        "/latent/norm",
        "f × 1..D, 0 to 1",
        "Set the latents within the training set's range: 0 is its 1st, 1 its 99th percentile.",
        readers.latents(0, 1),
        apply=lambda controls, c, _: controls.set_shares(0, c.numbers),
        fits=_not_more_than_latents,
        replaced_by=_as_many,
    ),
    _row(
        "/latent/norm/<i>",
        "f, 0 to 1",
        "Set latent number i within its range in the training set, as `/latent/norm` does.",
        readers.number(0, 1),
        apply=lambda controls, c, _: controls.set_shares(int(c.key), c.numbers),
        replaced_by=covers,
    ),
    _row(
        "/latent/delta",
        "f × 1..D",
        "Add to the values that `/latent` has set.",
        readers.latents(*LATENT_RANGE),
        apply=lambda controls, c, _: controls.add_latents(c.numbers),
        fits=_not_more_than_latents,
    ),
    _row(
        "/latent/traj",
        "f ms, f × k·D",
        "Glide through k rows of D latents, each within the given ms; `/latent` ends it.",
        Reader(
            _read_trajectory,
            (Wanted("f", 1, MAX_GLIDE_MS, unit="ms"), *floats(*LATENT_RANGE)),
            each_latent=True,
            in_latents=True,
        ),
        apply=lambda controls, c, _: controls.follow(c.numbers[1:], c.number),
        fits=_whole_rows,
        replaced_by=_as_many,
    ),
    _setting(
        "/latent/scale",
        "f × 1..D",
        "Multiply the latents, source and set values alike; a single value is for all latents.",
        readers.latents(*LATENT_RANGE),
        apply=lambda controls, c, _: controls.glide_to(controls.scale, c.numbers),
        describe=_one(lambda controls: tuple(controls.scale.target.tolist())),
        fits=_not_more_than_latents,
        morph=Morph.SPREAD,
        replaced_by=_as_many,
    ),
    _setting(
        "/latent/bias",
        "f × 1..D",
        "Add to the latents after the scale; a single value is for all latents.",
        readers.latents(*LATENT_RANGE),
        apply=lambda controls, c, _: controls.glide_to(controls.bias, c.numbers),
        describe=_one(lambda controls: tuple(controls.bias.target.tolist())),
        fits=_not_more_than_latents,
        morph=Morph.SPREAD,
        replaced_by=_as_many,
    ),
    _setting(
        "/latent/clamp",
        "f f",
        "Limit all latents to this range (at first -8 to 8).",
        Reader(_read_clamp, floats(*LATENT_RANGE, 2)),
        apply=lambda controls, c, _: controls.clamp(*c.numbers),
        describe=_one(lambda controls: (controls.low, controls.high)),
        replaced_by=covers,
    ),
    _setting(
        "/glide",
        "f, in ms",
        "Duration of a change of latents, scale, bias or attributes (at first 20 ms).",
        readers.number(0, MAX_GLIDE_MS, "ms"),
        apply=lambda controls, c, _: controls.set_glide(c.number),
        describe=_one(lambda controls: (controls.glide_ms,)),
        order=-1,  # before everything that follows a ramp
    ),
    _row(
        "/glide/once",
        "f, in ms",
        "Duration of the next change only.",
        readers.number(0, MAX_GLIDE_MS, "ms"),
        apply=lambda controls, c, _: controls.set_next_glide(c.number),
    ),
    _setting(
        "/attr/<name>",
        "f",
        "Raise an attribute such as loudness by this many of its standard deviations. A prior that "
        "knows it makes music like that; else its direction is added.",
        readers.number(-10, 10),
        apply=lambda controls, c, _: controls.set_attribute(c.key, c.number),
        describe=lambda controls: (
            (name, (amount,)) for name, amount in controls.attribute_amounts().items()
        ),
        keys=lambda shape: shape.attributes,
        replaced_by=covers,
    ),
    _setting(
        "/source",
        f"s: {_either(_SOURCES)}",
        f"What moves the latents: {_either(_SOURCES.values(), ',')}. Set values are added to it.",
        readers.word(*_SOURCES),
        apply=lambda controls, c, _: controls.select(c.text),
        objects=lambda controls, c: controls.lacks(c.text),
        describe=_one(lambda controls: (controls.active_source,)),
        morph=Morph.SWITCH,
        order=1,  # after /walk, /tape/load and /memory/load, which also choose a source
        replaced_by=covers,
    ),
    *MAP_ADDRESSES,
    *GUIDANCE_ADDRESSES,  # before /memory/load and /memory/place, which begin with the seed
    *(row for source in SOURCES.values() for row in source.addresses),
    _row(
        "/freeze",
        "i, 0 or 1",
        "1: the latents do not move, whatever is sent; 0 releases them.",
        readers.switch,
        apply=lambda controls, c, _: controls.freeze(c.on),
        describe=_one(lambda controls: (int(controls.frozen),)),
        morph=Morph.SWITCH,
        replaced_by=covers,
    ),
    _row(
        "/hold",
        "i, 0 or 1",
        "1: changes wait until `/hold` 0, then all begin together.",
        readers.switch,
        apply=lambda controls, c, _: controls.hold(c.on),
        describe=_one(lambda controls: (int(controls.holding),)),
        morph=Morph.SWITCH,
        replaced_by=covers,
    ),
)

#: Addresses that other programs send, each an alias of a row above.
ALIASES = (
    _row(
        "/chan<n>",
        "f",
        "TouchDesigner's channels: latent n - 1.",
        readers.latent(*LATENT_RANGE),
        alias=(CONTROL_ADDRESSES[1], 1),
        by_pattern=False,
    ),
    _row(
        "/wek/outputs",
        "f × 1..D",
        "Wekinator's outputs: as `/latent`.",
        readers.latents(*LATENT_RANGE, values=True),
        alias=(CONTROL_ADDRESSES[0], 0),
        by_pattern=False,
    ),
)
