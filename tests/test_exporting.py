from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import musicvae
from musicvae.errors import ExportError, MissingExtraError
from musicvae.exporting import export


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Path, dict[str, Any]]]:
    """Stands in for the exporter, which has tests of its own, and notes what it was asked."""
    noted: list[tuple[Any, Path, dict[str, Any]]] = []

    def export_model(model: Any, path: Path, **options: Any) -> str:
        noted.append((model, path, options))
        return "description"

    exporter = ModuleType("musicvae_export")
    exporter.export_model = export_model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "musicvae_export", exporter)
    return noted


def test_a_model_is_handed_on(calls: list[Any], tmp_path: Path) -> None:
    model: Any = SimpleNamespace(exports=dict)
    description: object = musicvae.export(model, tmp_path / "jazz.onnx", licence="CC0-1.0")
    assert description == "description"  # as the stand-in says
    plain = {"half": False, "encoder": False, "int8": False}
    assert calls == [(model, tmp_path / "jazz.onnx", {"licence": "CC0-1.0", **plain})]


def test_what_is_asked_for_is_handed_on(calls: list[Any], tmp_path: Path) -> None:
    model: Any = SimpleNamespace(exports=dict)
    musicvae.export(model, tmp_path / "jazz.onnx", half=True, encoder=True, int8=True)
    wanted = {"licence": None, "half": True, "encoder": True, "int8": True}
    assert calls[0][2] == wanted


@pytest.mark.parametrize("kind", [str, Path])
def test_a_run_folder_is_loaded(
    calls: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    monkeypatch.setattr("musicvae.exporting.load", lambda folder: f"model of {folder.name}")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").touch()
    export(kind(tmp_path / "run"), str(tmp_path / "jazz.onnx"))
    assert [call[:2] for call in calls] == [("model of run", tmp_path / "jazz.onnx")]


@pytest.mark.parametrize("name", ["jazz", "jazz.wav", "", "."])
def test_names_that_are_no_artifact(calls: list[Any], tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"ends in \.onnx"):
        export(tmp_path, tmp_path / name)
    assert not calls


def test_a_folder_named_like_an_artifact(calls: list[Any], tmp_path: Path) -> None:
    (tmp_path / "jazz.onnx").mkdir()
    with pytest.raises(ExportError):
        export(tmp_path, tmp_path / "jazz.onnx")
    assert not calls


def test_without_the_exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "musicvae_export", None)  # as if it were not installed
    (tmp_path / "run.json").touch()
    with pytest.raises(
        MissingExtraError, match=r"musicvae-export.*pip install \./export"
    ) as caught:
        export(tmp_path, tmp_path / "jazz.onnx")
    assert isinstance(caught.value, ExportError)


def test_without_what_the_exporter_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
    for name in [name for name in sys.modules if name.partition(".")[0] == "musicvae_export"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install \./export"):
        export(SimpleNamespace(exports=dict), tmp_path / "jazz.onnx")
