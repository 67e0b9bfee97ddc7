from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from musicvae.models import models_folder
from musicvae.models.folder import artifacts


def test_the_variable_names_it_and_the_system_has_a_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MUSICVAE_MODELS", "~/models")
    assert models_folder() == Path.home() / "models"
    monkeypatch.setenv("MUSICVAE_MODELS", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert models_folder().parts[-2:] == ("musicvae", "models")
    assert models_folder().is_absolute()


def test_artifacts_are_found_by_the_stems_of_their_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MUSICVAE_MODELS", str(tmp_path))
    apart = unicodedata.normalize("NFD", "café")
    for name in ("a.b.onnx", f"{apart}.onnx", ".hidden.onnx", "card.json", "big.ONNX"):
        (tmp_path / name).touch()
    assert set(artifacts()) == {"a.b", "café", "big"}


def test_a_missing_folder_is_empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MUSICVAE_MODELS", str(tmp_path / "none"))
    assert artifacts() == {}
