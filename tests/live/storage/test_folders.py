"""What lies in a folder of the daemon is never reached through a link, nor waited for."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.errors import SettingError
from musicvae.live.storage import folders as folders_module
from musicvae.live.storage.folders import Folder

Act = Callable[[Folder], object]


@pytest.fixture(params=["by handle", "by path"])
def folder(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Folder:
    """A folder that is not there yet, on a system that opens folders, and on another."""
    if request.param == "by path":
        monkeypatch.setattr(folders_module, "_BY_HANDLE", False)
    elif not folders_module._BY_HANDLE:
        pytest.skip("this system names no file relative to a folder")
    return Folder(tmp_path / "home" / "files")


def create(folder: Folder) -> object:
    with folder.opened(create=True) as inside:
        return inside.create("a").close()


def read(folder: Folder) -> object:
    with folder.opened() as inside:
        return inside.read("a", 10)


def replace(folder: Folder) -> None:
    with folder.opened(create=True) as inside:
        inside.replace("a", b"new")


def remove(folder: Folder) -> None:
    with folder.opened() as inside:
        inside.remove("a")


EVERY = pytest.mark.parametrize("act", [create, read, replace, remove])


def test_files_come_and_go(folder: Folder, tmp_path: Path) -> None:
    with folder.opened(create=True) as inside:
        with inside.create("a") as file:
            file.write(b"0123456789abc")
        with pytest.raises(FileExistsError):
            inside.create("a")
        assert inside.read("a", 4) == b"01234"
        inside.replace("a", b"new")
        inside.replace("b", b"")
        assert (inside.read("a", 9), inside.is_file("a"), inside.is_file("c")) == (
            b"new",
            True,
            False,
        )
        assert sorted(inside.names()) == ["a", "b"]
        inside.remove("a")
        inside.remove("b", tmp_path.stat())
        assert inside.names() == ["b"]
    assert list((tmp_path / "home" / "files").iterdir()) == [tmp_path / "home" / "files" / "b"]


@EVERY
@pytest.mark.parametrize("where", ["home", "home/files"])
def test_a_folder_that_becomes_a_link_is_not_entered(
    folder: Folder, tmp_path: Path, act: Act, where: str
) -> None:
    create(folder)
    (tmp_path / where).rename(tmp_path / "outside")
    (tmp_path / where).symlink_to(tmp_path / "outside")
    before = sorted((path, path.lstat()) for path in (tmp_path / "outside").rglob("*"))
    with pytest.raises(SettingError, match=r"is a link, .*name the folder that it leads to"):
        act(folder)
    assert sorted((path, path.lstat()) for path in (tmp_path / "outside").rglob("*")) == before


@EVERY
@pytest.mark.parametrize("target", ["precious", "nothing", "a", "inner"])
def test_a_file_that_is_a_link_is_refused(
    folder: Folder, tmp_path: Path, act: Act, target: str
) -> None:
    create(folder)
    home = tmp_path / "home" / "files"
    (home / "a").rename(home / "inner")
    (tmp_path / "precious").write_text("precious")
    link = home / target if target in ("a", "inner") else tmp_path / target
    (home / "a").symlink_to(link)
    with pytest.raises((SettingError, FileExistsError)):
        act(folder)
    assert (home / "a").is_symlink()
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "nothing").exists()


def a_pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("this system has no sockets in folders")
    here = Path.cwd()
    os.chdir(path.parent)  # their paths are short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


@EVERY
@pytest.mark.parametrize("make", [a_pipe, a_socket, Path.mkdir])
def test_what_is_no_file_is_refused_and_not_waited_for(
    folder: Folder, tmp_path: Path, act: Act, make: Callable[[Path], None]
) -> None:
    with folder.opened(create=True):
        make(tmp_path / "home" / "files" / "a")
    with pytest.raises((SettingError, FileExistsError)):
        act(folder)
    assert (tmp_path / "home" / "files" / "a").lstat()


@pytest.mark.skipif(not folders_module._BY_HANDLE, reason="this system opens no folders")
def test_a_folder_that_is_exchanged_while_it_is_open_stays_the_one_it_was(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    (tmp_path / "outside").mkdir()
    with folder.opened(create=True) as inside:
        (tmp_path / "files").rename(tmp_path / "moved")
        (tmp_path / "files").symlink_to(tmp_path / "outside")
        inside.create("a").close()
        inside.replace("b", b"here")
    assert sorted(path.name for path in (tmp_path / "moved").iterdir()) == ["a", "b"]
    assert list((tmp_path / "outside").iterdir()) == []


def test_links_above_it_are_the_users_own(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    create(Folder(tmp_path / "link" / "files"))
    assert (tmp_path / "real" / "files" / "a").is_file()


def test_a_link_to_itself_is_a_link(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "home")
    for each in (folder, Folder(tmp_path / "home" / "files"), Folder(tmp_path / "home")):
        with pytest.raises(SettingError, match="links are not followed"):
            create(each)


@pytest.mark.parametrize("path", [".", "..", "inner/..", "files/"])
def test_any_way_to_write_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (tmp_path / "x" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "x")
    create(Folder(path))
    assert (Path(path) / "a").is_file()


def test_a_full_disk_leaves_the_old_file_and_no_other(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(folder)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace(folder)
    assert [path.name for path in (tmp_path / "home" / "files").iterdir()] == ["a"]
    assert read(folder) == b""


def held_below(folder: Path) -> list[Path]:
    """What of a folder this process holds open; other threads have files of their own."""
    held = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the list itself, for one
            held.append(descriptor.readlink())
    return [path for path in held if path.is_relative_to(folder)]


def test_no_descriptor_is_left_open(folder: Folder, tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not list descriptors")
    with folder.opened(create=True) as inside, inside.create("a"):
        assert held_below(tmp_path)
    for _ in range(3):
        with pytest.raises(FileExistsError):
            create(folder)
        read(folder)
        replace(folder)
    assert held_below(tmp_path) == []
