from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import musicvae
from musicvae.errors import ArtifactError, DuplicateNameError, UnknownNameError
from musicvae.models import is_name, locate
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder


@pytest.mark.parametrize("text", ["jazz", "my jazz", "jazz.wav", "café"])
def test_a_bare_text_is_a_name(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "given", ["jazz.onnx", "JAZZ.ONNX", "./jazz", "a/jazz", "/jazz", "", ".", "..", Path("jazz"), 3]
)
def test_everything_else_is_not(given: object) -> None:
    assert not is_name(given)


def test_a_name_leads_to_the_part_that_is_wanted(ready_site: Any) -> None:
    package = ready_site.bring("jazz", encoder=True)
    assert locate("jazz").path == package / "models" / "jazz.onnx"
    assert locate("jazz", "encoder").path == package / "models" / "ears.onnx"
    assert StreamDecoder("jazz").info.genre == "jazz"
    assert Encoder("jazz").info.kind == "encoder"
    assert musicvae.inspect("jazz").kind == "stream"


def test_a_path_wins(ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready_site.bring("jazz")
    monkeypatch.chdir(tmp_path)
    here = ready_site.own("jazz", genre="another").rename(tmp_path / "jazz.onnx")
    for given in ("jazz.onnx", "./jazz.onnx", str(here), here, Path("jazz.onnx")):
        assert musicvae.inspect(given).genre == "another"
    assert musicvae.inspect("jazz").genre == "jazz"


def test_a_bare_text_that_is_no_model_is_a_path_where_something_is(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    assert locate("runs") == locate(Path("runs"))
    with pytest.raises(UnknownNameError):
        locate("run")


@pytest.mark.parametrize("text", ["jazz.memory", "jazz.tape", "JAZZ.WAV"])
def test_the_ending_of_a_file_makes_it_a_missing_file_unless_a_model_has_it(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    ready_site.bring("jazz")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtifactError, match=f"there is no file '{text}'"):
        musicvae.inspect(text)
    ready_site.own(text)
    assert musicvae.inspect(text).kind == "stream"


def test_a_folder_of_sounds_is_not_meant_but_a_run_or_artifacts_are_a_clash(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_site.bring("jazz", "my-jazz")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "jazz"
    folder.mkdir()
    (folder / "jazz.00000.wav").touch()
    assert locate("jazz").model is not None
    (folder / "run.json").touch()
    with pytest.raises(DuplicateNameError, match=rf"my-jazz 1\.0, and {folder}.*Hint: .*\./jazz"):
        locate("jazz")
    assert locate("./jazz").path == Path("jazz")


def test_an_encoder_of_the_same_latent_space_serves_a_model_without_one(ready_site: Any) -> None:
    ready_site.own("mine")
    with pytest.raises(ArtifactError, match="no encoder for 'mine'"):
        locate("mine", "encoder")
    ready_site.own("deaf", encoder=True, latent_space="f" * 16)
    ready_site.own("torn").write_bytes(b"no artifact")
    ears = ready_site.own("ears", encoder=True)
    assert locate("mine", "encoder").path == locate("ears", "encoder").path == ears


def test_a_missing_file_with_the_name_of_a_model_is_told_that_name(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready_site.bring("jazz")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArtifactError, match=r"no file 'jazz\.onnx'.*is called 'jazz'"):
        musicvae.inspect("jazz.onnx")
    for given in ("./jazz.onnx", Path("jazz.onnx"), "metal.onnx"):
        with pytest.raises(ArtifactError) as refused:
            musicvae.inspect(given)
        assert "is called" not in str(refused.value)
