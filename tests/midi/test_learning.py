"""Learning by moving, as clients ask for it."""

from __future__ import annotations

import pytest

from tests.midi.stage import Stage


def learn(stage: Stage, data: str, *asked: object) -> str:
    """The control that is bound when these bytes come."""
    assert stage.ask("/midi/learn", *asked) == []
    assert stage.play(data) == []  # nothing moves meanwhile
    stage.wait()
    ((done, address, name, control),) = stage.answers()
    assert (done, address, name) == ("/done", "/midi/learn", asked[0])
    assert stage.said[-1] == f"MIDI: {control} moves {name}"
    return str(control)


@pytest.mark.parametrize(
    ("data", "control"),
    [
        ("b0 4a 10 4a 30", "cc 74 channel 1"),
        ("b0 4a 7f", "cc 74 channel 1"),  # a button sends one value
        ("b0 4a 10 10 10 10 40", "cc 16 channel 1"),  # the other one trembled
        ("b0 01 10 21 05 01 20 21 06", "cc14 1 channel 1"),
        ("b0 63 02 62 2c 06 01 26 02 06 30 26 00", "nrpn 300 channel 1"),
        ("90 24 7f", "note 36 channel 1"),
        ("91 24 7f d1 10 d1 70", "pressure channel 2"),  # a key that is pressed on
        ("91 24 7f d1 10 d1 70 92 30 40 d2 00 d2 30", "pressure"),
        ("a0 24 10 a0 24 50", "touch channel 1"),
        ("c0 04", "program 5 channel 1"),
        ("e0 00 50 e0 00 60", "bend channel 1"),
    ],
)
def test_what_moved_is_bound(stage: Stage, data: str, control: str) -> None:
    assert learn(stage, data, "/gain") == control


def test_what_is_learnt_moves(stage: Stage) -> None:
    learn(stage, "b0 07 10 07 30", "/latent/3", -1.0, 1.0)
    assert stage.play("b0 07 7f") == [("/latent/3", 1.0)]  # and no longer the gain


def test_an_encoder_is_bound_as_one(stage: Stage) -> None:
    learn(stage, "b0 20 41 20 41 20 41 20 41", "/crossfade")
    stage.say("/get.reply", "/crossfade", 0.5)
    assert stage.play("b0 20 3f") == [("/crossfade", 0.5 - 1 / 128)]


def test_a_pad_is_bound_to_a_switch_so_that_it_toggles(stage: Stage) -> None:
    learn(stage, "90 24 7f 80 24 00", "/mute")
    stage.say("/get.reply", "/deck/a/mute", 0)
    assert stage.play("90 24 7f 80 24 00 90 24 7f") == [("/mute", 1), ("/mute", 0)]


def test_only_the_last_wish_counts(stage: Stage) -> None:
    stage.ask("/midi/learn", "/gain")
    assert stage.ask("/midi/learn", "/glide") == [
        ("/fail", "/midi/learn", "another address is learnt"),
    ]
    stage.play("b0 4a 10 4a 20")
    assert stage.ask("/midi/learn") == [
        ("/fail", "/midi/learn", "ended by hand"),
        ("/done", "/midi/learn"),
    ]
    before = stage.talk._player.mapping.bindings
    stage.wait()  # the window closes, and binds nothing
    assert stage.talk._player.mapping.bindings == before


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/nonsense", "there is no address"),
        ("gain", "there is no address"),
        ("/quit", "is not for controls"),
        ("/preset/load", "it wants texts"),
        ("/deck/c/gain", "no such deck; there are a, b"),
    ],
)
def test_what_cannot_be_learnt_is_said_at_once(stage: Stage, address: str, reason: str) -> None:
    ((fail, _, why),) = stage.ask("/midi/learn", address)
    assert fail == "/fail"
    assert reason in why
