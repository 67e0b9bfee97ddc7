from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicvae.errors import DeviceError
from musicvae.live.outputs.wav import GrowingWav


def test_the_file_is_whole_after_every_block(tmp_path: Path) -> None:
    wav = GrowingWav(tmp_path / "take.wav", 8000, 2)
    sound = np.random.default_rng(1).uniform(-1, 1, (300, 2)).astype(np.float32)
    for start in range(0, 300, 100):
        # Read while it is still open, as after a kill.
        assert soundfile.info(tmp_path / "take.wav").frames == start
        wav.write(sound[start : start + 100])
    read, rate = soundfile.read(tmp_path / "take.wav", dtype="float32")
    assert rate == 8000
    np.testing.assert_allclose(read, sound, atol=2**-23)
    wav.close()
    assert soundfile.info(tmp_path / "take.wav").subtype == "PCM_24"
    assert soundfile.info(tmp_path / "take.wav").frames == 300


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match=r"cannot create .*missing.*--out"):
        GrowingWav(tmp_path / "missing" / "take.wav", 8000, 1)


def test_a_full_disk_is_said() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DeviceError, match="No space left") as caught:
        GrowingWav(full, 8000, 1, full.open("r+b", buffering=0))
    assert "playable" not in str(caught.value)  # nothing is there


@pytest.mark.parametrize("kept", [True, False])
def test_only_what_is_kept_is_called_playable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    def refuse(self: GrowingWav, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    wav = GrowingWav(tmp_path / ".take.x.wav", 8000, 1, name="take.wav")
    assert wav.kept
    wav.kept = kept
    monkeypatch.setattr(GrowingWav, "_append", refuse)
    with pytest.raises(DeviceError, match=r"cannot go on writing take\.wav") as caught:
        wav.write(np.zeros((5, 1), np.float32))
    assert ("playable" in str(caught.value)) == kept
    wav.close()


def test_a_file_that_is_there_is_replaced_and_a_link_is_not_followed(tmp_path: Path) -> None:
    wav = GrowingWav(tmp_path / "take.wav", 8000, 1)
    wav.write(np.zeros((100, 1), np.float32))
    wav.close()
    GrowingWav(tmp_path / "take.wav", 8000, 1).close()
    assert soundfile.info(tmp_path / "take.wav").frames == 0
    assert (tmp_path / "take.wav").stat().st_size == 44
    (tmp_path / "empty.wav").touch()
    GrowingWav(tmp_path / "empty.wav", 8000, 1).close()
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "link.wav").symlink_to(tmp_path / "precious")
    with pytest.raises(DeviceError, match="is a link"):
        GrowingWav(tmp_path / "link.wav", 8000, 1)
    assert (tmp_path / "precious").read_text() == "precious"


@pytest.mark.parametrize("data", [b"\x08\x09", b'{"musicvae": "journal"}', b"RIFF1234AVI LIST"])
def test_a_file_of_another_kind_is_not_overwritten(tmp_path: Path, data: bytes) -> None:
    """Such as the model or the score of a command line with two names in the wrong order."""
    (tmp_path / "jazz.onnx").write_bytes(data)
    with pytest.raises(DeviceError, match="is no WAV file"):
        GrowingWav(tmp_path / "jazz.onnx", 8000, 1)
    assert (tmp_path / "jazz.onnx").read_bytes() == data


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/null") if kind == "device" else tmp_path / "take.wav"
    if kind == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif not path.exists():
        pytest.skip("this system has none")
    with pytest.raises(DeviceError, match=r"not a file|directory"):
        GrowingWav(path, 8000, 1)


def test_four_gibibytes_are_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wav = GrowingWav(tmp_path / "take.wav", 8000, 1)
    monkeypatch.setattr("musicvae.live.outputs.wav._MOST_BYTES", 100)
    wav.write(np.zeros((33, 1), np.float32))
    with pytest.raises(DeviceError, match="4 GiB"):
        wav.write(np.zeros((1, 1), np.float32))
    wav.close()
    assert soundfile.info(tmp_path / "take.wav").frames == 33


def test_the_last_frames_before_the_end_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wav = GrowingWav(tmp_path / "take.wav", 8000, 2)
    monkeypatch.setattr("musicvae.live.outputs.wav._MOST_BYTES", 100)
    with pytest.raises(DeviceError, match="4 GiB"):
        wav.write(np.full((50, 2), 0.5, np.float32))
    wav.close()
    wav.close()
    assert wav.frames == soundfile.info(tmp_path / "take.wav").frames == 16


def test_a_file_that_is_removed_is_said(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows does not let an open file go")
    wav = GrowingWav(tmp_path / "take.wav", 8000, 1)
    (tmp_path / "take.wav").rename(tmp_path / "renamed.wav")
    wav.write(np.zeros((5, 1), np.float32))
    (tmp_path / "renamed.wav").unlink()
    with pytest.raises(DeviceError, match="was removed"):
        wav.write(np.zeros((5, 1), np.float32))
    wav.close()


def test_after_a_failure_nothing_is_said_at_exit(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="this system has no limits of files")
    script = """
import resource, sys
import numpy as np
from musicvae.errors import DeviceError
from musicvae.live.outputs.wav import GrowingWav
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
wav = GrowingWav(sys.argv[1], 8000, 1)
for _ in range(2):
    try:
        wav.write(np.full((1000, 1), 0.5, np.float32))
    except DeviceError as error:
        print(error.received)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "take.wav"], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout == "File too large\n" * 2
    assert soundfile.info(tmp_path / "take.wav").frames == (1000 - 44) // 3
