from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main
from musicvae.errors import DeviceError, LiveError
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.storage.scores import read_score


def test_a_take_and_its_score_lie_beside_each_other(rig: Any) -> None:
    (path,) = rig.done("/record/start", "one")
    assert Path(path) == rig.takes / "one.wav"
    rig.apply("/latent", 2.0, 2.0)
    while rig.engine.level < 0.05:
        rig.handle.look(lambda frame: None)
    again, seconds = rig.done("/record/stop")
    sound, rate = soundfile.read(path)
    assert (again, rate, len(sound)) == (path, 16_000, round(seconds * 16_000))
    assert np.abs(sound).max() > 0.01
    score = read_score(rig.takes / "one.score.jsonl")
    assert score.stop_frame is not None
    assert score.stop_frame - score.start_frame == len(sound)
    assert score.models["jazz"]["graph_sha256"]


@pytest.mark.parametrize("of", ["solo.score.jsonl", "solo.wav", "SOLO.score.jsonl"])
@pytest.mark.parametrize("kind", ["file", "link out", "pipe"])
def test_what_is_there_of_a_take_is_kept(rig: Any, tmp_path: Path, of: str, kind: str) -> None:
    rig.takes.mkdir()
    outside, there = tmp_path / "outside", rig.takes / of
    outside.write_text("precious")
    if kind == "file":
        there.write_text("precious")
    elif kind == "link out":
        there.symlink_to(outside)
    elif not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    else:
        os.mkfifo(there)
    before = there.lstat()
    (path,) = rig.done("/record/start", "solo")
    rig.done("/record/stop")
    assert Path(path).name == "solo-2.wav"
    assert there.lstat() == before
    assert outside.read_text() == "precious"
    read_score(rig.takes / "solo-2.score.jsonl")


