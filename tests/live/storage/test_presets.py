from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import PresetError
from musicvae.files import parse_json_object
from musicvae.live.storage import presets as presets_module
from musicvae.live.storage.presets import Presets
from tests.live.storage.preset_models import (
    CLIP,
    GRAPH,
    JAZZ,
    OTHER_SPACE,
    ROCK,
    SPACE,
    STATE,
    a_model,
)


def test_a_state_comes_back_to_the_bit(presets: Presets) -> None:
    bits = np.random.default_rng(1).integers(0, 2**32, 500, np.uint32)
    values = bits.view(np.float32)
    values = np.concatenate([values[np.isfinite(values)], np.array([-0.0, 1e-45, 0.1], np.float32)])
    presets.save("warm", [["/deck/a/latent", *values], ["/seed", 7]], JAZZ, "jazz")
    latent, seed = presets.load("warm", JAZZ, "jazz")
    assert latent[0] == "/latent"  # of no deck, so that it can be recalled on another
    assert np.array(latent[1:], np.float32).tobytes() == values.tobytes()
    assert seed == ["/seed", 7]
    assert type(seed[1]) is int


def test_the_file_is_plain_json_of_few_lines(presets: Presets) -> None:
    path = presets.save("été", STATE, JAZZ, "jazz")
    assert path == presets.folder / SPACE / "été.json"
    text = path.read_text("utf-8")
    values = json.loads(text)
    assert values.pop("saved").endswith("+00:00")
    assert values == {
        "musicvae": "preset",
        "schema": 1,
        "model": "jazz",
        "latent_space": SPACE,
        "latent_dim": 4,
        "state": STATE,
    }
    assert '  ["/gain", -6.0],\n' in text
    assert list(path.parent.iterdir()) == [path]


def test_a_clip_is_known_by_its_graph(presets: Presets) -> None:
    path = presets.save("hit", STATE, CLIP, "drum")
    assert path.parent.name == GRAPH[:16]
    assert json.loads(path.read_text())["graph"] == GRAPH
    assert presets.load("hit", CLIP, "drum") == STATE
    retrained = a_model(kind="clip", latent_space="", graph_sha256="cd" * 32)
    with pytest.raises(PresetError, match=r"'drum' \(4 latents of graph abab.*'drum' .*cdcdcdcd"):
        presets.load("hit", retrained, "drum")


def test_models_of_one_space_share_their_presets(presets: Presets) -> None:
    presets.save("warm", STATE, JAZZ, "jazz-float32")
    smaller = a_model(precision="float16", graph_sha256=GRAPH)
    assert presets.load("warm", smaller, "jazz-float16") == STATE


def test_a_preset_of_another_model_is_refused_by_both_names(presets: Presets) -> None:
    path = presets.save("warm", STATE, JAZZ, "jazz")
    with pytest.raises(PresetError, match=r"'warm' was saved with 'jazz'.* than those of 'rock'"):
        presets.load("warm", ROCK, "rock")
    copied = presets.folder / OTHER_SPACE / "warm.json"
    copied.parent.mkdir()
    copied.write_bytes(path.read_bytes())
    with pytest.raises(PresetError, match=r"'warm' was saved with 'jazz'.* than those of 'rock'"):
        presets.load("warm", ROCK, "rock")
    with pytest.raises(PresetError, match=r"4 latents of latent_space .*8 latents"):
        presets.load("warm", a_model(latent_dim=8), "wide")


def test_what_a_file_says_of_its_latents_is_shown_without_control_characters(
    presets: Presets,
) -> None:
    path = presets.save("warm", STATE, JAZZ, "jazz")
    path.write_text(path.read_text().replace(SPACE, "\\u001b[2J\\r\\n"))
    with pytest.raises(PresetError, match=r"4 latents of latent_space \?\[2J\?\?…") as caught:
        presets.load("warm", JAZZ, "jazz")
    assert str(caught.value).isprintable()


