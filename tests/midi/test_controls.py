"""What messages move, and how controls are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.midi.controls import ANY, Control, Controls, Move, control_of
from musicvae.midi.parser import Parser


def moves(data: str) -> dict[str, float]:
    """The last place of each control after these bytes."""
    controls = Controls()
    heard = [move for one in Parser().feed(bytes.fromhex(data)) for move in controls.hear(one)]
    return {str(move.control): move.place for move in (*heard, *controls.settle())}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("b0 4a 7f", {"cc 74 channel 1": 1.0}),
        ("e0 00 00", {"bend channel 1": 0.0}),
        ("e0 00 40", {"bend channel 1": 0.5}),
        ("e0 7f 7f", {"bend channel 1": 1.0}),
        ("d3 7f", {"pressure channel 4": 1.0}),
        ("a0 3c 7f", {"touch 60 channel 1": 1.0}),
        ("c0 00", {"program 1 channel 1": 1.0}),
        (
            "90 7f 7f",
            {"note 127 channel 1": 1.0, "key channel 1": 1.0, "velocity channel 1": 1.0},
        ),
        ("90 3c 00", {"note 60 channel 1": 0.0}),  # a note-off as most keyboards send it
        ("80 3c 40", {"note 60 channel 1": 0.0}),
        ("b0 63 02 62 2c 06 7f", {"nrpn 300 channel 1": 1.0}),
        ("b0 63 02 62 2c 06 7f 26 7f", {"nrpn 300 channel 1": 1.0}),
        ("b0 65 00 64 00 06 02", {"cc 6 channel 1": 2 / 127}),  # a registered one is not ours
    ],
)
def test_moves(data: str, expected: dict[str, float]) -> None:
    assert moves(data) == expected


def test_pairs_have_14_bits_once_both_halves_were_seen() -> None:
    assert "cc14 1 channel 1" not in moves("b0 01 40")  # it may be alone
    assert moves("b0 01 40 21 01")["cc14 1 channel 1"] == (64 << 7 | 1) / 16383
    controls = Controls()
    parser = Parser()

    def heard(data: str) -> list[Move]:
        found = [move for one in parser.feed(bytes.fromhex(data)) for move in controls.hear(one)]
        return [move for move in found if move.control.kind == "cc14"]

    heard("b0 01 40 21 7f")
    assert heard("01 41") == []  # no step back to 0x41 << 7 before the lower half
    assert len(controls._waiting) == 1
    assert [move.place for move in heard("21 02")] == [(0x41 << 7 | 2) / 16383]
    assert not controls.waits
    heard("01 42")
    assert [move.place for move in controls.settle()] == [(0x42 << 7) / 16383]
    assert not controls.waits


@given(st.binary(max_size=300))
def test_any_bytes_move_controls_that_can_be_written(data: bytes) -> None:
    controls = Controls()
    for one in Parser().feed(data):
        for move in controls.hear(one):
            assert 0 <= move.place <= 1
            assert control_of(str(move.control)) == move.control
            assert move.control in move.control.meanings()
    for move in controls.settle():
        assert 0 <= move.place <= 1
    assert len(controls._selected) <= 16


def test_a_control_has_meanings_that_leave_more_open() -> None:
    assert [*map(str, control_of("cc 1 channel 2").meanings())] == ["cc 1 channel 2", "cc 1"]
    assert [*map(str, Control("touch", 60, 3).meanings())] == [
        *("touch 60 channel 3", "touch channel 3", "touch 60", "touch"),
    ]


@pytest.mark.parametrize(
    ("text", "control"),
    [
        ("cc 74", Control("cc", 74)),
        ("  note  36 channel 10", Control("note", 36, 10)),
        ("bend", Control("bend", ANY)),
        ("program 1", Control("program", 1)),
        ("touch", Control("touch")),
    ],
)
def test_controls_are_read(text: str, control: Control) -> None:
    assert control_of(text) == control


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "wants a control"),
        ("cc", "wants a number from 0 to 127"),
        ("cc 128", "goes from 0 to 127, got 128"),
        ("cc14 32", "goes from 0 to 31"),
        ("program 0", "goes from 1 to 128"),
        ("bend 3", "has no number"),
        ("cc 1 channel 17", "channels go from 1 to 16"),
        ("knob 1", "wants a control"),
        ("cc -1", "wants a control"),
    ],
)
def test_what_is_no_control_is_named(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        control_of(text)
