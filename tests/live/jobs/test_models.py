from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.jobs.worker import Task
from musicvae.live.network.peers import Peer
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)


def test_a_model_is_loaded_on_the_deck_that_was_named(rig: Any) -> None:
    assert rig.done("/deck/b/model/load", "loops") == ["loops"]
    assert rig.engine.decks["a"].voice.name == "jazz"
    assert isinstance(rig.engine.decks["b"].voice, ClipVoice)
    assert rig.engine.decks["b"].shape.latent_dim == 3


def break_it(models: Path, how: str, onnx: Any, make_stream: Callable[..., Path]) -> str:
    """Create a good or a damaged model; returns its name."""
    path = models / f"{how}.onnx"
    if how == "missing":
        return how
    if how in ("torn", "ears"):
        return how  # they lie there already
    make_stream(f"models/{how}.onnx")
    model = onnx.load(path)
    if how == "deleted":
        path.unlink()
    elif how == "external":
        tensor = model.graph.initializer[0]
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.ClearField("raw_data")
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "../../secret"
        path.write_bytes(model.SerializeToString())
    elif how == "domain":
        model.opset_import.append(onnx.helper.make_opsetid("com.example", 1))
        model.graph.node[0].domain = "com.example"
        path.write_bytes(model.SerializeToString())
    elif how == "newer":
        facts = json.loads(model.metadata_props[0].value)
        model.metadata_props[0].value = json.dumps(facts | {"schema": 99})
        path.write_bytes(model.SerializeToString())
    return how


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("missing", "no model of that name"),
        ("deleted", "no model of that name"),
        ("torn", "torn"),
        ("ears", "encoder"),
        ("external", "external"),
        ("domain", "custom operators"),
        ("newer", "newer"),
    ],
)
def test_a_model_that_cannot_be_played_changes_nothing(
    rig: Any, models: Path, make_stream: Callable[..., Path], how: str, reason: str
) -> None:
    onnx = pytest.importorskip("onnx")
    rig.apply("/latent", 1.0, -1.0)
    voice, state = rig.engine.decks["a"].voice, rig.state()
    name = break_it(models, how, onnx, make_stream)
    assert reason in rig.failed("/model/load", name)
    assert rig.engine.decks["a"].voice is voice
    assert rig.state() == state
    assert rig.worker.faults.count == 0


@pytest.mark.parametrize("name", ["../models/jazz", "/etc/passwd", "jazz.onnx/..", "..", "jazz\0"])
def test_a_name_is_never_a_path(rig: Any, name: str) -> None:
    task = Task(ADDRESSES.command("/model/load", "a", "", (name,)), ME, "/model/load")
    rig.said.clear()
    rig.worker.do(task)  # past the parser, which refuses some of them before
    ((_, address, values),) = rig.said
    assert address == "/fail"
    assert "no model of that name" in values[1]


def test_a_model_that_is_replaced_or_deleted_under_us_plays_on(
    rig: Any, models: Path, make_stream: Callable[..., Path]
) -> None:
    rig.apply("/latent", 2.0, 2.0)
    make_stream("models/jazz.onnx", sounding="Softsign")
    voice = rig.engine.decks["a"].voice
    decoded = voice.work.decoded
    rig.handle.look(lambda frame: None)
    while voice.work.decoded < decoded + 3:
        rig.handle.look(lambda frame: None)
    assert voice.work.failed == 0
    rig.done("/model/load", "jazz")  # the new one
    assert rig.engine.decks["a"].voice is not voice
    assert "replaced" in rig.journal.unreplayable  # and honest about what that costs
    (models / "jazz.onnx").unlink()
    assert "no model of that name" in rig.failed("/model/load", "jazz")
    assert rig.engine.level > 0


def test_lists_say_what_there_is_and_what_is_wrong(rig: Any) -> None:
    assert rig.done("/model/list") == [6]
    rows = {values[0]: values[1:] for _, address, values in rig.said}
    assert {address for _, address, _ in rig.said} == {"/model/list.reply"}
    assert rows["jazz"] == ["stream", "jazz", 4, 16_000, ""]
    assert rows["loops"] == ["clip", "jazz", 3, 16_000, ""]
    assert rows["wide"] == ["stream", "jazz", 6, 12_000, ""]
    assert rows["ears"][0] == "encoder"
    assert "latents" in rows["ears"][-1]
    assert rows["torn"][:4] == ["broken", "", 0, 0]
    assert rows["torn"][-1]
    assert rig.done("/tape/list") == [1]
    assert rig.said[0][1:] == ("/tape/list.reply", ["solo", pytest.approx(0.32), ""])


def test_a_tape_is_loaded_and_becomes_the_source(rig: Any) -> None:
    assert rig.done("/tape/load", "solo") == ["solo"]
    controls = rig.engine.decks["a"].voice.controls
    assert (controls.source, controls.sources["tape"].tape_name) == ("tape", "solo")


def test_a_tape_that_does_not_fit_changes_nothing(rig: Any, models: Path) -> None:
    (models / "torn.tape").write_bytes((models / "solo.tape").read_bytes()[:-1])
    state = rig.state()
    assert "no tape of that name" in rig.failed("/tape/load", "other")
    assert rig.failed("/tape/load", "torn")
    assert "stream model" in rig.failed("/deck/b/tape/load", "solo")
    rig.done("/deck/b/model/load", "loops")
    assert "stream model" in rig.failed("/deck/b/tape/load", "solo")
    rig.done("/deck/b/model/load", "wide")
    assert "another encoder" in rig.failed("/deck/b/tape/load", "solo")
    assert rig.state() == state


def test_sync_waits_for_the_engine(rig: Any) -> None:
    rig.engine.post(ADDRESSES.command("/gain", "a", "", (-7.0,)))
    rig.said.clear()
    rig.worker.do(Task(ADDRESSES.command("/sync", "", "", (5,)), ME, "/sync"))
    assert rig.said == [(ME, "/synced", [5])]
    assert rig.engine.decks["a"].gain_db == -7


def test_an_engine_that_stands_still_is_told(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvae.live.stage.engine_handle.PATIENCE", 0.05)
    rig.output.stop()
    assert "nothing is rendered" in rig.failed("/model/load", "loops")