def test_listing_and_deleting(presets: Presets) -> None:
    assert presets.names(JAZZ) == []
    for name in ("b", "A", "c 2"):
        presets.save(name, STATE, JAZZ, "jazz")
    presets.save("other", STATE, ROCK, "rock")
    (presets.folder / SPACE / "not (a) name.json").write_text("{}")
    assert presets.names(JAZZ) == ["A", "b", "c 2"]
    presets.delete("b", JAZZ, "jazz")
    assert presets.names(JAZZ) == ["A", "c 2"]
    with pytest.raises(PresetError, match="did you mean 'c 2'"):
        presets.load("c2", JAZZ, "jazz")
    with pytest.raises(PresetError, match=r"no preset 'b' of 'jazz'. Expected: A, c 2"):
        presets.load("b", JAZZ, "jazz")
    with pytest.raises(PresetError, match="'other' was saved with 'rock'"):
        presets.delete("other", JAZZ, "jazz")
    assert presets.names(ROCK) == ["other"]


def test_the_same_file_is_parsed_once_and_another_one_again(
    presets: Presets, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []

    def counted(data: bytes, *limits: Any, **more: Any) -> Any:
        parsed.append(data)
        return parse_json_object(data, *limits, **more)

    monkeypatch.setattr(presets_module, "parse_json_object", counted)
    file = presets.save("the end of a fader", STATE, JAZZ, "jazz")
    for _ in range(3):  # as a morph does for each message
        presets.load("the end of a fader", JAZZ, "jazz").clear()
    assert len(parsed) == 1
    file.write_text(file.read_text().replace("-6.0", "-7.0"))  # of the same size
    assert ["/gain", -7.0] in presets.load("the end of a fader", JAZZ, "jazz")


def test_saving_again_replaces(presets: Presets) -> None:
    presets.save("warm", STATE, JAZZ, "jazz")
    presets.save("warm", [["/gain", 0.0]], JAZZ, "jazz")
    assert presets.load("warm", JAZZ, "jazz") == [["/gain", 0.0]]


@pytest.mark.parametrize(
    "state",
    [[["/gain", float("nan")]], [["/gain", True]], [["/gain"]] * 5000, [["/name", "\ud800"]]],
)
def test_what_could_not_be_loaded_is_not_saved(presets: Presets, state: Any) -> None:
    presets.save("warm", STATE, JAZZ, "jazz")
    with pytest.raises(PresetError):
        presets.save("warm", state, JAZZ, "jazz")
    assert presets.load("warm", JAZZ, "jazz") == STATE


def test_a_state_too_large_is_not_saved(presets: Presets) -> None:
    state = [["/latent/traj", *([0.1] * 4000)]] * 100
    with pytest.raises(PresetError, match="too large"):
        presets.save("big", state, JAZZ, "jazz")
    assert presets.names(JAZZ) == []


def test_there_is_an_end_of_presets(presets: Presets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets_module, "MAX_PRESETS", 2)
    presets.save("one", STATE, JAZZ, "jazz")
    presets.save("two", STATE, JAZZ, "jazz")
    with pytest.raises(PresetError, match="2 presets of this model already"):
        presets.save("three", STATE, JAZZ, "jazz")
    presets.save("two", [], JAZZ, "jazz")
    presets.save("three", STATE, ROCK, "rock")


def test_a_model_without_an_id_has_no_presets(presets: Presets) -> None:
    for info in (a_model(latent_space=""), a_model(latent_space="", graph_sha256="../../x")):
        with pytest.raises(PresetError, match="no id"):
            presets.save("warm", STATE, info, "jazz")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PresetError, match="cannot save preset 'warm'"):
        Presets(tmp_path / "file").save("warm", STATE, JAZZ, "jazz")


def test_a_model_name_that_no_text_holds(presets: Presets) -> None:
    path = presets.save("warm", STATE, JAZZ, os.fsdecode(b"jazz-\xff"))
    assert json.loads(path.read_text("utf-8"))["model"] == "jazz-?"
