"""What `musicvae page` writes, and what it refuses."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.cli.main import main
from musicvae.errors import (
    ArtifactKindError,
    LatentError,
    MemoryBankError,
    SettingError,
    UnknownNameError,
)
from musicvae.instrument.folder import write_folder
from musicvae.instrument.mapping import map_of
from musicvae.instrument.writing import write_instrument
from musicvae.latents.memory.places import Places
from tests.latents.memories import make_memory

Make = Callable[..., Path]


def files_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_every_file_is_listed_and_kept(written: Path) -> None:
    files = files_of(written)
    assert set(json.loads(files["files.json"])["musicvae page"]) == set(files)
    script = files["sw.js"].decode("utf-8")
    (kept,) = re.findall(r"^const FILES = (.+);$", script, re.MULTILINE)
    licences = {"runtime/LICENSE", "runtime/ThirdPartyNotices.txt"}
    assert set(json.loads(kept)) == {".", *files} - {"sw.js", "files.json", *licences}
    assert gzip.decompress(files["runtime/onnxruntime.wasm.gz"]).startswith(b"\0asm")
    for name in licences:
        assert b"Microsoft" in files[name]


def test_another_model_is_another_version(written: Path, make_stream: Make, tmp_path: Path) -> None:
    def version(folder: Path) -> str:
        return (folder / "sw.js").read_text("utf-8").splitlines()[0]

    model = make_stream()
    first = version(write_instrument([model], tmp_path / "one").folder)
    assert version(write_instrument([model], tmp_path / "two").folder) == first
    assert version(written) != first


def test_the_description_is_that_of_the_artifact(written: Path) -> None:
    index = json.loads((written / "instrument.json").read_text("utf-8"))
    jazz, metal = index["models"]
    assert (jazz["memory"], "memory" in metal) == ("models/jazz.memory", False)
    assert jazz["music"]["licence"] == "CC0-1.0"
    assert jazz["space"]["/source"]["RANGE"] == [{"VALS": ["held", "walk", "memory"]}]
    assert metal["space"]["/source"]["RANGE"] == [{"VALS": ["held", "walk"]}]
    assert jazz["space"]["/latent/3"]["RANGE"] == [{"MIN": -2.33, "MAX": 2.33}]
    assert [name for name in jazz["space"] if name.startswith("/attr/")] == [
        "/attr/loudness",
        "/attr/brightness",
    ]
    assert np.shape(jazz["info"]["dynamics"]["matrix"]) == (4, 4)


def test_what_was_written_is_replaced_as_a_whole(make_stream: Make, tmp_path: Path) -> None:
    out = tmp_path / "page"
    write_instrument([make_stream("old.onnx")], out)
    write_instrument([make_stream("new.onnx")], out)
    assert (out / "models" / "new.onnx").is_file()
    assert not (out / "models" / "old.onnx").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.onnx", "old.onnx", "page"]


def test_what_is_not_ours_stays(make_stream: Make, tmp_path: Path) -> None:
    model, out = make_stream(), tmp_path / "page"
    out.mkdir()
    (out / "thesis.txt").write_text("all of it")
    with pytest.raises(SettingError, match=r"thesis\.txt"):
        write_instrument([model], out)
    (out / "thesis.txt").unlink()
    write_instrument([model], out)  # an empty one may be used
    (out / "models" / "diary.txt").write_text("today")
    with pytest.raises(SettingError, match=r"models/diary\.txt"):
        write_instrument([model], out)
    assert (out / "models" / "diary.txt").read_text() == "today"


def test_a_full_disk_leaves_what_was_there(
    make_stream: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, out = make_stream(), tmp_path / "page"
    write_instrument([model], out)
    before = files_of(out)
    rename = Path.rename

    def fail(path: Path, target: Path) -> Any:
        if path.name == "new":
            raise OSError("no space left")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no space"):
        write_instrument([model], out)
    assert files_of(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page", "stream.onnx"]


def test_models_that_cannot_be_played_are_refused(
    make_artifact: Make, make_stream: Make, tmp_path: Path
) -> None:
    out, model = tmp_path / "page", make_stream()
    with pytest.raises(ArtifactKindError, match="a clip"):
        write_instrument([make_artifact()], out)
    with pytest.raises(UnknownNameError, match="jaz"):
        write_instrument(["jaz"], out)
    with pytest.raises(SettingError, match="named twice"):
        write_instrument([model, model], out)
    memory = model.with_suffix(".memory")
    make_memory(space="f" * 16).save(memory)
    with pytest.raises(LatentError, match="another encoder"):
        write_instrument([model], out)
    memory.write_bytes(memory.read_bytes()[:-1])
    with pytest.raises(MemoryBankError, match="damaged"):
        write_instrument([model], out)
    assert not out.exists()


def test_ready_models_come_by_name(ready_site: Any, tmp_path: Path) -> None:
    ready_site.bring("bossa", memory=True)
    written = write_instrument(["bossa"], tmp_path / "page")
    assert set(written.sizes) == {"page", "onnxruntime-web", "bossa"}
    assert (written.folder / "models" / "bossa.memory").is_file()


def test_the_command_says_how_large_each_part_is(
    make_stream: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "page"
    assert main(["page", str(make_stream()), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    (total,) = re.findall(r"([\d.]+) MB  in all", said)
    assert float(total) == pytest.approx(
        sum(len(data) for data in files_of(out).values()) / 1e6, abs=0.01
    )
    assert float(total) < 5
    assert re.search(r"MB  onnxruntime-web 1\.\d+\.\d", said)
    assert main(["page", "nothing", "--out", str(out)]) == 1
    assert "nothing" in capsys.readouterr().err


def test_the_map_is_that_of_the_daemon() -> None:
    memory = make_memory()
    found = Places(memory).map
    points = np.frombuffer(map_of(memory), "<u2").reshape(-1, 4)
    np.testing.assert_allclose(points[:, :2] / 65_535, found.points, rtol=0, atol=1e-5)
    begins = points[:, 2] / 65_535 * memory.steps
    np.testing.assert_allclose(begins, found.seconds.starts, rtol=0, atol=0.02)
    assert sorted(set(points[:, 3])) == [0, 1, 2, 3]
    assert len(map_of(make_memory(width=1))) % 8 == 0


def test_no_script_stands_in_the_page_and_nothing_comes_from_elsewhere(written: Path) -> None:
    page = (written / "index.html").read_text("utf-8")
    assert page.count('<meta name="viewport" content="width=device-width') == 1  # of the other page
    assert not re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)
    for path in written.rglob("*"):
        if path.suffix in (".js", ".css", ".html") and path.parent.name != "runtime":
            text = path.read_text("utf-8")
            assert not re.findall(r"https?://|innerHTML|\beval\(", text), path.name
            for name in re.findall(r'(?:from |href=|src=)"([^"#]+)"', text):
                assert (path.parent / name).is_file(), (path.name, name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """And not the temporary one, of which nothing is left."""
    folder = tmp_path / "page"
    whole = {"index.html": b"", "a/b": b"", "a": b"no folder may be here"}
    with pytest.raises(OSError, match="page") as caught:
        write_folder(folder, whole)
    assert caught.value.filename == str(folder)
    assert list(tmp_path.iterdir()) == []
