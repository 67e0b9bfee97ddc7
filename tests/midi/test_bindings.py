"""Rows of mappings, as people write them, and the mapping that they make."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.table import ADDRESSES
from musicvae.midi.bindings import Binding, binding_of, checked_address
from musicvae.midi.controls import Control, control_of
from musicvae.midi.defaults import defaults
from musicvae.midi.mapping import MAX_BINDINGS, Mapping


@pytest.mark.parametrize(
    "row",
    [
        {"control": "cc 74", "address": "/latent/3"},
        {"control": "cc 74 channel 2", "address": "/deck/b/gain", "low": -60, "high": 6},
        {"control": "cc 1", "address": "/glide", "curve": "exp"},
        {"control": "cc 20", "address": "/gain", "encoder": "twos", "step": 0.01},
        {"control": "note 36", "address": "/preset/load", "values": ["verse"]},
        {"control": "cc 1", "address": "/morph", "values": ["calm", "loud", None]},
        {"control": "note 37", "address": "/record/start", "note": "its name is made of the time"},
        {"control": "program 3", "address": "/midi/load", "values": ["bank 2"]},
    ],
)
def test_a_row_is_read_and_written(row: dict[str, Any]) -> None:
    binding = binding_of(row, ADDRESSES)
    assert binding_of(json.loads(json.dumps(binding.to_json())), ADDRESSES) == binding
    assert str(binding.control) == row["control"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (7, "wants an object"),
        ({}, "wants 'address' as a text"),
        ({"address": "/gain"}, "wants 'control' as a text"),
        ({"control": "cc 300", "address": "/gain"}, "goes from 0 to 127"),
        ({"control": "cc 3", "address": "/gian"}, "there is no address '/gian'"),
        ({"control": "cc 3", "address": "/deck/aa/gain"}, "no such deck; there are a, b, c"),
        ({"control": "cc 3", "address": "/deck/a/crossfade"}, "there is no address"),
        ({"control": "cc 3", "address": "/quit"}, "is not for controls"),
        ({"control": "cc 3", "address": "/service"}, "is not for controls"),
        ({"control": "cc 3", "address": "/gain", "adress": 1}, "has no 'adress'"),
        ({"control": "cc 3", "address": "/gain", "low": "loud"}, "wants 'low' as a number"),
        ({"control": "cc 3", "address": "/gain", "high": True}, "wants 'high' as a number"),
        ({"control": "cc 3", "address": "/gain", "high": 1e999}, "wants 'high' from"),
        ({"control": "cc 3", "address": "/gain", "curve": "round"}, "lin, exp, log, toggle"),
        ({"control": "cc 3", "address": "/gain", "encoder": 3}, "twos, offset, signed"),
        ({"control": "cc 3", "address": "/gain", "step": 0}, "wants 'step' from"),
        ({"control": "cc 3", "address": "/preset/load"}, "wants texts"),
        ({"control": "cc 3", "address": "/morph", "values": [None, None]}, "once at most"),
        ({"control": "cc 3", "address": "/morph", "values": [["a"]]}, "numbers, texts and null"),
        ({"control": "cc 3", "address": "/morph", "values": "a"}, "wants 'values' as a list"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(row: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        binding_of(row, ADDRESSES)


words = ["cc 7", "bend", "/gain", "/preset/load", "/seed", "lin", "toggle", "twos", "", "x" * 300]
plain = st.sampled_from([*words, None, True, 0, -1, 1e999, 2**70, 0.5])
anything = plain | st.lists(plain | st.lists(plain), max_size=3) | st.dictionaries(plain, plain)
names = st.sampled_from(["control", "address", "low", "high", "curve", "encoder", "step", "values"])


@given(st.dictionaries(names, anything))
def test_any_row_is_a_binding_or_a_reason(row: dict[str, Any]) -> None:
    try:
        binding = binding_of(row, ADDRESSES)
    except ValueError:
        return
    assert binding_of(binding.to_json(), ADDRESSES) == binding


def test_the_defaults_could_stand_in_a_file() -> None:
    for one in defaults():
        assert binding_of(one.to_json(), ADDRESSES) == one


def test_all_sound_off_silences_every_deck_that_there_is() -> None:
    for decks in ("a", "ab", "abcdefgh"):
        mapping = Mapping(given=defaults(decks))
        silenced = [one.address for one in mapping.of(Control("cc", 120, 1))]
        assert silenced == [f"/deck/{deck}/panic" for deck in decks]


def test_a_file_may_be_for_a_daemon_with_more_decks() -> None:
    assert checked_address("/deck/h/gain", ADDRESSES) == "/deck/h/gain"
    with pytest.raises(ValueError, match="no such deck; there are a, b"):
        checked_address("/deck/h/gain", ADDRESSES, "ab")


def test_a_control_may_move_several_addresses_and_be_named_openly() -> None:
    rows = ["cc 7 channel 2", "cc 7", "cc 7", "touch"]
    mapping = Mapping(Binding(control_of(row), f"/latent/{at}") for at, row in enumerate(rows))

    def moved(control: Control) -> list[str]:
        return [one.address for one in mapping.of(control)]

    assert moved(Control("cc", 7, 2)) == ["/latent/0", "/latent/1", "/latent/2"]
    assert moved(Control("cc", 7, 1)) == ["/latent/1", "/latent/2"]
    assert moved(Control("cc", 8, 1)) == []
    assert moved(Control("touch", 60, 9)) == ["/latent/3"]


def test_what_is_learnt_takes_the_place_of_what_was_given() -> None:
    mapping = Mapping(given=defaults())
    before = len(mapping)
    assert mapping.learn(Binding(Control("cc", 7, 1), "/glide"))
    assert [one.address for one in mapping.of(Control("cc", 7, 1))] == ["/glide"]
    assert len(mapping) == before  # one more, and the gain that CC 7 was given is gone
    assert mapping.learn(Binding(Control("cc", 7, 1), "/seed"))
    assert [one.address for one in mapping.of(Control("cc", 7, 1))] == ["/glide", "/seed"]
    assert mapping.learn(Binding(Control("cc", 8, 1), "/glide"))  # an address has one control
    assert [one.address for one in mapping.of(Control("cc", 7, 1))] == ["/seed"]
    assert mapping.forget("/seed") == 1
    assert mapping.forget() == len(defaults()) - 2 + 1  # CC 7 and CC 8 lost what they were given
    assert len(mapping) == 0


def test_a_mapping_has_an_end() -> None:
    rows = [Binding(Control("nrpn", at), f"/latent/{at}") for at in range(MAX_BINDINGS + 5)]
    mapping = Mapping(rows)
    assert len(mapping) == MAX_BINDINGS
    assert not mapping.learn(Binding(Control("cc", 1), "/gain"))
    assert mapping.learn(Binding(Control("cc", 1), "/latent/0"))
