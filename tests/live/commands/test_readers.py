from __future__ import annotations

from typing import Any

import pytest

from musicvae.live.commands import readers
from musicvae.live.commands.address import Read
from musicvae.live.commands.arguments import Arguments, RefusedError, Shape


@pytest.mark.parametrize(
    ("read", "sent", "values"),
    [
        (readers.nothing, (1.0, "x"), ()),
        (readers.number(0, 1), (1,), (1.0,)),
        (readers.whole(0, 9), (3.0,), (3,)),
        (readers.switch, (True,), (1,)),
        (readers.word(), ("any",), ("any",)),
        (readers.word("on", "off"), ("off",), ("off",)),
        (readers.optional_word, (), ()),
        (readers.optional_word, ("name",), ("name",)),
        (readers.latents(-1, 1), (0.5, 1), (0.5, 1.0)),
    ],
)
def test_good_arguments_are_converted(read: Read, sent: Any, values: Any) -> None:
    result = read(Arguments(sent, Shape(2)))
    assert result == values
    assert [type(value) for value in result] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("read", "sent", "reason"),
    [
        (readers.number(0, 1), (1.5,), "out of range 0 to 1"),
        (readers.whole(0, 9), (3.5,), "whole"),
        (readers.switch, (2,), "out of range 0 to 1"),
        (readers.word("on", "off"), ("maybe",), "wants one of on, off"),
        (readers.optional_word, ("one", "two"), "1 text"),
        (readers.latents(-1, 1), (0, 0, 0), "1 to 2 numbers"),
    ],
)
def test_others_are_refused_with_a_reason(read: Read, sent: Any, reason: str) -> None:
    with pytest.raises(RefusedError, match=reason):
        read(Arguments(sent, Shape(2)))


def test_latents_need_a_model() -> None:
    with pytest.raises(RefusedError, match="no model plays on this deck"):
        readers.latents(-1, 1)(Arguments((0.5,)))
