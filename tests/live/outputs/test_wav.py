from __future__ import annotations

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


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(DeviceError, match="No space left"):
        GrowingWav(full, 8000, 1)


def test_four_gibibytes_are_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wav = GrowingWav(tmp_path / "take.wav", 8000, 1)
    monkeypatch.setattr("musicvae.live.wav._MOST_BYTES", 100)
    wav.write(np.zeros((33, 1), np.float32))
    with pytest.raises(DeviceError, match="4 GiB"):
        wav.write(np.zeros((1, 1), np.float32))
    wav.close()
    assert soundfile.info(tmp_path / "take.wav").frames == 33