def test_a_folder_that_is_a_link_is_told(rig: Any, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    rig.takes.symlink_to(tmp_path / "outside")
    for message in (("/record/start", "solo"), ("/render", 0.1, "solo")):
        assert f"name the folder that it leads to: '{tmp_path / 'outside'}'" in rig.failed(*message)
    assert list((tmp_path / "outside").iterdir()) == []
    assert rig.engine.tap is None


@pytest.mark.parametrize("message", [("/record/start", "solo"), ("/render", 0.1, "solo")])
def test_what_cannot_begin_leaves_no_file(
    rig: Any, monkeypatch: pytest.MonkeyPatch, message: tuple[Any, ...]
) -> None:
    def stand_still(*given: Any) -> None:
        raise LiveError("nothing is rendered at the moment")

    monkeypatch.setattr(rig.handle, "look", stand_still)
    assert "nothing is rendered" in rig.failed(*message)
    assert list(rig.takes.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let an open file go")
def test_a_score_that_is_removed_is_told_at_once_and_the_sound_is_kept(rig: Any) -> None:
    (path,) = rig.done("/record/start", "solo")
    (rig.takes / "solo.score.jsonl").unlink()
    rig.apply("/latent", 1.0)
    failure = rig.recording.drain()
    assert "it was removed while it was written" in str(failure)
    assert rig.said[-1][1:] == ("/error", ["/record/start", rig.journal.failure])
    assert rig.recording.drain() is None  # told once
    rig.done("/record/stop")
    assert soundfile.info(path).frames > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let an open file go")
def test_a_folder_that_is_removed_ends_the_recording_and_nothing_else(rig: Any) -> None:
    rig.done("/record/start", "solo")
    shutil.rmtree(rig.takes)
    while (failure := rig.recording.drain()) is None or "score" in str(failure):
        rig.handle.look(lambda frame: None)
    assert "was removed while it was written" in str(failure)
    assert rig.said[-1][1] == "/fail"
    (path,) = rig.done("/record/start", "solo")
    rig.done("/record/stop")
    assert Path(path).name == "solo.wav"


def test_names_are_made_up_and_counted_and_bare(rig: Any) -> None:
    (unnamed,) = rig.done("/record/start")
    rig.done("/record/stop")
    assert re.fullmatch(r"take-\d{4}(-\d\d){5}\.wav", Path(unnamed).name)
    for expected in ("one.wav", "one-2.wav"):
        (path,) = rig.done("/record/start", "one.wav")
        assert Path(path).name == expected
        rig.done("/record/stop")
    for name in ("../one", "/tmp/one", "nul"):
        assert "cannot be a name" in rig.failed("/record/start", name)


def test_one_recording_at_a_time(rig: Any) -> None:
    assert "nothing is being recorded" in rig.failed("/record/stop")
    rig.done("/record/start", "one")
    assert "one.wav is being recorded already" in rig.failed("/record/start", "two")
    assert not (rig.takes / "two.wav").exists()
    rig.done("/record/stop")


def test_a_folder_that_cannot_be_written_is_told(rig: Any) -> None:
    rig.takes.parent.mkdir(exist_ok=True)
    rig.takes.write_text("a file, not a folder")
    assert str(rig.takes) in rig.failed("/record/start", "one")
    assert rig.recording.recorder is None
    assert rig.engine.tap is None


def test_a_session_that_cannot_be_replayed_is_recorded_without_a_score(rig: Any) -> None:
    rig.journal.know_model("jazz", "other.onnx", "f" * 64)
    rig.done("/record/start", "one")
    assert rig.said[0][1] == "/error"
    assert "cannot be replayed" in rig.said[0][2][1]
    rig.done("/record/stop")
    assert (rig.takes / "one.wav").is_file()
    assert not (rig.takes / "one.score.jsonl").exists()


def test_a_full_disk_ends_the_recording_and_nothing_else(
    rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = rig.done("/record/start", "one")

    def full(wav: GrowingWav, block: Any) -> None:
        raise DeviceError("the disk is full")

    rig.recording.drain()
    monkeypatch.setattr(GrowingWav, "write", full)
    while (failure := rig.recording.drain()) is None:
        rig.handle.look(lambda frame: None)
    assert failure.what == "the disk is full"
    assert rig.said[-1][1:] == ("/fail", ["/record/start", "the disk is full."])
    assert rig.recording.drain() is None  # told once
    assert rig.recording.recorder is None
    assert rig.engine.tap is None
    assert soundfile.info(path).frames >= 0
    assert "nothing is being recorded" in rig.failed("/record/stop")
    rig.handle.look(lambda frame: None)  # it plays on


def test_it_may_be_ended_by_two_at_once(rig: Any) -> None:
    """The housekeeper continues to drain while the worker writes the file to the disk."""
    stopping = threading.Event()

    def keep() -> None:
        while not stopping.is_set():
            assert rig.recording.drain() is None

    housekeeper = threading.Thread(target=keep)
    housekeeper.start()
    try:
        for _ in range(10):
            rig.done("/record/start", "one")
            rig.done("/record/stop")
    finally:
        stopping.set()
        housekeeper.join()
    assert len(list(rig.takes.glob("*.wav"))) == 10


def test_a_score_that_ends_early_is_told(rig: Any) -> None:
    rig.done("/record/start", "one")
    rig.journal.know_model("jazz", "other.onnx", "f" * 64)
    rig.done("/record/stop")
    assert rig.said[0][1] == "/error"
    assert "the score ends early" in rig.said[0][2][1]


def test_a_score_renders_with_the_command(rig: Any, models: Path) -> None:
    (path,) = rig.done("/record/start", "one")
    rig.apply("/walk", 1.0)
    rig.handle.look(lambda frame: None)
    rig.done("/record/stop")
    again = Path(path).with_name("again.wav")
    score = Path(path).with_name("one.score.jsonl")
    assert main(["render", str(score), "--out", str(again), "--quiet"]) == 0  # finds its models
    assert again.read_bytes() == Path(path).read_bytes()
