from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import ArtifactError, DuplicateNameError, SettingError
from musicvae.live.options import Options
from musicvae.live.stage.repertoire import Repertoire


def repertoire(*artifacts: Any, **options: Any) -> Repertoire:
    return Repertoire(list(artifacts), Options(**options))


def test_a_folder_plays_its_first_model_that_can(models: Path) -> None:
    found = Repertoire(models, Options())
    assert (found.at_first, found.model_rate) == (["jazz"], 16_000)
    assert found.library.tape("solo").name == "solo"
    (models / "jazz.onnx").unlink()
    assert Repertoire(models, Options()).at_first == ["loops"]


def test_files_play_in_the_order_in_which_they_were_named(models: Path) -> None:
    found = repertoire(models / "wide.onnx", models / "jazz.onnx", models / "loops.onnx")
    assert (found.at_first, found.model_rate) == (["wide", "jazz"], 12_000)
    assert {row.name for row in found.library.models()} == {"wide", "jazz", "loops"}
    assert repertoire(models, models / "loops.onnx").at_first == ["loops"]


def test_a_decoder_is_played_by_its_genre(models: Path, decoder: Any) -> None:
    found = repertoire(decoder, models / "wide.onnx")
    assert (found.at_first, found.model_rate) == (["test", "wide"], 8000)
    assert found.decoders == {"test": decoder}


def test_presets_lie_beside_the_first_artifact_and_tapes_too(models: Path, tmp_path: Path) -> None:
    assert repertoire(models).presets == models / "presets"
    assert repertoire(models / "jazz.onnx").presets == models / "presets"
    elsewhere = repertoire(models, presets=tmp_path / "p", tapes=tmp_path)
    assert elsewhere.presets == tmp_path / "p"
    assert elsewhere.library.tapes() == []


def test_places_are_absolute_since_another_process_reads_them(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models.parent)
    assert repertoire(Path("models") / "jazz.onnx").places() == [
        str(models / "jazz.onnx"),
        str(models),
    ]


def test_what_cannot_be_played_is_refused_by_name(models: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"'ears.onnx' is an encoder.*kind 'encoder'"):
        repertoire(models / "ears.onnx")
    with pytest.raises(ArtifactError, match=r"torn\.onnx"):
        repertoire(models / "jazz.onnx", models / "torn.onnx")
    with pytest.raises(ArtifactError, match=r"absent\.onnx"):
        repertoire(tmp_path / "absent.onnx")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(SettingError, match="no model to play") as caught:
        repertoire(empty)
    assert str(empty) in str(caught.value)
    with pytest.raises(SettingError, match="Received: nothing"):
        repertoire()


def test_a_ready_model_plays_by_its_name_and_files_stay_where_the_user_is(
    ready_site: Any, models: Path
) -> None:
    ready_site.bring("swing")
    found = repertoire("swing", models / "wide.onnx")
    assert (found.at_first, found.model_rate) == (["swing", "wide"], 16_000)
    assert found.presets == models / "presets"
    assert repertoire("swing").presets == Path("presets")
    assert repertoire("swing").places() == [str(Path.cwd())]


def test_a_ready_model_and_a_file_of_one_name_cannot_both_play(
    ready_site: Any, models: Path
) -> None:
    ready_site.bring("jazz", "my-jazz")
    with pytest.raises(DuplicateNameError, match=rf"my-jazz 1\.0 and {models / 'jazz.onnx'}"):
        repertoire("jazz", models)
    assert repertoire(models / "jazz.onnx").at_first == ["jazz"]


def test_an_encoder_is_refused_by_its_name_too(ready_site: Any) -> None:
    ready_site.own("ears", encoder=True)
    with pytest.raises(SettingError, match=r"'ears.onnx' is an encoder"):
        repertoire("ears")
