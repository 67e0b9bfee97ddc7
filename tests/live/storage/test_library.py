from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact.reading import read_info
from musicvae.errors import SettingError
from musicvae.latents.tape import Tape
from musicvae.live.storage import rows as rows_module
from musicvae.live.storage import shelf as library_module
from musicvae.live.storage.library import Library, ModelRow, TapeRow

Make = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, make_artifact: Make, stream_artifacts: ModuleType) -> Path:
    """A clip, a stream, an encoder and a file that is none of them, in a folder."""
    folder = tmp_path / "models"
    folder.mkdir()
    make_artifact("models/jazz.onnx")
    stream_artifacts.write_stream_artifact(folder / "rain.onnx")
    stream_artifacts.write_encoder_artifact(folder / "ears.onnx")
    (folder / "broken.onnx").write_bytes(b"not a model")
    (folder / "notes.txt").write_text("no model either")
    (folder / ".rain.123.onnx").write_bytes(b"half a copy")
    return folder


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the model files that were read."""
    read: list[str] = []

    def counting(path: Path) -> Any:
        read.append(path.name)
        return read_info(path)

    monkeypatch.setattr(rows_module, "read_info", counting)
    return read


def a_tape(path: Path, steps: int = 5) -> Path:
    path.parent.mkdir(exist_ok=True)
    latents = np.zeros((steps, 3), np.float32)
    return Tape(latents, 16_000, 64, 2, steps * 100, "0123456789abcdef", "rain.wav").save(path)


def test_a_folder_becomes_rows(folder: Path) -> None:
    rows = {row.name: row for row in Library([folder]).models()}
    assert list(rows) == ["broken", "ears", "jazz", "rain"]
    assert rows["jazz"].reason == rows["rain"].reason == ""
    info = rows["rain"].info
    assert info is not None
    assert (info.kind, info.latent_dim, info.sample_rate) == ("stream", 4, 16_000)
    assert "not an ONNX file" in rows["broken"].reason
    assert rows["broken"].info is None
    assert "encoder" in rows["ears"].reason
    assert rows["ears"].info is not None


def test_names_lead_to_files_or_say_why_not(folder: Path) -> None:
    library = Library([folder])
    assert library.model("jazz").path == folder / "jazz.onnx"
    with pytest.raises(SettingError, match=r"no model of that name.*jazz, rain.*'../rain'"):
        library.model("../rain")
    with pytest.raises(SettingError, match=r"'broken' cannot be played: .*not an ONNX"):
        library.model("broken")
    with pytest.raises(SettingError, match="'ears' cannot be played: an encoder"):
        library.model("ears")
    with pytest.raises(SettingError, match="none, since there is none"):
        Library([]).model("jazz")


def test_named_files_come_first_and_hide_others(folder: Path, make_artifact: Make) -> None:
    mine = make_artifact("rain.onnx", latent_dim=7)
    rows = Library([folder, mine, folder / "jazz.onnx"]).models()
    assert [row.path for row in rows[:2]] == [mine, folder / "jazz.onnx"]
    assert [row.name for row in rows].count("jazz") == 1  # the same file twice is one
    hidden = next(row for row in rows if row.path == folder / "rain.onnx")
    assert "comes before" in hidden.reason
    assert Library([folder, mine]).model("rain").path == mine


def test_only_what_changed_is_read_again(folder: Path, readings: list[str]) -> None:
    library = Library([folder])
    library.models()
    assert sorted(readings) == ["broken.onnx", "ears.onnx", "jazz.onnx", "rain.onnx"]
    readings.clear()
    library.models()
    assert readings == []
    os.utime(folder / "jazz.onnx", ns=(1, 1))
    (folder / "broken.onnx").write_bytes((folder / "jazz.onnx").read_bytes())
    assert library.model("broken").info is not None
    assert sorted(readings) == ["broken.onnx", "jazz.onnx"]


def test_files_come_and_go(folder: Path, make_artifact: Make) -> None:
    library = Library([folder])
    library.models()
    make_artifact("models/new.onnx")
    (folder / "jazz.onnx").unlink()
    assert [row.name for row in library.models()] == ["broken", "ears", "new", "rain"]


def test_what_is_not_there_is_a_row_if_it_was_a_file(tmp_path: Path) -> None:
    library = Library([tmp_path / "gone.onnx", tmp_path / "gone folder"], tmp_path / "no tapes")
    (row,) = library.models()
    assert row.name == "gone"
    assert row.reason == "cannot be read: No such file or directory"
    assert library.tapes() == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")
    os.mkfifo(tmp_path / "pipe.tape")
    library = Library([tmp_path], tmp_path)
    rows: list[ModelRow | TapeRow] = [*library.models(), *library.tapes()]
    assert [row.reason for row in rows] == ["is not a file"] * 2


def test_a_name_that_no_message_can_hold(folder: Path) -> None:
    for name in ("a\nb.onnx", os.fsdecode(b"c-\xff.onnx")):
        try:
            (folder / name).write_bytes((folder / "jazz.onnx").read_bytes())
        except OSError:
            pytest.skip("this file system holds no such name")
    rows = {row.name: row for row in Library([folder]).models()}
    for name in ("a?b", "c-?"):
        assert rows[name].reason == "its name contains characters that a message cannot"


def test_tapes_are_listed_by_their_headers(tmp_path: Path) -> None:
    folder = tmp_path / "tapes"
    a_tape(folder / "rain.tape", steps=8)
    good = a_tape(folder / "cut.tape").read_bytes()
    (folder / "cut.tape").write_bytes(good[:-2])
    (folder / "foreign.tape").write_bytes(b"RIFF....WAVE")
    (folder / "empty.tape").write_bytes(b"")
    (folder / "deep.tape").write_bytes(b"MVTAPE1\n" + (9000).to_bytes(4, "little") + b"[" * 9000)
    library = Library([], folder)
    reasons = {row.name: row.reason for row in library.tapes()}
    assert list(reasons) == ["cut", "deep", "empty", "foreign", "rain"]
    assert "cut short" in reasons["cut"]
    assert "cannot be read" in reasons["deep"]
    assert "is not a tape" in reasons["foreign"]
    assert "is not a tape" in reasons["empty"]
    info = library.tape("rain").info
    assert info is not None
    assert (info.steps, info.latent_dim, info.seconds) == (8, 3, 0.05)
    assert (info.latent_space, info.source) == ("0123456789abcdef", "rain.wav")
    with pytest.raises(SettingError, match="no tape of that name"):
        library.tape("snow")


def test_nothing_that_plays_is_loaded(fresh_modules: Callable[[str], set[str]]) -> None:
    loaded = fresh_modules("musicvae.live.storage.library")
    assert "musicvae.live.storage.library" in loaded
    assert not {"onnxruntime", "onnx", "tensorflow", "sounddevice"} & loaded


def test_a_file_replaced_by_another_of_its_size_and_date_is_read_again(
    folder: Path, readings: list[str]
) -> None:
    library = Library([folder])
    library.models()
    readings.clear()
    path = folder / "jazz.onnx"
    before = path.stat()
    data = path.read_bytes().replace(b"CC0-1.0", b"CC0-9.9")
    for other in (folder / "other", path):  # moved over it, and written into it
        other.write_bytes(data)
        os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
        other.replace(path)
        assert path.stat().st_mtime_ns == before.st_mtime_ns
        library.models()
        assert readings == ["jazz.onnx"]
        readings.clear()


def test_of_very_many_files_the_first_are_read(
    tmp_path: Path, readings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(6):
        (tmp_path / f"{index}.onnx").write_bytes(b"not a model")
    monkeypatch.setattr(library_module, "_MOST_FILES", 3)
    reasons = [row.reason for row in Library([tmp_path]).models()]
    assert readings == ["0.onnx", "1.onnx", "2.onnx"]
    assert reasons[3:] == ["there are more than 3 such files"] * 3
    monkeypatch.setattr(library_module, "_MOST_ENTRIES", 2)
    assert len(Library([tmp_path]).models()) == 2


def test_the_encoder_of_a_model_is_found(folder: Path, stream_artifacts: ModuleType) -> None:
    library, space = Library([folder / "rain.onnx"]), "0123456789abcdef"
    assert library.encoder_of("rain", space) is None
    with pytest.raises(SettingError, match=r"no encoder for 'rain'.*rain\.encoder\.onnx beside"):
        library.encoder("rain")
    with pytest.raises(SettingError, match=r"'rain' has no memory.*rain\.memory beside it"):
        library.memory("rain")
    with pytest.raises(SettingError, match=r"'rain' has no prior.*rain\.prior\.onnx beside it"):
        library.prior("rain")
    with pytest.raises(SettingError, match="no encoder of that name"):
        library.encoder("nobody")
    beside = stream_artifacts.write_encoder_artifact(folder / "rain.encoder.onnx")
    row = library.encoder_of("rain", space)
    assert row is not None
    assert (row.name, row.path) == ("rain", beside)
    assert library.encoder("rain").path == beside
    assert library.encoder_of("rain", "f" * 16) is None
    whole = Library([folder])
    assert "rain.encoder" not in {row.name for row in whole.models()}  # a part of a model
    assert {row.name for row in whole.encoders()} == {"rain", "ears"}
    other = whole.encoder_of("snow", space)  # any that makes its latents
    assert other is not None
    assert other.name == "rain"
    assert whole.encoder("ears").path == folder / "ears.onnx"
    assert whole.encoder_of("snow", "") is None
