from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import PacketError
from musicvae.live.osc import packets
from musicvae.live.osc.commands import (
    ADDRESSES,
    Gain,
    Latent,
    LatentAt,
    Panic,
    Ping,
    Play,
    Quit,
    Refusal,
    ReplyPort,
    Status,
    Version,
    parse,
)
from musicvae.live.osc.packets import Message


def asked(address: str, *arguments: Any, latent_dim: int = 4) -> Any:
    result = parse(Message(address, arguments), latent_dim)
    return result.reason if isinstance(result, Refusal) else list(result)


@pytest.mark.parametrize(
    ("address", "arguments", "command"),
    [
        ("/latent", (0.5,), Latent("a", (0.5,))),
        ("/latent", (1, 0.5, True, False), Latent("a", (1.0, 0.5, 1.0, 0.0))),
        ("/deck/a/latent", (0.5, 1.0), Latent("a", (0.5, 1.0))),
        ("/latent/3", (2,), LatentAt("a", 3, 2.0)),
        ("/deck/a/latent/0", (2.0,), LatentAt("a", 0, 2.0)),
        ("/gain", (-96,), Gain("a", -96.0)),
        ("/gain", (12.0,), Gain("a", 12.0)),
        ("/play", (1.0,), Play("a", True)),
        ("/play", (False,), Play("a", False)),
        ("/panic", (), Panic("a")),
        ("/panic", (1.0, "whatever"), Panic("a")),
        ("/ping", (), Ping(None)),
        ("/ping", (7.0,), Ping(7)),
        ("/status", (), Status()),
        ("/replyport", (9000.0,), ReplyPort(9000)),
        ("/replyport", (), ReplyPort(7701)),
        ("/version", (), Version()),
        ("/quit", (), Quit()),
    ],
)
def test_commands(address: str, arguments: tuple[Any, ...], command: Any) -> None:
    assert asked(address, *arguments) == [command]


@pytest.mark.parametrize(
    ("address", "arguments", "reason"),
    [
        ("/latent", (), "1 to 4 numbers, got 0"),
        ("/latent", (0.0,) * 5, "1 to 4 numbers, got 5"),
        ("/latent", (0.0, math.nan), "finite"),
        ("/latent", (math.inf,), "finite"),
        ("/latent", (1e6,), "out of range -1000 to 1000"),
        ("/latent", ("1.0",), "numbers only"),
        ("/latent", (None,), "numbers only"),
        ("/latent", (b"1",), "numbers only"),
        ("/latent/4", (0.0,), "latents 0 to 3"),
        ("/latent/-1", (0.0,), "unknown"),
        ("/latent/<i>", (0.0,), "unknown"),
        ("/deck/a/latent/<i>", (0.0,), "unknown"),
        ("/latent/²", (0.0,), "unknown"),
        ("/latent/" + "9" * 200, (0.0,), "unknown"),
        ("/latent/0", (0.0, 1.0), "1 number, got 2"),
        ("/gain", (12.1,), "out of range -96 to 12"),
        ("/gain", (-96.1,), "out of range"),
        ("/gain", (), "1 number"),
        ("/play", (0.5,), "whole number"),
        ("/play", (2,), "out of range 0 to 1"),
        ("/replyport", (0,), "out of range 1 to 65535"),
        ("/replyport", (9000.5,), "whole number"),
        ("/ping", (2.0**40,), "out of range"),
        ("/deck/b/gain", (0.0,), "no such deck"),
        ("/deck/a/ping", (), "unknown"),
        ("/deck/a", (), "unknown"),
        ("/nothing", (), "unknown"),
        ("/", (), "unknown"),
        ("/*x", (), "matches no address"),
        ("/[a", (), "not closed"),
    ],
)
def test_refusals(address: str, arguments: tuple[Any, ...], reason: str) -> None:
    assert reason in asked(address, *arguments)


def test_a_pattern_stands_for_several_commands() -> None:
    assert asked("/latent/[1-2]", 0.5) == [LatentAt("a", 1, 0.5), LatentAt("a", 2, 0.5)]
    assert asked("/{gain,play}", 1) == [Gain("a", 1.0), Play("a", True)]
    assert asked("/deck/*/gain", -3) == [Gain("a", -3.0)]
    assert asked("/latent/*", 0.5) == [LatentAt("a", index, 0.5) for index in range(4)]


def test_a_pattern_is_refused_as_a_whole_and_never_quits() -> None:
    assert "out of range" in asked("/{gain,play}", 5)
    assert "matches no address" in asked("/q*")


@given(st.binary(max_size=128), st.integers(1, 64))
def test_whatever_is_well_formed_gives_commands_or_a_refusal(data: bytes, latent_dim: int) -> None:
    framed = b"/latent/" + data.replace(b"\0", b"")[:40]
    framed += bytes(4 - len(framed) % 4) + b",f\0\0" + data[:4].ljust(4, b"\0")
    try:
        messages = packets.read(framed)
    except PacketError:
        return
    for message in messages:
        result = parse(message, latent_dim)
        assert isinstance(result, Refusal) or result


@given(st.lists(st.floats(width=32), max_size=8))
def test_no_vector_that_is_not_finite_passes(values: list[float]) -> None:
    result = parse(Message("/latent", tuple(values)), 8)
    legal = len(values) >= 1 and all(abs(value) <= 1000 for value in values)
    assert isinstance(result, tuple) == legal


def test_every_address_is_documented_in_one_line() -> None:
    assert len({entry.path for entry in ADDRESSES}) == len(ADDRESSES)
    for entry in ADDRESSES:
        assert entry.doc.endswith(".")
        assert "\n" not in entry.doc + entry.arguments
        assert "|" not in entry.doc + entry.arguments
