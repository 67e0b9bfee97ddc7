"""What clients ask of MIDI, and the files that follow from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.beside.told import load
from tests.midi.stage import SPACE, Stage


def write(folder: Path, name: str, *rows: Any) -> Path:
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"musicvae": "midi", "schema": 1, "bindings": rows}))
    return path


def addresses(stage: Stage) -> list[str]:
    return [str(one[1]) for one in stage.ask("/midi/list") if one[0] == "/midi/list.reply"]


def test_a_list_says_where_controls_lead(stage: Stage) -> None:
    *rows, done = stage.ask("/midi/list")
    assert done == ("/done", "/midi/list", 60, "knobs")
    assert rows[0] == ("/midi/list.reply", "/latent/0", "cc 1", -2.0, 1.5, "lin", "")
    assert ("/midi/list.reply", "/gain", "cc 7", -48.0, 6.0, "lin", "") in rows
    assert len(rows) == 60


def test_a_mapping_is_saved_and_loaded(stage: Stage, tmp_path: Path) -> None:
    stage.ask("/midi/forget")
    stage.ask("/midi/learn", "/glide")
    stage.play("b0 4a 10 4a 20")
    stage.wait()
    assert stage.ask("/midi/save", "mine") == [("/done", "/midi/save", "mine")]
    assert (tmp_path / "presets/midi/mine.json").is_file()
    assert stage.ask("/midi/forget", "/glide") == [("/done", "/midi/forget", "/glide", 1)]
    assert addresses(stage) == []
    assert stage.ask("/midi/load", "mine") == [("/done", "/midi/load", "mine", 1)]
    assert addresses(stage) == ["/glide"]


def test_the_mapping_of_a_model_comes_first(stage: Stage, tmp_path: Path) -> None:
    assert stage.ask("/midi/save", "mine", "model") == [("/done", "/midi/save", "mine")]
    assert (tmp_path / "presets/midi" / SPACE / "mine.json").is_file()
    write(tmp_path / "presets/midi", "mine", {"control": "cc 1", "address": "/gain"})
    assert stage.ask("/midi/load", "mine") == [("/done", "/midi/load", "mine", 60)]
    load(stage.talk._mirror, "a", "clip", 3)  # a model without an id
    assert stage.ask("/midi/load", "mine") == [("/done", "/midi/load", "mine", 1)]
    ((fail, _, reason),) = stage.ask("/midi/save", "mine", "model")
    assert fail == "/fail"
    assert "no id" in reason


def test_default_is_loaded_with_each_model_until_a_hand_changed_the_mapping(
    stage: Stage, tmp_path: Path
) -> None:
    write(tmp_path / "presets/midi", "default", {"control": "cc 1", "address": "/gain"})
    own = {"control": "cc 1", "address": "/glide"}
    write(tmp_path / "presets/midi/fedcba9876543210", "default", own)
    load(stage.talk._mirror, "a", "rock", 5, "", SPACE)
    assert addresses(stage) == ["/gain"]
    load(stage.talk._mirror, "a", "punk", 6, "", "fedcba9876543210")
    assert addresses(stage) == ["/glide"]
    stage.ask("/midi/forget")
    load(stage.talk._mirror, "a", "rock", 5, "", SPACE)
    assert addresses(stage) == []


def test_rows_that_are_wrong_are_named_and_the_others_count(stage: Stage, tmp_path: Path) -> None:
    rows = [
        {"control": "cc 1", "address": "/gain"},
        {"control": "cc 200", "address": "/gain"},
        {"control": "cc 2", "address": "/gian"},
        {"control": "cc 3", "address": "/crossfade"},
    ]
    write(tmp_path / "presets/midi", "hand", *rows)
    first, second, done = stage.ask("/midi/load", "hand")
    assert first[0] == second[0] == "/midi/error.reply"
    assert first[1] == "row 2 of 'hand': 'cc' goes from 0 to 127, got 200"
    assert second[1].startswith("row 3 of 'hand': there is no address '/gian'")
    assert done == ("/done", "/midi/load", "hand", 2)
    assert addresses(stage) == ["/gain", "/crossfade"]


def test_a_file_that_cannot_be_read_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    before = addresses(stage)
    broken = tmp_path / "presets/midi/broken.json"
    write(tmp_path / "presets/midi", "broken")
    for text in ("{", "[]", '{"musicvae": "preset"}', '{"bindings": 3}', '{"schema": 2}', "\xff"):
        broken.write_text(text, "latin-1")
        ((fail, address, reason),) = stage.ask("/midi/load", "broken")
        assert (fail, address) == ("/fail", "/midi/load")
        assert "broken" in reason
    for name in ("nothing", "../mine", "a/b", ""):
        ((fail, *_),) = stage.ask("/midi/load", name)
        assert fail == "/fail"
    assert addresses(stage) == before


def test_a_file_to_begin_with(stage: Stage, tmp_path: Path) -> None:
    rows = [{"control": "cc 1", "address": "/gain"}, {"control": "x", "address": "/gain"}]
    stage.talk.desk.begin(str(write(tmp_path, "mine", *rows)))
    assert addresses(stage) == ["/gain"]
    assert len(stage.said) == 1
    assert "row 2" in stage.said[0]
    load(stage.talk._mirror, "a", "rock", 5, "", SPACE)  # it stays with another model
    assert addresses(stage) == ["/gain"]


def test_a_file_to_begin_with_that_is_not_there_is_said(stage: Stage, tmp_path: Path) -> None:
    stage.talk.desk.begin(str(tmp_path / "none.json"))
    assert len(stage.said) == 1
    assert "none.json" in stage.said[0]
    assert stage.play("b0 10 00") == [("/latent/0", -2.0)]  # the defaults count


def test_nonsense_is_refused(stage: Stage) -> None:
    for asked in (("/midi/other",), ("/midi/load",), ("/midi/save",)):
        ((fail, address, _),) = stage.ask(*asked)
        assert (fail, address) == ("/fail", asked[0])


def test_a_program_change_loads_the_preset_of_that_number(stage: Stage) -> None:
    assert stage.play("c0 01") == [("/preset/list",)]
    assert stage.play("c0 02 c0 00") == []  # one question for all
    for name in ("calm", "loud"):
        stage.say("/preset/list.reply", name)
    stage.sent.clear()
    stage.say("/done", "/preset/list", 2)
    assert stage.sent == [("/preset/load", "calm")]
    stage.play("c0 04")
    stage.say("/done", "/preset/list", 0)
    assert stage.said[-1] == "MIDI: program 5, but there are 0 presets"


def test_a_binding_of_a_program_comes_before_its_number(stage: Stage, tmp_path: Path) -> None:
    row = {"control": "program 2", "address": "/preset/load", "values": ["verse"]}
    stage.talk.desk.begin(str(write(tmp_path, "mine", row)))
    assert stage.play("c0 01 c0 01") == [("/preset/load", "verse")] * 2
    assert stage.play("c0 02") == [("/preset/list",)]


def test_what_the_daemon_refuses_is_said_once(stage: Stage) -> None:
    for _ in range(3):
        stage.say("/error", "/latent/9", "this model has latents 0 to 3")
    assert stage.said == ["MIDI: /latent/9 is refused: this model has latents 0 to 3"]


def test_it_takes_on_its_service_with_each_connection(stage: Stage) -> None:
    stage.sent.clear()
    stage.talk.connected(True, "secret")
    assert stage.sent == [("/service", "midi", "secret")]
