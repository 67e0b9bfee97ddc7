from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.errors import DeviceError
from musicvae.live.outputs import wav as wav_module
from musicvae.live.storage.recorder import Recorder

RATE = 8000


def noise(frames: int, channels: int = 2) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (frames, channels)).astype(np.float32)


def heard(path: Path) -> np.ndarray:
    samples: np.ndarray = soundfile.read(path, dtype="float32", always_2d=True)[0]
    return samples


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_blocks_of_any_length_come_out_as_they_went_in(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "take.wav"
    sound = noise(5000, channels)
    recorder = Recorder(path, RATE, channels, seconds=0.1)  # the ring goes round many times
    at, sizes = 0, np.random.default_rng(2).integers(0, 400, 100)
    for size in sizes:
        recorder.record(sound[at : at + size])
        at += min(size, len(sound) - at)
        recorder.drain()
        assert soundfile.info(path).frames == recorder.frames == at  # whole at every moment
    assert at == len(sound)
    recorder.stop()
    recorder.stop()
    np.testing.assert_allclose(heard(path), sound, atol=2**-23)
    assert soundfile.info(path).subtype == "PCM_24"
    assert recorder.failure is None
    assert not recorder.running


def test_stopping_writes_what_nobody_drained(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.wav", RATE, 2)
    sound = noise(100)
    recorder.record(sound)
    recorder.stop()
    recorder.record(sound)
    recorder.drain()
    np.testing.assert_allclose(heard(tmp_path / "take.wav"), sound, atol=2**-23)


def test_two_threads_lose_no_sample(tmp_path: Path) -> None:
    sound = noise(400_000, 1)
    recorder = Recorder(tmp_path / "take.wav", RATE, 1, seconds=60)

    def render() -> None:
        for at in range(0, len(sound), 500):
            recorder.record(sound[at : at + 500])

    thread = threading.Thread(target=render)
    thread.start()
    while thread.is_alive():
        recorder.drain()
    recorder.stop()
    assert recorder.failure is None
    np.testing.assert_allclose(heard(tmp_path / "take.wav"), sound, atol=2**-23)


def test_taking_allocates_no_sample_memory(tmp_path: Path, allocated: Any) -> None:
    recorder = Recorder(tmp_path / "take.wav", RATE, 2)
    block = noise(512)

    def blocks() -> None:
        for _ in range(20):
            recorder.record(block)

    _, most = allocated(blocks)
    recorder.stop()
    assert recorder.frames == 120 * 512
    assert most < 2048  # views; a block has 4096 bytes


def test_a_ring_that_runs_over_ends_it_before_the_gap(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "take.wav", RATE, 2, seconds=0.1)
    sound = noise(1200)
    for at in range(0, 1200, 300):
        recorder.record(sound[at : at + 300])  # two fit in 800 frames
    recorder.record(sound[:10])  # would fit, but there is a gap before it
    assert not recorder.running
    recorder.drain()
    assert isinstance(recorder.failure, DeviceError)
    assert "too slow" in str(recorder.failure)
    recorder.stop()
    np.testing.assert_allclose(heard(tmp_path / "take.wav"), sound[:600], atol=2**-23)


def test_a_folder_that_goes_away_ends_it(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows does not let an open file go")
    folder = tmp_path / "takes"
    folder.mkdir()
    recorder = Recorder(folder / "take.wav", RATE, 2)
    recorder.record(noise(100))
    recorder.drain()
    shutil.rmtree(folder)
    recorder.record(noise(100))
    recorder.drain()
    assert "was removed" in str(recorder.failure)
    recorder.record(noise(100))
    recorder.stop()
    assert recorder.frames == 100


def test_a_folder_that_was_never_there(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="cannot create"):
        Recorder(tmp_path / "gone" / "take.wav", RATE, 2)


def test_four_gibibytes_are_filled_to_the_last_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wav_module, "_MOST_BYTES", 1000)
    recorder = Recorder(tmp_path / "take.wav", RATE, 2)
    sound = noise(300)
    recorder.record(sound)
    recorder.drain()
    assert "4 GiB" in str(recorder.failure)
    np.testing.assert_allclose(heard(tmp_path / "take.wav"), sound[:166], atol=2**-23)


#: Records a ramp until recording ends by itself; argument: the file. Prints what it knows.
RECORDS = """
import json, sys
import numpy as np
from musicvae.live.storage.recorder import Recorder
recorder = Recorder(sys.argv[1], 8000, 2)
ramp = (np.arange(400_000, dtype=np.float32) / 400_000)[:, None].repeat(2, axis=1)
blocks = 0
for at in range(0, len(ramp), 500):
    recorder.record(ramp[at : at + 500])
    if at % 2000 == 0:
        recorder.drain()
recorder.stop()
print(json.dumps([str(recorder.failure), recorder.frames]))
"""


def check_ramp(path: Path, frames: int, room: int) -> None:
    """The file holds as many frames as there was room for, and they are the first ones."""
    assert path.stat().st_size == 44 + 6 * frames
    assert 0 <= room - path.stat().st_size < 6
    sound = heard(path)
    assert len(sound) == frames
    np.testing.assert_allclose(sound[:, 0], np.arange(frames) / 400_000, atol=2**-22)


def test_a_limit_of_the_file_is_survived(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="this system has no limits of files")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_001, 100_001))\n"
    path = tmp_path / "take.wav"
    done = subprocess.run(
        [sys.executable, "-c", limit + RECORDS, path], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""  # nothing is tried again at exit either
    failure, frames = json.loads(done.stdout)
    assert "File too large" in failure
    assert "playable" in failure
    check_ramp(path, frames, 100_001)


def test_a_full_disk_is_survived(tmp_path: Path) -> None:
    # A disk of its own in a name space of its own: it is gone with the process.
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--mount", "sh"]
    mount = f"mount -t tmpfs -o size=64k none '{disk}'"
    try:
        tried = subprocess.run([*inside, "-c", mount], capture_output=True, timeout=60)
    except OSError:
        pytest.skip("unshare is not installed")
    if tried.returncode:
        pytest.skip("this system lets nobody mount a disk in a name space")
    script = tmp_path / "records.py"
    script.write_text(RECORDS)
    kept = tmp_path / "kept.wav"
    record = f"'{sys.executable}' '{script}' '{disk}/take.wav' && cp '{disk}/take.wav' '{kept}'"
    # A child that is given ``-c`` has no folder on its path but its own.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [*inside, "-c", f"{mount} && {record}"],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    assert done.stderr == ""
    failure, frames = json.loads(done.stdout)
    assert "No space left" in failure
    assert not list(disk.iterdir())
    check_ramp(kept, frames, 65_536)
