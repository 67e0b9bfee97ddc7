"""What needs no TensorFlow is refused before it is imported, which takes seconds."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from musicvae.cli.main import main

@pytest.fixture
def folder(tiny_sounds: Path, tmp_path: Path) -> Path:
    for name in ("run", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "run" / "run.json").touch()
    (tmp_path / "song.wav").write_text("no sound")
    (tmp_path / "sounds").symlink_to(tiny_sounds, target_is_directory=True)
    return tmp_path


#: Commands that want a run, and the hint where a ready model is given.
WANT_A_RUN = {
    "reconstruct jazz song.wav --out x": "musicvae transform jazz FILE -o NEW.wav",
    "interpolate jazz 1 2 --out x": "musicvae play jazz -o jazz.wav",
    "plot jazz --out x": "musicvae models card jazz",
    "survey jazz sounds": "musicvae survey ",
    "export jazz --out x.onnx": "it is exported already: ",
    "models share jazz --out x": "musicvae play jazz -o jazz.wav",
    "prior run --data sounds --from jazz --out x": "musicvae prior jazz --data FOLDER",
}


@pytest.mark.parametrize(("line", "hint"), WANT_A_RUN.items())
def test_a_ready_model_is_no_run(
    line: str,
    hint: str,
    folder: Path,
    ready_site: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    place = ready_site.bring("jazz", said={"run": "fake_bringer_jazz:shared"})
    (place / "shared").mkdir()
    (place / "shared" / "run.json").touch()
    for package in ("tensorflow", "musicvae_export"):  # as if they were not installed
        monkeypatch.setitem(sys.modules, package, None)
    assert main(shlex.split(line)) == 1
    text = capsys.readouterr().err
    assert "'jazz' is a ready model, of which there is no " in text
    assert hint in text
    assert "pip install" not in text
