from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import BrokenPluginError, SettingError
from musicvae.models import ReadyModel


@pytest.mark.parametrize("name", ["", "Jazz", "9th", "hip hop", "a/b", "jazz.onnx", "jazz\n"])
def test_unusable_names_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match="name cannot be used"):
        ReadyModel(name, "jazz", "somewhere:jazz.onnx")


@pytest.mark.parametrize("space", ["abc", "0123456789ABCDEF", "0123456789abcdef0"])
def test_a_latent_space_is_16_hex_digits_or_nothing(space: str) -> None:
    with pytest.raises(SettingError, match="latent space of the model 'jazz'"):
        ReadyModel("jazz", "jazz", "somewhere:jazz.onnx", latent_space=space)


def test_files_are_named_within_a_package_or_by_path(fake_site: Any, tmp_path: Path) -> None:
    inside = fake_site.folder / "fake_files" / "models"
    inside.mkdir(parents=True)
    (inside.parent / "__init__.py").touch()
    (inside / "jazz.onnx").touch()
    (tmp_path / "ears.onnx").touch()
    model = ReadyModel("jazz", "jazz", "fake_files:models/jazz.onnx", tmp_path / "ears.onnx")
    assert model.file("decoder") == inside / "jazz.onnx"
    assert model.file("encoder") == tmp_path / "ears.onnx"
    assert model.file("card") is None


@pytest.mark.parametrize("decoder", ["fake_half:jazz.onnx", "no_such_package:jazz.onnx", "jazz"])
def test_a_declaration_opens_nothing_and_a_missing_file_is_told_when_it_is_used(
    fake_site: Any, decoder: str
) -> None:
    (fake_site.folder / "fake_half").mkdir()
    (fake_site.folder / "fake_half" / "__init__.py").touch()
    model = ReadyModel("jazz", "jazz", decoder)
    with pytest.raises(BrokenPluginError, match=rf"decoder of the model 'jazz'.*{decoder}"):
        model.file("decoder")
