from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import PacketError
from musicvae.live.commands.address import DECKS, Command
from musicvae.live.commands.arguments import NO_MODEL, RefusedError, Shape
from musicvae.live.commands.table import Refusal
from musicvae.live.osc import packets
from musicvae.live.osc.packets import Message
from musicvae.live.table import ADDRESSES

SHAPES = {"a": Shape(4, ("loudness", "onsets")), "b": Shape(2)}
NO_MODELS = {"a": Shape(), "b": Shape()}


def asked(address: str, *arguments: Any, shapes: Any = SHAPES) -> Any:
    result = ADDRESSES.parse(Message(address, arguments), shapes)
    return result.reason if isinstance(result, Refusal) else list(result)


@pytest.mark.parametrize(
    ("address", "arguments", "command"),
    [
        ("/latent", (1, 0.5, True), ADDRESSES.command("/latent", "a", "", (1.0, 0.5, 1.0))),
        ("/deck/b/latent/1", (2,), ADDRESSES.command("/latent/<i>", "b", "1", (2.0,))),
        ("/latent/003", (2,), ADDRESSES.command("/latent/<i>", "a", "3", (2.0,))),
        ("/latent/from", (2.0, 1.0), ADDRESSES.command("/latent/from", "a", "", (2, 1.0))),
        ("/attr/onsets", (1,), ADDRESSES.command("/attr/<name>", "a", "onsets", (1.0,))),
        ("/play", (1.0,), ADDRESSES.command("/play", "a", "", (1,))),
        ("/panic", (1.0, "x"), ADDRESSES.command("/panic", "a", "", ())),
        ("/replyport", (), ADDRESSES.command("/replyport", "", "", (7701,))),
        ("/ping", (), ADDRESSES.command("/ping", "", "", ())),
        ("/tape/loop", (1.0,), ADDRESSES.command("/tape/loop", "a", "", (1,))),
    ],
)
def test_what_a_command_holds(address: str, arguments: Any, command: Command) -> None:
    (made,) = asked(address, *arguments)
    assert made == command
    assert [type(value) for value in made.values] == [type(value) for value in command.values]


@pytest.mark.parametrize(
    ("address", "arguments", "same"),
    [
        ("/chan1", (0.5,), ("/latent/0", 0.5)),
        ("/chan4", (0.5,), ("/latent/3", 0.5)),
        ("/deck/b/chan2", (0.5,), ("/deck/b/latent/1", 0.5)),
        ("/wek/outputs", (0.5, 1), ("/latent", 0.5, 1)),
        ("/deck/b/wek/outputs", (0.5, 1), ("/deck/b/latent", 0.5, 1)),
    ],
)
def test_aliases_are_what_they_stand_for(address: str, arguments: Any, same: Any) -> None:
    assert asked(address, *arguments) == asked(*same)


@pytest.mark.parametrize(
    ("address", "arguments", "reason"),
    [
        ("/chan0", (0.5,), "/chan1 to /chan4"),
        ("/chan5", (0.5,), "/chan1 to /chan4"),
        ("/chan", (0.5,), "unknown"),
        ("/chan1/2", (0.5,), "unknown"),
        ("/latent/4", (0.0,), "latents 0 to 3"),
        ("/deck/b/latent/2", (0.0,), "latents 0 to 1"),
        ("/deck/b/attr/onsets", (0.0,), "attributes are: none"),
        ("/attr/size", (0.0,), "attributes are: loudness, onsets"),
        ("/attr/", (0.0,), "unknown"),
        ("/latent/-1", (0.0,), "unknown"),
        ("/latent/+1", (0.0,), "unknown"),
        ("/latent/1 ", (0.0,), "unknown"),
        ("/latent/<i>", (0.0,), "unknown"),
        ("/deck/a/latent/<i>", (0.0,), "unknown"),
        ("/attr/<name>", (0.0,), "attributes are: loudness, onsets"),
        ("/latent/²", (0.0,), "unknown"),
        ("/latent/٣", (0.0,), "unknown"),
        ("/latent/" + "9" * 200, (0.0,), "unknown"),
        ("/deck/c/gain", (0.0,), "no such deck; there are a, b"),
        ("/deck//gain", (0.0,), "no such deck"),
        ("/deck/a", (), "unknown"),
        ("/deck/a/", (), "unknown"),
        ("/deck/a/deck/b/gain", (0.0,), "unknown"),
        ("/nothing", (), "unknown"),
        ("/", (), "unknown"),
        ("", (), "unknown"),
        ("/*x", (), "matches no address"),
        ("/[a", (), "not closed"),
    ],
)
def test_addresses_that_are_none(address: str, arguments: Any, reason: str) -> None:
    assert reason in asked(address, *arguments)


@pytest.mark.parametrize("address", ["/latent", "/latent/0", "/latent/from", "/latent/traj"])
def test_without_a_model_latents_are_refused(address: str) -> None:
    reason = asked(address, 0, 1.0, shapes=NO_MODELS) if "from" in address else ""
    reason = reason or asked(address, 0.0, shapes=NO_MODELS)
    assert "no model" in reason or "whole rows of 0" in reason


def test_what_the_daemon_writes_is_refused_from_the_network() -> None:
    internal = [entry.path for entry in ADDRESSES if entry.internal]
    assert internal == ["/loop", "/moment"]
    for path in ("/loop", "/deck/a/loop", "/deck/b/loop"):
        assert asked(path, 1) == "is written by the daemon alone"
    assert "matches no address" in asked("/lo?p", 1)
    assert "matches no address" in asked("/deck/*/lo*p", 1)
    assert ADDRESSES.restore(["/deck/b/loop", 3], "a", SHAPES) == ADDRESSES.command(
        "/loop", "b", "", (3,)
    )


