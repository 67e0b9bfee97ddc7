"""From bytes to messages: ranges, curves, presses, steps."""

from __future__ import annotations

from typing import Any

import pytest

from musicvae.live.table import ADDRESSES
from musicvae.midi.bindings import binding_of
from musicvae.midi.mapping import Mapping
from tests.midi.stage import Stage


def bind(stage: Stage, *rows: dict[str, Any]) -> None:
    stage.talk._player.mapping = Mapping(binding_of(row, ADDRESSES) for row in rows)


def test_a_knob_without_a_file_moves_a_latent_over_the_range_of_the_music(stage: Stage) -> None:
    assert stage.play("b0 10 00") == [("/latent/0", -2.0)]
    assert stage.play("b0 11 7f") == [("/latent/1", 2.5)]
    assert stage.play("e0 00 40") == [("/latent/1", 0.0)]
    assert stage.play("b0 07 7f") == [("/gain", 6.0)]
    assert stage.play("b0 78 7f") == [("/deck/a/panic",), ("/deck/b/panic",)]
    assert stage.play("b0 7b 00") == []  # nothing is bound to it


@pytest.mark.parametrize(
    ("row", "data", "expected"),
    [
        ({"address": "/latent/2"}, "b0 01 7f", [("/latent/2", 3.5)]),
        ({"address": "/deck/b/latent/1"}, "b0 01 7f", [("/deck/b/latent/1", 2.5)]),
        ({"address": "/gain", "low": 6, "high": -6}, "b0 01 7f", [("/gain", -6.0)]),
        ({"address": "/crossfade"}, "b0 01 7f", [("/crossfade", 1.0)]),
        ({"address": "/attr/loudness"}, "b0 01 00", [("/attr/loudness", -3.0)]),
        ({"address": "/latent/scale"}, "b0 01 7f", [("/latent/scale", 2.0)]),
        ({"address": "/seed"}, "b0 01 40", [("/seed", 64)]),
        ({"address": "/seed", "high": 1000}, "b0 01 7f", [("/seed", 1000)]),
        ({"address": "/mute"}, "b0 01 30 01 50", [("/mute", 0), ("/mute", 1)]),
        ({"address": "/panic"}, "b0 01 10 01 7f 01 70 01 00 01 7f", [("/panic",)] * 2),
        ({"address": "/chan3"}, "b0 01 7f", [("/chan3", 3.5)]),
        (
            {"address": "/morph", "values": ["calm", "loud", None]},
            "b0 01 7f",
            [("/morph", "calm", "loud", 1.0)],
        ),
        (
            {"address": "/preset/load", "values": ["verse"]},
            "b0 01 7f 01 00",
            [("/preset/load", "verse")],
        ),
        ({"address": "/record/start"}, "b0 01 7f", [("/record/start",)]),
        ({"address": "/preset/load", "values": [None]}, "b0 01 05", [("/preset/load", 5)]),
    ],
)
def test_what_a_controller_sends(
    stage: Stage, row: dict[str, Any], data: str, expected: list[tuple[Any, ...]]
) -> None:
    bind(stage, {"control": "cc 1", **row})
    assert stage.play(data) == [pytest.approx(one) if len(one) == 2 else one for one in expected]


def test_a_curve_bends_the_way(stage: Stage) -> None:
    bind(stage, {"control": "cc 1", "address": "/glide", "low": 0, "high": 1000, "curve": "exp"})
    ((_, value),) = stage.play("b0 01 40")
    assert 0 < value < 200


def test_a_pad_toggles_what_the_daemon_has(stage: Stage) -> None:
    bind(stage, {"control": "note 36", "address": "/mute", "curve": "toggle"})
    stage.say("/get.reply", "/deck/a/mute", 0)
    press, release = "90 24 7f", "80 24 00"
    assert stage.play(press) == [("/mute", 1)]
    assert stage.play(release) == []
    assert stage.play(press) == [("/mute", 0)]  # before the daemon has told the first
    stage.play(release)
    stage.say("/get.reply", "/deck/a/mute", 1)  # somebody else
    assert stage.play(press) == [("/mute", 0)]


def test_an_encoder_goes_on_from_where_the_value_is(stage: Stage) -> None:
    row = {"control": "cc 1", "address": "/gain", "low": -10, "high": 10, "step": 0.1}
    bind(stage, row | {"encoder": "twos"})
    stage.say("/get.reply", "/deck/a/gain", -3.0)
    assert stage.play("b0 01 01 01 01") == [("/gain", -1.0), ("/gain", 1.0)]
    stage.say("/get.reply", "/deck/a/gain", 9.0)
    assert stage.play("b0 01 01 01 7f") == [("/gain", 10.0), ("/gain", 8.0)]  # not beyond its end
    bind(stage, {"control": "cc 1", "address": "/seed", "encoder": "offset"})
    stage.say("/get.reply", "/deck/a/seed", 5)
    assert stage.play("b0 01 41") == [("/seed", 6)]  # whole numbers go by one at least


def test_fingers_of_an_mpe_keyboard_share_a_binding(stage: Stage) -> None:
    bind(stage, {"control": "pressure", "address": "/gain", "low": 0, "high": 1})
    assert stage.play("d2 7f d5 00") == [("/gain", 1.0), ("/gain", 0.0)]
    bind(stage, {"control": "touch 60", "address": "/gain", "low": 0, "high": 1})
    assert stage.play("a0 3c 7f a0 3d 7f") == [("/gain", 1.0)]


def test_more_than_the_daemon_takes_waits_and_the_newest_arrives(stage: Stage) -> None:
    sent = stage.play("b0" + "".join(f"10{value % 127:02x}" for value in range(2000)) + "107f")
    assert 500 <= len(sent) < 700
    stage.sent.clear()
    for _ in range(10_000):  # its budget grows with the clock
        stage.wait_once()
        if stage.sent:
            break
    assert stage.sent == [("/latent/0", pytest.approx(1.5))]


def test_fourteen_bits_make_one_message_for_each_place(stage: Stage) -> None:
    bind(stage, {"control": "cc14 1", "address": "/gain", "low": 0, "high": 1})
    assert stage.play("b0 01 7f") == []
    assert stage.play("b0 21 7f") == [("/gain", 1.0)]
    assert stage.play("b0 01 00") == []
    stage.sent.clear()
    stage.wait()
    assert stage.sent == [("/gain", 0.0)]
