from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import AudioSpec
from musicvae.data.store import (
    cache_folder,
    check_sound,
    locked,
    open_sound,
    remove_leftovers,
    sound_digest,
    write_sound,
)

#: Holds the lock of a folder until it is killed.
HOLDER = """
import pathlib, sys, time
from musicvae.data.store import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def noise(samples: int, channels: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1, 1, (samples, channels)).astype(np.float32)


def test_the_folder_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MUSICVAE_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.setenv("MUSICVAE_CACHE", "~nobody-of-this-name/cache")
    assert cache_folder() == Path("~nobody-of-this-name/cache")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the folder of Linux")
def test_the_folder_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MUSICVAE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "musicvae"
    for unusable in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", unusable)
        assert cache_folder() == Path.home() / ".cache" / "musicvae"


def test_the_names_of_sounds_stay_what_they_are() -> None:
    # A cache that was filled by an older version is used on.
    digest = sound_digest("ab" * 32, AudioSpec(22_050, 2))
    assert digest == "bceb2ef8401618bf4fae08c8e6ded965fc7a9ae23ce4846382423527b28e7d0f"


@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_is_read_as_it_was_written(tmp_path: Path, channels: int) -> None:
    samples, path = noise(5_000, channels), tmp_path / "ab" / "sound.npy"
    stored = write_sound(path, [samples[:2_000], samples[2_000:]], 5_000, channels)
    assert stored.samples == 5_000
    np.testing.assert_array_equal(open_sound(path, 5_000, channels), samples)
    assert check_sound(path, stored, channels) == stored
    assert check_sound(path, stored, 3 - channels) == stored  # size and time are those written
    os.utime(path, ns=(1, 1))
    checked = check_sound(path, stored, channels)
    assert checked is not None
    assert (checked.mtime_ns, checked.crc32) == (1, stored.crc32)
    assert check_sound(path, stored, 3 - channels) is None


def test_leftovers_are_removed_and_sounds_stay(tmp_path: Path) -> None:
    write_sound(tmp_path / "sounds" / "ab" / "abc.npy", [noise(10, 1)], 10, 1)
    (tmp_path / "sounds" / "ab" / ".abc.x1y2.npy").write_bytes(b"half")
    remove_leftovers(tmp_path)
    assert [path.name for path in (tmp_path / "sounds").rglob("*.npy")] == ["abc.npy"]


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process")
def test_the_lock_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    waits: list[str] = []
    command: list[str | Path] = [sys.executable, "-c", HOLDER, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"

        def waiting() -> None:
            waits.append("waits")
            process.kill()

        with locked(tmp_path, waiting):
            assert waits == ["waits"]
    with locked(tmp_path, lambda: pytest.fail("nobody holds it")):
        pass


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="while it is held"), locked(tmp_path):
        raise ValueError("while it is held")
    with locked(tmp_path, lambda: pytest.fail("nobody holds it")):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="flock is of Unix")
def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", refuse)
    code = errno.ENOLCK
    with locked(tmp_path, lambda: pytest.fail("nobody holds it")):
        pass
    code = errno.EIO
    with pytest.raises(OSError, match=os.strerror(errno.EIO)), locked(tmp_path):
        pass
