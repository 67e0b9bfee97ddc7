"""What the rows say that they want is what they accept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from musicvae.live.commands.address import Address
from musicvae.live.commands.arguments import Arguments, RefusedError, Shape
from musicvae.live.commands.wanted import Reader, Wanted
from musicvae.live.table import ADDRESSES

SHAPE = Shape(4, ("loudness",), kind="stream")
TOLD = [row for row in ADDRESSES if not row.internal]


def reader(row: Address) -> Reader:
    assert isinstance(row.read, Reader), row
    return row.read


def likely(wanted: Wanted) -> Any:
    """A value that suits a wish."""
    if wanted.tag == "s":
        return wanted.words[0] if wanted.words else "/name"
    assert wanted.low is not None
    assert wanted.high is not None
    middle = min(max(wanted.low, 1), wanted.high)
    return int(middle) if wanted.tag == "i" else float(middle)


def accepts(row: Address, values: Sequence[Any]) -> bool:
    try:
        row.read(Arguments(tuple(values), SHAPE, "0"))
    except RefusedError:
        return False
    return True


def suitable(row: Address) -> list[Any]:
    """Arguments that suit all wishes; of two numbers of one range the first is the lower."""
    wants = reader(row).wants
    values = [likely(wanted) for wanted in wants]
    if len(wants) == 2 and wants[0] == wants[1] and wants[0].tag == "f":
        values = [wants[0].low, wants[1].high]
    return values + values[-1:] * (3 if row.path == "/latent/traj" else 0)


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row.path)
def test_what_is_wanted_is_accepted(row: Address) -> None:
    assert accepts(row, suitable(row))


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row.path)
def test_beyond_the_range_it_is_refused(row: Address) -> None:
    for at, wanted in enumerate(reader(row).wants):
        if wanted.low is None or wanted.high is None:
            continue
        if row.path == "/latent/from" and at == 0:
            continue  # the model says how many there are
        for beyond in (wanted.low - 1, wanted.high + 1):
            values = suitable(row)
            values[at] = beyond
            assert not accepts(row, values), values


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row.path)
def test_the_documents_say_the_same(row: Address) -> None:
    kinds = set(re.findall(r"\b[fis]\b", row.arguments))
    assert {wanted.tag for wanted in reader(row).wants} <= kinds
    for wanted in reader(row).wants:
        assert all(word in row.arguments for word in wanted.words)
        if wanted.unit == "dB":
            assert "dB" in row.arguments
    if not reader(row).wants:
        assert row.arguments == "ignored"