def test_a_pattern_stands_for_several_commands() -> None:
    latents = [ADDRESSES.command("/latent/<i>", "a", str(i), (0.5,)) for i in range(4)]
    assert asked("/latent/[1-2]", 0.5) == latents[1:3]
    assert asked("/latent/*", 0.5) == latents
    assert [c.address for c in asked("/{gain,play}", 1)] == ["/deck/a/gain", "/deck/a/play"]
    assert [c.address for c in asked("/deck/*/gain", -3)] == ["/deck/a/gain", "/deck/b/gain"]
    assert [c.address for c in asked("/deck/[ab]/latent/{0,1}", 1)] == [
        f"/deck/{deck}/latent/{index}" for deck in DECKS for index in (0, 1)
    ]
    assert [c.key for c in asked("/attr/*", 1)] == ["loudness", "onsets"]
    assert [c.path for c in asked("/tape/{play,loop}", 1)] == ["/tape/play", "/tape/loop"]


def test_a_pattern_that_stands_for_numbers_stands_for_no_words_beside_them() -> None:
    assert [c.path for c in asked("/latent/*", 0.5)] == ["/latent/<i>"] * 4
    assert [c.key for c in asked("/latent/norm/*", 0.5)] == ["0", "1", "2", "3"]
    assert [c.path for c in asked("/latent/{scale,bias}", 0.5)] == ["/latent/scale", "/latent/bias"]
    assert [c.deck for c in asked("/deck/?/latent/scale", 0.5)] == ["a", "b"]
    one = {"a": Shape(2), "b": Shape()}
    assert [c.address for c in asked("/deck/*/latent/*", 0.5, shapes=one)] == [
        "/deck/a/latent/0",
        "/deck/a/latent/1",
    ]
    assert "matches no address" in asked("/latent/*", 0.5, shapes=NO_MODELS)


def test_a_pattern_leaves_out_decks_without_a_model() -> None:
    one = {"a": Shape(2), "b": Shape(), "c": Shape(2)}
    for address in (
        "/deck/*/latent",
        "/deck/*/latent/scale",
        "/deck/*/latent/norm",
        "/deck/*/walk",
    ):
        assert [c.deck for c in asked(address, 0.5, shapes=one)] == ["a", "c"]
    assert [c.deck for c in asked("/deck/*/gain", 0.5, shapes=one)] == ["a", "b", "c"]
    assert asked("/deck/*/walk", 0.5, shapes=NO_MODELS) == NO_MODEL
    assert "out of range" in asked("/deck/*/walk", -1.0, shapes=one)


@pytest.mark.parametrize("message", [("/walk", 1.0), ("/source", "walk"), ("/freeze", 1)])
def test_what_sets_a_model_is_refused_where_there_is_none(message: tuple[str, Any]) -> None:
    assert asked(*message, shapes=NO_MODELS) == NO_MODEL


def test_a_pattern_is_refused_as_a_whole_and_never_quits() -> None:
    assert "out of range" in asked("/{gain,play}", 5)
    for pattern in ("/q*", "/{quit,quit}", "/re?der", "/al*s", "/audio/{block,device}", "/chan*"):
        assert "matches no address" in asked(pattern, 16)


@pytest.mark.parametrize(
    "message",
    [
        [],
        [5],
        ["/latent/*", 0.5],
        ["/latent", None],
        ["/latent", [0.5]],
        ["/latent", {}],
        ["/latent", math.nan],
        ["/latent", 10**400],
        ["/unknown"],
        ["/deck/c/gain", 0.0],
    ],
)
def test_nobody_vouches_for_a_file(message: list[Any]) -> None:
    with pytest.raises(RefusedError):
        ADDRESSES.restore(message, "a", SHAPES)


@pytest.mark.parametrize("name", ["a*b", "[x", "a/b", "a b", "<name>", "/", "{", "ü"])
def test_an_attribute_may_have_any_name(name: str) -> None:
    """The maker of the artifact has chosen it, and presets must work with it."""
    shapes = {"a": Shape(2, (name,)), "b": Shape()}
    command = ADDRESSES.command("/attr/<name>", "a", name, (0.5,))
    assert ADDRESSES.restore(json.loads(json.dumps(command.message())), "b", shapes) == command
    assert ADDRESSES.restore([f"/attr/{name}", 0.5], "a", shapes) == command


def test_a_message_without_a_deck_is_for_the_one_that_is_meant() -> None:
    assert ADDRESSES.restore(["/gain", 1.0], "b", SHAPES).deck == "b"
    assert ADDRESSES.restore(["/deck/a/gain", 1.0], "b", SHAPES).deck == "a"
    assert ADDRESSES.restore(["/crossfade", 1.0], "b", SHAPES).deck == ""


@given(st.binary(max_size=128), st.integers(0, 64))
def test_whatever_is_well_formed_gives_commands_or_a_refusal(data: bytes, latent_dim: int) -> None:
    framed = b"/latent/" + data.replace(b"\0", b"")[:40]
    framed += bytes(4 - len(framed) % 4) + b",f\0\0" + data[:4].ljust(4, b"\0")
    try:
        messages = packets.read(framed)
    except PacketError:
        return
    for message in messages:
        result = ADDRESSES.parse(message, {"a": Shape(latent_dim), "b": Shape()})
        assert isinstance(result, Refusal) or result


def test_presets_keep_rows_in_the_order_in_which_they_are_applied() -> None:
    kept = [row.path for row in ADDRESSES.kept]
    assert kept[:3] == ["/gain", "/mute", "/glide"]  # before everything that they act on
    assert kept[-1] == "/source"  # after /tape/load and /walk, which choose a source too
    assert set(ADDRESSES.kept) < set(ADDRESSES.described)
    assert not {"/freeze", "/hold", "/play", "/crossfade"} & set(kept)
