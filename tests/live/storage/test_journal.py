from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import DeviceError, ScoreError
from musicvae.live.storage import journal as journal_module
from musicvae.live.storage.journal import Journal
from musicvae.live.storage.scores import read_score


@dataclass(frozen=True)
class Said:
    parts: tuple[Any, ...]

    def message(self) -> list[Any]:
        return [*self.parts]


def said(*parts: Any) -> Said:
    return Said(parts)


@pytest.fixture
def journal() -> Iterator[Journal]:
    journal = Journal(48_000, 2)
    journal.know_model("jazz", "jazz.onnx", "ab" * 32)
    yield journal
    journal.close()


def test_what_is_written_comes_back(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "take.json"
    journal.append(0, [said("/deck/a/latent", 0.1, -0.0), said("/deck/a/play", 1)])
    journal.drain()
    journal.append(512, [said("/deck/a/tape/load", "été")])
    journal.start_sidecar(path, 600)
    journal.append(700, [said("/crossfade", 0.5)])
    journal.know_model("rain", "rain.onnx", "cd" * 32)
    journal.drain()
    journal.append(800, [said("/deck/b/gain", -6.0)])
    journal.stop_sidecar(900)
    journal.append(1000, [said("/deck/b/gain", 0.0)])
    journal.drain()
    score = read_score(path)
    assert (score.rate, score.channels) == (48_000, 2)
    assert (score.start_frame, score.stop_frame) == (600, 900)
    assert score.models == {
        "jazz": {"file": "jazz.onnx", "graph_sha256": "ab" * 32},
        "rain": {"file": "rain.onnx", "graph_sha256": "cd" * 32},
    }
    assert score.events == [
        (0, [["/deck/a/latent", 0.1, -0.0], ["/deck/a/play", 1]]),
        (512, [["/deck/a/tape/load", "été"]]),
        (700, [["/crossfade", 0.5]]),
        (800, [["/deck/b/gain", -6.0]]),
    ]
    assert json.dumps(score.events[0][1][0][2]) == "-0.0"
    assert journal.failure == journal.unreplayable == ""


def test_parts_are_noted_by_kind_and_name(journal: Journal, tmp_path: Path) -> None:
    journal.know_part("memory", "jazz", "jazz.memory", "12" * 32)
    journal.start_sidecar(tmp_path / "take.json", 0)
    journal.know_part("tape", "jazz", "jazz.tape", "34" * 32)
    journal.know_part("memory", "jazz", "copy/jazz.memory", "12" * 32)
    assert journal.unreplayable == ""
    score = read_score(tmp_path / "take.json")
    assert score.parts == {
        "memory": {"jazz": {"file": "jazz.memory", "sha256": "12" * 32}},
        "tape": {"jazz": {"file": "jazz.tape", "sha256": "34" * 32}},
    }
    assert score.digest("memory", "jazz") == "12" * 32
    assert score.digest("model", "jazz") == "ab" * 32
    journal.know_part("tape", "jazz", "jazz.tape", "56" * 32)
    assert "the tape 'jazz' was replaced" in journal.unreplayable


def test_a_path_that_is_no_text_comes_back(tmp_path: Path) -> None:
    odd = os.fsdecode(b"/music/j\xffzz.onnx")
    journal = Journal(48_000, 2, [odd])
    journal.know_model("jazz", odd, "ab" * 32)
    journal.start_sidecar(tmp_path / "take.json", 0)
    journal.close()
    score = read_score(tmp_path / "take.json")
    assert (score.tapes, score.models["jazz"]["file"]) == ([odd], odd)


def test_each_recording_has_all_from_the_start(journal: Journal, tmp_path: Path) -> None:
    for take in range(3):
        journal.append(take, [said("/seed", take)])
        journal.start_sidecar(tmp_path / f"{take}.json", take)
        journal.stop_sidecar(take + 1)
        score = read_score(tmp_path / f"{take}.json")
        assert [frame for frame, _ in score.events] == list(range(take + 1))


def test_one_sidecar_at_a_time(journal: Journal, tmp_path: Path) -> None:
    journal.stop_sidecar(0)  # nothing to stop
    journal.start_sidecar(tmp_path / "one.json", 0)
    with pytest.raises(ScoreError, match="already"):
        journal.start_sidecar(tmp_path / "two.json", 0)
    journal.stop_sidecar(1)
    journal.start_sidecar(tmp_path / "two.json", 1)
    journal.close()
    assert read_score(tmp_path / "two.json").stop_frame is None


def test_a_full_log_is_said_and_an_open_sidecar_goes_on(tmp_path: Path) -> None:
    journal = Journal(48_000, 2, most_bytes=200)
    journal.start_sidecar(tmp_path / "take.json", 0)
    for frame in range(20):
        journal.append(frame, [said("/seed", frame)])
        journal.drain()
    assert "200 bytes" in journal.unreplayable
    journal.stop_sidecar(20)
    assert journal.failure == ""
    assert len(read_score(tmp_path / "take.json").events) == 20
    with pytest.raises(ScoreError, match=r"cannot be replayed: .*200 bytes"):
        journal.start_sidecar(tmp_path / "next.json", 20)
    assert not (tmp_path / "next.json").exists()


def test_a_writer_that_is_never_drained_stays_small(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "MOST_WAITING", 3)
    journal.start_sidecar(tmp_path / "take.json", 0)
    for frame in range(10):
        journal.append(frame, [said("/seed", frame)])
    assert len(journal._waiting) == 3
    journal.drain()
    journal.append(10, [said("/seed", 10)])
    journal.drain()
    assert "could be logged" in journal.unreplayable
    assert "ends early" in journal.failure
    score = read_score(tmp_path / "take.json")
    assert [frame for frame, _ in score.events] == [0, 1, 2]
    assert score.stop_frame is None


def test_a_command_that_json_cannot_hold_ends_it(journal: Journal, tmp_path: Path) -> None:
    journal.start_sidecar(tmp_path / "take.json", 0)
    journal.append(0, [said("/seed", 1)])
    journal.append(1, [said("/gain", float("nan"))])
    journal.append(2, [said("/seed", 2)])
    journal.drain()
    assert "cannot be logged" in journal.unreplayable
    assert "ends early" in journal.failure
    assert [frame for frame, _ in read_score(tmp_path / "take.json").events] == [0]


def test_a_model_of_the_same_name_but_another_graph(journal: Journal, tmp_path: Path) -> None:
    journal.know_model("jazz", "copy/jazz.onnx", "ab" * 32)
    assert journal.unreplayable == ""
    journal.start_sidecar(tmp_path / "take.json", 0)
    journal.know_model("jazz", "jazz.onnx", "ef" * 32)
    assert "'jazz' was replaced" in journal.unreplayable
    assert "ends early" in journal.failure


def test_a_folder_that_is_not_there(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="No such file"):
        journal.start_sidecar(tmp_path / "gone" / "take.json", 0)
    journal.start_sidecar(tmp_path / "take.json", 0)  # the next one may work
    journal.stop_sidecar(1)
    assert read_score(tmp_path / "take.json").stop_frame == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said(journal: Journal) -> None:
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 (the journal closes it)
    with pytest.raises(DeviceError, match="No space left"):
        journal.start_sidecar(full, 0)
    journal.drain()
    assert journal.unreplayable == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let an open file go")
def test_a_score_that_is_removed_is_told_and_not_lost_in_silence(
    journal: Journal, tmp_path: Path
) -> None:
    journal.start_sidecar(tmp_path / "take.json", 0)
    (tmp_path / "take.json").unlink()
    journal.append(0, [said("/seed", 1)])
    journal.drain()
    assert "it was removed while it was written" in journal.failure


def test_a_score_that_is_there_is_not_overwritten(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "take.json").write_text("precious")
    with pytest.raises(DeviceError, match="File exists"):
        journal.start_sidecar(tmp_path / "take.json", 0)
    assert (tmp_path / "take.json").read_text() == "precious"


def test_a_disk_that_becomes_full_ends_the_sidecar(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="this system has no limits of files")
    script = """
import json, resource, sys
from musicvae.live.storage.journal import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
class Said:
    def message(self):
        return ["/seed", 1]
journal = Journal(48000, 2)
journal.start_sidecar(sys.argv[1], 0)
for frame in range(200):
    journal.append(frame, [Said()])
    journal.drain()
journal.stop_sidecar(200)
print(json.dumps([journal.failure, journal.unreplayable]))
"""
    path = tmp_path / "take.json"
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    failure, unreplayable = json.loads(done.stdout)
    assert "ends early: File too large" in failure
    assert "File too large" in unreplayable  # the log is a file too
    assert path.stat().st_size == 2000
    score = read_score(path)
    assert [frame for frame, _ in score.events] == list(range(len(score.events)))
    assert 30 < len(score.events) < 200


def test_a_kill_leaves_whole_lines(tmp_path: Path) -> None:
    script = """
import sys, time
from musicvae.live.storage.journal import Journal
class Said:
    def message(self):
        return ["/latent", 0.5]
journal = Journal(48000, 2)
journal.start_sidecar(sys.argv[1], 0)
for frame in range(5):
    journal.append(frame, [Said()])
journal.drain()
print("drained", flush=True)
time.sleep(600)
"""
    path = tmp_path / "take.json"
    with subprocess.Popen([sys.executable, "-c", script, path], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"drained"
        child.kill()
    score = read_score(path)
    assert len(score.events) == 5
    assert score.stop_frame is None


def test_writer_and_drain_side_by_side(journal: Journal, tmp_path: Path) -> None:
    count = 20_000
    journal.start_sidecar(tmp_path / "take.json", 0)
    batch = [said("/seed", 1)]

    def render() -> None:
        for frame in range(count):
            journal.append(frame, batch)

    thread = threading.Thread(target=render)
    thread.start()
    while thread.is_alive():
        journal.drain()
    journal.stop_sidecar(count)
    score = read_score(tmp_path / "take.json")
    assert [frame for frame, _ in score.events] == list(range(count))
