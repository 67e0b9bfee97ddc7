from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.live.table import ADDRESSES

ODD = 0.1 + 0.2  # as float64 and as float32 it is no short decimal


def set_everything(rig: Any, scale: float = 1.0) -> None:
    rig.done("/tape/load", "solo")
    for message in (
        ("/glide", 33.3),
        ("/latent", ODD * scale, -1 / 3, 1e-7, scale),
        ("/latent/scale", 1.1, 0.9),
        ("/latent/bias", 0.01 * scale),
        ("/latent/clamp", -3.0, 2.5),
        ("/attr/loudness", 0.7 * scale),
        ("/walk", 1.25 * scale, 0.8),
        ("/seed", 42),
        ("/tape/play", 0),
        ("/tape/rate", -0.5 * scale),
        ("/tape/scrub", 0.3),
        ("/tape/loop", 0.1, 0.9),
        ("/tape/scale", 1.5),
        ("/source", "tape"),
        ("/gain", -4.5 * scale),
        ("/mute", 1),
    ):
        rig.apply(*message)


def test_a_preset_is_recalled_to_the_bit(rig: Any) -> None:
    set_everything(rig)
    kept = rig.state()
    assert rig.done("/preset/save", "one") == ["one"]
    rig.done("/model/load", "metal")  # presets belong to the latent space, not to the model
    set_everything(rig, 0.5)
    assert rig.state() != kept
    assert rig.done("/preset/load", "one") == ["one"]
    assert rig.state() == kept
    latent = next(message for message in kept if message[0] == "/latent")
    assert latent[1] == float(np.float32(ODD))


def test_what_a_preset_does_not_play_may_have_gone(rig: Any, models: Path) -> None:
    rig.done("/tape/load", "solo")
    rig.done("/preset/save", "loop")
    rig.apply("/walk", 1.0)
    rig.apply("/source", "walk")
    rig.apply("/gain", -6.0)
    rig.done("/preset/save", "walk")
    (models / "solo.tape").unlink()
    rig.apply("/gain", 0.0)
    before = rig.state()
    assert "no tape of that name" in rig.failed("/preset/load", "loop")
    assert rig.state() == before
    rig.done("/preset/load", "walk")
    (_, address, (left, reason)), *_ = [one for one in rig.said if one[1] == "/error"]
    assert (address, left) == ("/error", "/deck/a/tape/load")
    assert "does not play here" in reason
    assert ["/gain", -6.0] in rig.state()
    rig.done("/morph", "walk", "walk", 1.0)


def test_all_of_a_preset_happens_at_one_frame(rig: Any) -> None:
    rig.done("/preset/save", "one")
    frames: list[int] = []
    rig.engine.journal = lambda frame, batch: frames.append(frame) if batch else None
    rig.done("/preset/load", "one")
    assert len(frames) == 1


def test_a_preset_goes_to_the_deck_that_asks(rig: Any) -> None:
    rig.apply("/latent", 1.5, -0.5)
    rig.done("/preset/save", "one")
    rig.done("/deck/b/model/load", "jazz")
    rig.done("/deck/b/preset/load", "one")
    assert rig.state("b") == rig.state("a")


def test_they_are_listed_and_deleted_for_the_decks_model(rig: Any) -> None:
    for name in ("zwei", "Eins", "Ärger 3"):
        rig.done("/preset/save", name)
    assert rig.done("/preset/list") == [3]
    listed = [values for _, address, values in rig.said if address == "/preset/list.reply"]
    assert listed == [["Eins"], ["zwei"], ["Ärger 3"]]
    assert rig.done("/preset/delete", "zwei") == ["zwei"]
    assert rig.done("/preset/list") == [2]
    assert "no preset 'zwei'" in rig.failed("/preset/load", "zwei")
    assert "no preset 'zwei'" in rig.failed("/preset/delete", "zwei")
    rig.done("/deck/b/model/load", "wide")
    assert rig.done("/deck/b/preset/list") == [0]


def test_a_preset_of_other_latents_is_refused_with_a_reason(rig: Any) -> None:
    rig.done("/preset/save", "one")
    for name in ("wide", "loops"):
        rig.done("/deck/b/model/load", name)
        state = rig.state("b")
        reason = rig.failed("/deck/b/preset/load", "one")
        assert "preset 'one' was saved with 'jazz'" in reason
        assert f"'{name}'" in reason
        assert rig.state("b") == state


@pytest.mark.parametrize("name", ["../one", ".hidden", "a/b", "con", "a" * 65])
def test_names_are_bare(rig: Any, name: str) -> None:
    for act in ("save", "load", "delete"):
        assert "cannot be a name" in rig.failed(f"/preset/{act}", name)


def test_a_deck_without_a_model_has_no_presets(rig: Any) -> None:
    for job in (("/preset/save", "one"), ("/preset/list",), ("/morph", "one", "one", 0.5)):
        assert "no model plays" in rig.failed(f"/deck/b{job[0]}", *job[1:])


def test_a_damaged_preset_changes_nothing(rig: Any) -> None:
    rig.done("/preset/save", "one")
    (path,) = rig.presets.rglob("one.json")
    values = json.loads(path.read_text("utf-8"))
    state = rig.state()
    for spoilt in (
        "{",
        json.dumps(values | {"state": [["/latent", "loud"]]}),
        json.dumps(values | {"state": [["/latent", 0.5], ["/quux", 1]]}),
        json.dumps(values | {"state": [["/latent", 0.5], ["/tape/load", "gone"]]}),
        json.dumps(values | {"state": [["/latent", 0.5], ["/model/load", "gone"]]}),
    ):
        path.write_text(spoilt, "utf-8")
        assert rig.failed("/preset/load", "one")
        assert rig.failed("/morph", "one", "one", 0.0)
        assert rig.failed("/morph/time", "one", 1.0)
    assert rig.state() == state


