"""Ready models as entries of the library of a daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.artifact.reading import read_info
from musicvae.errors import SettingError
from musicvae.live.storage import rows
from musicvae.live.storage.library import Library
from musicvae.live.storage.ready import ReadyShelf


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the model files that were read."""
    names: list[str] = []
    read = read_info

    def counting(path: Path) -> Any:
        names.append(path.name)
        return read(path)

    monkeypatch.setattr(rows, "read_info", counting)
    return names


def test_they_come_after_files_and_a_file_hides_one_of_its_name(
    ready_site: Any, tmp_path: Path
) -> None:
    ready_site.bring("jazz")
    ready_site.bring("metal", "other")
    here = tmp_path / "here"
    here.mkdir()
    file = ready_site.makers.write_stream_artifact(here / "jazz.onnx", genre="mine")
    library = Library([here], ready=ReadyShelf())
    found = [(row.name, row.info and row.info.genre, row.reason) for row in library.models()]
    assert found == [
        ("jazz", "mine", ""),
        ("jazz", "jazz", "another file of that name comes before it"),
        ("metal", "metal", ""),
    ]
    assert library.model("jazz").path == file
    assert library.model("metal").info is not None
    assert [row.name for row in library.files()] == ["jazz"]


def test_to_load_one_opens_no_other(ready_site: Any, opened: list[str]) -> None:
    for name in ("jazz", "metal", "pop"):
        ready_site.bring(name, name)
    library = Library([], ready=ReadyShelf())
    assert library.model("metal").name == "metal"
    assert library.playable() == dict.fromkeys(("jazz", "metal", "pop"), "0123456789abcdef")
    assert opened == ["metal.onnx"]
    library.models()
    library.models()
    assert sorted(opened) == ["jazz.onnx", "metal.onnx", "pop.onnx"]


def test_what_cannot_be_played_is_a_row_and_not_offered(ready_site: Any) -> None:
    half = ready_site.bring("half", "half")
    (half / "models" / "half.onnx").unlink()
    ready_site.own("ears", encoder=True)
    ready_site.own("torn").write_bytes(b"no artifact")
    ready_site.own("good")
    library = Library([], ready=ReadyShelf())
    reasons = {row.name: row.reason for row in library.models()}
    assert list(reasons) == ["ears", "good", "half", "torn"]
    assert "is missing" in reasons["half"]
    assert list(library.playable()) == ["good"]
    for name, reason in {
        "half": "cannot be played: the decoder of the model 'half' is missing",
        "ears": "cannot be played: an encoder",
        "torn": "cannot be played: 'torn.onnx' is not an ONNX file",
        "lost": r"no model of that name.*Expected: ears, good, half, torn",
    }.items():
        with pytest.raises(SettingError, match=reason):
            library.model(name)


def test_to_load_a_memory_opens_no_other(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.latents.memory import memory_format

    read, opened = memory_format.read_header, list[str]()

    def counting(path: Path) -> Any:
        opened.append(path.name)
        return read(path)

    monkeypatch.setattr(memory_format, "read_header", counting)
    for name in ("jazz", "metal"):
        ready_site.bring(name, name, memory=True)
    ready_site.bring("pop", "pop")
    library = Library([], ready=ReadyShelf())
    assert library.memory("metal").name == "metal"
    assert library.memory_of("pop") is None
    assert set(opened) == {"metal.memory"}
    assert [row.name for row in library.memories()] == ["jazz", "metal"]
    with pytest.raises(SettingError, match="'pop' has no memory"):
        library.memory("pop")
    with pytest.raises(SettingError, match="jazz, metal"):
        library.memory("polka")


def test_a_name_that_is_none_is_met_by_one_like_it_and_not_by_an_installation(
    ready_site: Any,
) -> None:
    library = Library([], ready=ReadyShelf())
    with pytest.raises(SettingError) as caught:
        library.model("mteal")
    assert "pip install musicvae-gtzan" in str(caught.value.hint)
    ready_site.bring("metal")
    with pytest.raises(SettingError, match="did you mean 'metal'"):
        library.model("mteal")
    with pytest.raises(SettingError) as caught:
        library.model("polka")
    assert caught.value.hint is None
