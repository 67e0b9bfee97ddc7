"""Every address: which arguments it accepts, which it refuses, and that it can be stored."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.commands.address import DECKS
from musicvae.live.commands.arguments import RefusedError, Shape
from musicvae.live.commands.table import Refusal
from musicvae.live.osc.packets import Message
from musicvae.live.table import ADDRESSES

SHAPES = {"a": Shape(4, ("loudness", "onsets")), "b": Shape(2)}

#: For each address as it is sent: arguments that it takes, and such as it refuses, and why.
TABLE: dict[str, tuple[list[tuple[Any, ...]], list[tuple[tuple[Any, ...], str]]]] = {
    "/latent": (
        [(0.5,), (1, True, 0.5, -1000)],
        [((), "1 to 4"), ((0.0,) * 5, "1 to 4"), ((1001.0,), "out of range"), (("x",), "numbers")],
    ),
    "/latent/3": ([(2,)], [((), "1 number"), ((0, 1), "1 number"), ((math.nan,), "finite")]),
    "/latent/from": (
        [(0, 1.0), (2.0, 1.0, 2.0)],
        [((1,), "at least one"), ((3, 1, 2), "latents 0 to 3"), ((0.5, 1), "whole"),
         ((4, 1), "out of range 0 to 3"), ((-1, 1), "out of range")],
    ),
    "/latent/norm": ([(0.0, 1.0)], [((1.1,), "out of range 0 to 1"), ((), "1 to 4")]),
    "/latent/norm/0": ([(0.5,)], [((-0.1,), "out of range 0 to 1")]),
    "/latent/delta": ([(0.5, -1)], [((), "1 to 4")]),
    "/latent/traj": (
        [(1.0, *[0.5] * 4), (600_000, *[0.5] * 12)],
        [((1.0,), "whole rows of 4"), ((1.0, 0.5), "whole rows"), ((0.5, *[0] * 4), "out of range"),
         ((), "whole rows")],
    ),
    "/latent/scale": ([(1,), (1, 2)], [((), "1 to 4"), ((math.inf,), "finite")]),
    "/latent/bias": ([(1,), (1, 2, 3, 4)], [((0,) * 5, "1 to 4")]),
    "/latent/clamp": ([(-1, 1), (0, 0)], [((1, -1), "lower bound first"), ((1,), "2 numbers")]),
    "/glide": ([(0,), (600_000,)], [((-1,), "out of range"), ((600_001,), "out of range")]),
    "/glide/once": ([(20.5,)], [((), "1 number")]),
    "/attr/onsets": ([(-10,)], [((10.5,), "out of range")]),
    "/source": ([("held",), ("tape",), ("walk",)], [(("x",), "held, tape"), ((1,), "one of")]),
    "/input/load": ([("name",)], [((), "1 text")]),
    "/input/listen": ([(1,)], [((2,), "range")]),
    "/input/gravity": ([(0,), (0.5,)], [((1.1,), "range")]),
    "/input/gain": ([(-96,), (36,)], [((40,), "range"), ((math.nan,), "finite")]),
    "/input/gate": ([(-120,), (0,)], [((1,), "range"), ((), "1 number")]),
    "/input/hold": ([(0,), (10_000,)], [((-1,), "range")]),
    "/input/auto": ([(0,)], [((0.5,), "whole")]),
    "/input/mix": ([(0,), (1,)], [((1.1,), "range")]),
    "/input/mute": ([(True,)], [((2,), "range")]),
    "/input/guard": ([(1,)], [((2,), "range")]),
    "/input/overlap": ([(1,)], [((2,), "range")]),
    "/input/level": ([()], []),
    "/adapt": (
        [(0,), (1,), (1, 0.5)],
        [((1.1,), "range"), ((), "1 to 2"), ((0, 0, 0), "1 to 2"), ((math.nan,), "finite")],
    ),
    "/continuity": ([(0.5,), (30,)], [((0.4,), "range"), ((float("nan"),), "finite")]),
    "/temperature": ([(0,), (4,)], [((float("nan"),), "finite"), ((-1,), "range")]),
    "/region": ([(0, 1), (0.2, 0.5)], [((0.5, 0.5), "start before"), ((0.1,), "2 numbers")]),
    "/listen": ([(1,)], [((2,), "range")]),
    "/style": ([("jazz",), ("a", "b")], [((), "text"), ((True,), "text")]),
    "/memory/load": ([("name",)], [((), "1 text")]),
    "/memory/place": ([(0,), (1,)], [((1.5,), "range")]),
    "/memory/list": ([()], []),
    "/map": ([(0, 1), (0.5, 0.25)], [((0.5,), "2 numbers"), ((0, 1.1), "range")]),
    "/map/way": (
        [(4, 0.5, 0.5), (0, *[0.1, 0.9] * 64)],
        [((4, 0.5), "2 to 128"), ((4, 0.5, 0.5, 0.5), "two numbers for each"), ((), "1 number"),
         ((601, 0, 0), "range 0 to 600"), ((1, *[0.5] * 130), "2 to 128"), ((1, 0, 2), "range")],
    ),
    "/map/points": ([(), ("jazz",)], [((1, 2), "1 text")]),
    "/tape/record": (
        [("start",), ("stop", "solo")],
        [((), "start or stop"), (("go",), "one of start, stop"), (("stop", "a", "b"), "perhaps")],
    ),
    "/prior/load": ([("name",)], [((), "1 text")]),
    "/prior/swap": ([("name",)], [((), "1 text")]),
    "/prior/list": ([()], []),
    "/variation": ([(0,), (1,)], [((float("nan"),), "finite"), ((1.1,), "range")]),
    "/lead": ([(0.5,)], [((float("nan"),), "finite"), ((-0.1,), "range")]),
    "/tape/load": ([("name",)], [((), "1 text"), (("",), "text of 1")]),
    "/tape/play": ([(0,), (1.0,), (True,)], [((2,), "out of range 0 to 1"), ((0.5,), "whole")]),
    "/tape/rate": ([(-4,), (4,)], [((4.1,), "out of range")]),
    "/tape/scrub": ([(0,), (1,)], [((1.5,), "out of range")]),
    "/tape/loop": (
        [(0,), (1,), (0.25, 0.75)],
        [((0.5,), "whole"), ((0.5, 0.5), "start before"), ((1, 2), "range"), ((), "1 to 2")],
    ),
    "/tape/scale": ([(-4,)], [((5,), "out of range")]),
    "/walk": ([(0,), (100, 100)], [((101,), "range"), ((1, -1), "range"), ((1, 1, 1), "1 to 2")]),
    "/seed": ([(-(2**31),), (2**31 - 1,)], [((2**31,), "out of range"), ((0.5,), "whole")]),
    "/freeze": ([(1,)], [(("on",), "numbers")]),
    "/hold": ([(0,)], [((), "1 number")]),
    "/gain": ([(-96,), (12,)], [((12.1,), "range -96 to 12"), ((-96.1,), "range"), ((), "1 num")]),
    "/mute": ([(True,)], [((3,), "range")]),
    "/play": ([(False,)], [((0.5,), "whole")]),
    "/panic": ([(), (1.0, "whatever")], []),
    "/model/load": ([("jazz",)], [((), "1 text"), (("a\nb",), "printable")]),
    "/model/info": ([()], []),
    "/model/latents": ([()], []),
    "/preset/save": ([("x",), (1,), (2.5,)], [((True,), "text")]),
    "/preset/load": ([("x",)], [((), "1 text")]),
    "/preset/delete": ([("x",)], [((), "1 text")]),
    "/preset/list": ([()], []),
    "/morph": (
        [("x", "y", 0.5)],
        [(("x", "y"), "two names"), (("x", "y", 2), "range"), (("x", True, 0.5), "text")],
    ),
    "/morph/time": ([("x", 600)], [(("x",), "name and seconds"), (("x", 601), "range")]),
    "/chan1": ([(0.5,)], [(("x",), "numbers")]),
    "/wek/outputs": ([(0.5, 1)], [((0.0,) * 5, "1 to 4")]),
    "/crossfade": ([(0,), (1,)], [((1.1,), "range"), ((), "1 number")]),
    "/model/list": ([()], []),
    "/tape/list": ([()], []),
    "/audio/list": ([()], []),
    "/audio/device": ([("card",), (1,)], [((), "1 text")]),
    "/audio/block": ([(16,), (8192,)], [((15,), "range"), ((16.5,), "whole")]),
    "/record/start": ([(), ("take",), (1.0,)], [((False,), "text"), (("a", "b"), "1 text")]),
    "/record/stop": ([()], []),
    "/render": (
        [(1,), (0.1, "x"), (1, 2)],
        [((), "seconds"), ((0,), "range"), ((1, True), "text")],
    ),
    "/midi/learn": (
        [(), ("/gain",), ("/gain", -6, 6.0)],
        [(("/gain", 1), "both ends"), (("/gain", 1, 2e6), "out of range")],
    ),
    "/midi/forget": ([(), ("/gain",)], [((True,), "text")]),
    "/midi/list": ([()], []),
    "/midi/save": ([("x",), ("x", "model")], [((), "a name"), (("x", "all"), "'model' or")]),
    "/midi/load": ([("x",), (1,)], [((), "1 text")]),
    "/service": ([("midi", "token")], [(("midi",), "2 text")]),
    "/service/reply": (
        [(1, "/done"), (1, "/done", "/midi/load", 2, 0.5)],
        [((1,), "a number"), (("x", "/done"), "numbers"), ((1, True), "text")],
    ),
    "/alias": ([("/a", "/b")], [(("a", "/b"), "two addresses"), (("/a",), "2 text")]),
    "/decks": ([()], []),
    "/status": ([()], []),
    "/get": ([("/gain",)], [((), "1 text")]),
    "/notify": ([(1,)], [((2,), "range")]),
    "/watch": ([(1,)], [((2,), "range")]),
    "/spectrum": ([(1,)], [((2,), "range")]),
    "/replyport": ([(), (9000.0,)], [((0,), "range 1 to 65535"), ((9000.5,), "whole")]),
    "/ping": ([(), (7.0,)], [((2.0**40,), "range"), ((0.5,), "whole")]),
    "/sync": ([(-5,)], [((), "1 number"), ((0.5,), "whole")]),
    "/version": ([()], []),
    "/quit": ([()], []),
}  # fmt: skip


def asked(address: str, *arguments: Any) -> Any:
    result = ADDRESSES.parse(Message(address, arguments), SHAPES)
    return result.reason if isinstance(result, Refusal) else list(result)


def row(address: str) -> Any:
    """The row of the table for an address as it is sent."""
    exact = [entry for entry in ADDRESSES if entry.path == address]
    keyed = [e for e in ADDRESSES if e.stem and address.startswith(e.stem)]
    return (exact or sorted(keyed, key=lambda entry: -len(entry.stem)))[0]


def test_the_table_here_leaves_no_address_out() -> None:
    assert {row(address).path for address in TABLE} == {e.path for e in ADDRESSES if not e.internal}


@pytest.mark.parametrize("address", TABLE)
def test_legal_arguments_make_a_command_that_can_be_written_down(address: str) -> None:
    entry = row(address)
    for arguments in TABLE[address][0]:
        (command,) = asked(address, *arguments)
        assert command.deck == ("a" if entry.deck else "")
        assert command.path == (entry.alias[0].path if entry.alias else entry.path)
        again = json.loads(json.dumps(command.message()))
        assert ADDRESSES.restore(again, "b", SHAPES) == command
        if entry.deck:
            assert asked(f"/deck/a{address}", *arguments) == [command]
        else:
            assert "unknown" in asked(f"/deck/a{address}", *arguments)


@pytest.mark.parametrize("address", TABLE)
def test_wrong_arguments_are_refused_with_a_reason(address: str) -> None:
    for arguments, reason in TABLE[address][1]:
        assert reason in asked(address, *arguments)


NUMBERS = st.floats(-4, 4, width=32) | st.floats(0, 1) | st.integers(-2, 5)


@given(
    st.sampled_from([*TABLE, "/deck/b/latent/1", "/deck/b/gain", "/deck/b/tape/loop"]),
    st.lists(NUMBERS | st.text(max_size=5) | st.booleans(), max_size=6),
    st.sampled_from(DECKS),
)
def test_every_command_is_written_and_read_again(
    address: str, arguments: list[Any], deck: str
) -> None:
    result = ADDRESSES.parse(Message(address, tuple(arguments)), SHAPES)
    if isinstance(result, Refusal):
        assert result.reason
        assert result.address == address
    else:
        for command in result:
            line = json.loads(json.dumps(command.message()))
            assert ADDRESSES.restore(line, deck, SHAPES) == command


@pytest.mark.parametrize("address", [a for a in TABLE if row(a).deck])
@pytest.mark.parametrize("other", [Shape(), Shape(1), Shape(3, ("onsets",)), Shape(12)])
def test_what_fits_is_what_would_be_read_for_that_deck(address: str, other: Shape) -> None:
    for arguments in TABLE[address][0]:
        (command,) = asked(address, *arguments)
        try:
            again = ADDRESSES.restore(command.message(), "a", {"a": other})
        except RefusedError:
            assert not command.row.suits(command, other)
        else:
            assert command.row.suits(command, other)
            assert again == command


def test_every_address_is_documented_in_one_line() -> None:
    assert len({entry.path for entry in ADDRESSES}) == len(ADDRESSES.rows)
    for entry in ADDRESSES:
        assert entry.doc.endswith(".")
        assert "\n" not in entry.doc + entry.arguments
        assert "|" not in entry.doc + entry.arguments


def test_whatever_is_answered_is_a_job_or_counts_as_a_question() -> None:
    """So that no flood of one kind of message makes a flood of answers."""
    changing = {"/alias", "/replyport", "/quit", "/service/reply"}  # these are not answered
    for entry in ADDRESSES:
        if entry.request is not None and entry.path not in changing:
            assert entry.question, entry.path
        if entry.path.endswith("/list"):
            assert entry.question, entry.path
    assert ADDRESSES.row_of("/sync").question  # type: ignore[union-attr]


def test_channels_are_counted_from_one() -> None:
    assert asked("/chan0", 0.5) == asked("/chan5", 0.5) == "this model has /chan1 to /chan4"
    assert asked("/latent/4", 0.5) == "this model has latents 0 to 3"
    one = {"a": dataclasses.replace(SHAPES["a"], latent_dim=1)}
    refused = ADDRESSES.parse(Message("/chan2", (0.5,)), one)
    assert refused == Refusal("/chan2", "this model has /chan1 to /chan1")
    assert "no model" in ADDRESSES.parse(Message("/chan2", (0.5,)), {}).reason  # type: ignore[union-attr]