NOTHING_OF_A_DECK = [row.path for row in ADDRESSES if row.apply is None and row.alias is None]


@pytest.mark.parametrize("address", ["/status", *NOTHING_OF_A_DECK])
def test_a_message_that_sets_nothing_of_a_deck_is_refused(rig: Any, address: str) -> None:
    """Such a message once ended the rendering thread."""
    rig.done("/preset/save", "one")
    (path,) = rig.presets.rglob("one.json")
    values = json.loads(path.read_text("utf-8"))
    state = rig.state()
    for arguments in ([], [1], ["a", "b"], ["a", "b", 0.5]):
        message = [address, *arguments]
        path.write_text(json.dumps(values | {"state": [message, *values["state"]]}), "utf-8")
        assert rig.failed("/preset/load", "one")
        assert rig.failed("/morph", "one", "one", 0.0)
        assert rig.failed("/morph", "one", "one", 0.4)
        assert rig.failed("/morph/time", "one", 1.0)
    assert rig.state() == state


def latents(rig: Any) -> list[float]:
    return next(message[1:] for message in rig.state() if message[0] == "/latent")


def value(rig: Any, address: str) -> Any:
    return next(message[1] for message in rig.state() if message[0] == address)


def test_a_morph_is_the_first_the_second_or_between(rig: Any) -> None:
    rig.apply("/latent", 0.0, 1.0, 0.1, 0.0)
    rig.apply("/gain", -12.0)
    rig.done("/preset/save", "one")
    first = rig.state()
    rig.apply("/latent", 1.0, -1.0, 0.2, 0.0)
    rig.apply("/gain", 0.0)
    rig.apply("/walk", 3.0)
    rig.done("/preset/save", "two")
    second = rig.state()
    assert rig.done("/morph", "one", "two", 0.0) == ["one", "two", 0.0]
    assert rig.state() == first
    rig.done("/morph", "one", "two", 1.0)
    assert rig.state() == second
    rig.done("/morph", "one", "two", 0.25)
    assert latents(rig) == pytest.approx([0.25, 0.5, 0.125, 0.0])
    assert value(rig, "/gain") == -9
    assert value(rig, "/walk") == 1.5
    assert value(rig, "/source") == "held"
    rig.done("/morph", "one", "two", 0.5)
    assert value(rig, "/source") == "walk"
    assert "no preset 'three'" in rig.failed("/morph", "one", "three", 0.5)


def test_a_morph_does_not_start_the_tape_again(rig: Any, models: Path) -> None:
    set_everything(rig)
    rig.done("/preset/save", "one")
    rig.apply("/tape/scrub", 0.6)
    tape = rig.engine.decks["a"].voice.controls.sources["tape"]
    place = tape.position
    rig.done("/morph", "one", "one", 0.5)
    assert rig.engine.decks["a"].voice.controls.sources["tape"] is tape
    assert tape.position == place
    (models / "other.tape").write_bytes((models / "solo.tape").read_bytes())
    rig.done("/tape/load", "other")
    rig.done("/morph", "one", "one", 0.5)  # another tape is asked for, so it is loaded
    assert rig.engine.decks["a"].voice.controls.sources["tape"].tape_name == "solo"
    assert rig.engine.decks["a"].voice.controls.sources["tape"].position == tape.frames * 0.3


def test_a_morph_in_time_glides_and_leaves_the_glide_as_it_is_kept(rig: Any) -> None:
    rig.apply("/glide", 20.0)
    rig.apply("/latent", 1.0)
    rig.done("/preset/save", "one")
    rig.apply("/latent", 0.0)
    rig.handle.look(lambda frame: rig.engine.decks["a"].voice.controls.manual.jump(0.0))
    # The engine's frame at which the job happened, and how far it is then from arriving.
    rig.done("/morph/time", "one", 2.0)
    controls = rig.engine.decks["a"].voice.controls
    assert controls.glide_ms == 20
    assert controls.manual.target[0] == 1
    assert 0 <= controls.manual.value[0] < 1
    assert controls.manual._left[0] > 250  # of 500 frames of 4 ms
    rig.done("/morph/time", "one", 0.0)
    rig.handle.look(lambda frame: None)
    assert controls.manual._left[0] <= 1


def test_models_of_one_latent_space_share_presets_whatever_attributes_they_offer(
    rig: Any, make_stream: Callable[..., Path], stream_artifacts: Any
) -> None:
    make_stream("models/few.onnx", attributes=stream_artifacts.attributes(4)[:1])
    rig.apply("/attr/loudness", 0.5)
    rig.done("/preset/save", "two names")
    rig.done("/model/load", "few")
    rig.done("/preset/load", "two names")  # /attr/brightness 0 is not missed
    assert value(rig, "/attr/loudness") == 0.5
    rig.done("/preset/save", "one name")
    rig.done("/model/load", "jazz")
    rig.apply("/attr/brightness", 1.5)
    rig.done("/preset/load", "one name")
    assert value(rig, "/attr/brightness") == 0
    rig.apply("/attr/brightness", 1.5)
    rig.done("/preset/save", "bright")
    rig.done("/model/load", "few")
    assert "this model's attributes are: loudness" in rig.failed("/preset/load", "bright")
