"""onnxruntime-web: what comes with musicvae, and what may be given instead."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from musicvae.errors import SettingError
from musicvae.instrument.runtime_files import PROGRAM, SCRIPT, runtime_files

PACKAGE = {
    "package.json": json.dumps({"name": "onnxruntime-web", "version": "1.99.0"}).encode(),
    SCRIPT: b"// a script",
    PROGRAM: b"\0asm",
}


def folder_of(place: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place


def archive_of(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_what_comes_with_musicvae_is_what_npm_has(root: Path) -> None:
    shipped = runtime_files()
    assert set(shipped.licences) == {"LICENSE", "ThirdPartyNotices.txt"}
    modules = os.environ.get("MUSICVAE_NODE_MODULES") or root / "examples/hosts/node_modules"
    package = Path(modules) / "onnxruntime-web"
    if not package.is_dir():
        pytest.skip("onnxruntime-web is not installed: run `npm install` in examples/hosts")
    theirs = runtime_files(package)
    if theirs.version != shipped.version:
        pytest.skip(f"onnxruntime-web {theirs.version} is installed, not {shipped.version}")
    assert theirs == shipped


def test_another_version_may_be_given(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "onnxruntime-web", PACKAGE)
    archive = archive_of(tmp_path / "onnxruntime-web-1.99.0.tgz", PACKAGE)
    for place in (folder, archive):
        found = runtime_files(place)
        assert (found.version, found.script, found.program) == ("1.99.0", b"// a script", b"\0asm")
        assert "LICENSE" in found.licences  # ours, since the package has none


@pytest.mark.parametrize("absent", PACKAGE)
def test_what_is_not_that_package_is_refused(tmp_path: Path, absent: str) -> None:
    files = {name: data for name, data in PACKAGE.items() if name != absent}
    for place in (folder_of(tmp_path / "it", files), archive_of(tmp_path / "it.tgz", files)):
        with pytest.raises(SettingError, match=absent):
            runtime_files(place)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    whole = archive_of(tmp_path / "it.tgz", PACKAGE).read_bytes()
    (tmp_path / "half.tgz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.tgz").write_text("nothing")
    for name in ("half.tgz", "text.tgz"):
        with pytest.raises(SettingError, match="cannot be unpacked"):
            runtime_files(tmp_path / name)
    with pytest.raises(SettingError, match="does not exist"):
        runtime_files(tmp_path / "none")
    other = {**PACKAGE, "package.json": b'{"name": "left-pad"}'}
    with pytest.raises(SettingError, match="left-pad"):
        runtime_files(folder_of(tmp_path / "other", other))
