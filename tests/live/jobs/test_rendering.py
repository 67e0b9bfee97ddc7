from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.live.commands.messages import StoredMessage
from musicvae.live.jobs.worker import Task
from musicvae.live.network.peers import Peer
from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.scores import Score
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)


def test_what_is_rendered_ahead_is_the_decks_as_they_are_set(rig: Any, models: Path) -> None:
    rig.apply("/latent", 1.0, -0.5, 0.25)
    rig.apply("/gain", -3.0)
    rig.done("/tape/load", "solo")
    rig.apply("/tape/rate", 0.7)
    rig.done("/deck/b/model/load", "wide")
    rig.apply("/deck/b/walk", 2.0)
    rig.apply("/deck/b/seed", 9)
    rig.apply("/crossfade", 0.25)
    rig.apply("/tape/play", 0)
    states = {deck: rig.state(deck) for deck in "ab"}
    (path,) = rig.done("/render", 0.5, "ahead")
    assert Path(path) == rig.takes / "ahead.wav"
    batch: list[StoredMessage] = [
        ["/crossfade", 0.25],
        ["/model/load", "jazz"],
        ["/deck/b/model/load", "wide"],
    ]
    for deck, state in states.items():
        batch += [[f"/deck/{deck}{message[0]}", *message[1:]] for message in state]
    score = Score(16_000, 2, 0, 8000, events=[(0, batch)])
    performance = ScoreRenderer(score, Library([models], models), ADDRESSES)
    expected = np.concatenate([part.copy() for part in performance.blocks()])
    sound, rate = soundfile.read(path, dtype="int32", always_2d=True)
    assert (rate, sound.shape) == (16_000, (8000, 2))
    np.testing.assert_array_equal(sound >> 8, np.rint(expected * (2**23 - 1)).astype("i4"))
    assert np.abs(expected).max() > 0.05


def test_a_frozen_deck_is_rendered_as_it_sounds(rig: Any) -> None:
    sounds = []
    rig.apply("/latent", 1.0, -0.5, 0.25)
    rig.apply("/latent/scale", 1.5)
    controls = rig.engine.decks["a"].voice.controls
    patience = time.monotonic() + 20
    while controls.sounding()[:2] != (1.5, -0.75):  # until the ramps arrive
        assert time.monotonic() < patience
        time.sleep(0.01)
    rig.apply("/freeze", 1)
    for number, value in enumerate((1.0, 0.0)):  # what is sent meanwhile is not heard
        rig.apply("/latent", value, value)
        (path,) = rig.done("/render", 0.3, f"frozen{number}")
        sounds.append(soundfile.read(path, dtype="int32")[0])
    np.testing.assert_array_equal(*sounds)
    rig.apply("/freeze", 0)
    rig.apply("/latent", 1.0, -0.5, 0.25)
    (path,) = rig.done("/render", 0.3, "released")
    tail = slice(3200, None)  # the fresh start of the one comes along a ramp
    difference = np.abs(sounds[0][tail] - soundfile.read(path, dtype="int32")[0][tail])
    assert difference.max() <= 2**10 * 256


def test_a_deck_that_is_stopped_is_rendered_stopped(rig: Any) -> None:
    rig.apply("/latent", 1.0, 1.0)
    rig.apply("/play", 0)
    (path,) = rig.done("/render", 0.2)
    assert not soundfile.read(path)[0].any()


@pytest.mark.parametrize("other", [False, True])
def test_what_cannot_be_rendered_leaves_no_file(rig: Any, models: Path, other: bool) -> None:
    """Nor does another model of that name take its place, be it a file or a ready model."""
    (models / "jazz.onnx").unlink()
    if other:
        shutil.copy(models / "wide.onnx", models / "jazz.onnx")
    reason = rig.failed("/render", 0.5, "ahead")
    assert "could not be rendered" in reason
    assert re.search("no model of that name|is not the one that was played", reason)
    assert not (rig.takes / "ahead.wav").exists()


def test_other_jobs_do_not_wait_for_a_rendering_nor_does_the_end(rig: Any) -> None:
    command = ADDRESSES.command("/render", "", "", (3600.0, "long"))
    rig.said.clear()
    rig.worker.do(Task(command, ME, "/ahead"))
    assert rig.said == []
    reason = "a rendering is under way. Hint: wait for its /done"
    rig.worker.do(Task(command, ME, "/render"))
    rig.worker.do(Task(ADDRESSES.command("/record/start", "", "", ("one",)), ME, "/record/start"))
    rig.worker.do(Task(ADDRESSES.command("/record/stop"), ME, "/record/stop"))
    assert [message[1:] for message in rig.said] == [
        ("/fail", ["/render", reason]),
        ("/done", ["/record/start", str(rig.takes / "one.wav")]),
        ("/done", ["/record/stop", str(rig.takes / "one.wav"), rig.said[-1][2][2]]),
    ]
    rig.rendering.give_up()
    rig.worker.settle()
    _, address, values = rig.said[-1]
    assert (address, values[0]) == ("/fail", "/ahead")
    assert "it was killed" in values[1]
    assert not (rig.takes / "long.wav").exists()
    assert "the daemon ends" in rig.failed("/render", 0.1)  # nor does it begin another


def test_a_process_that_cannot_be_started_is_an_answer(
    rig: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any, **options: Any) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert "Too many open files" in rig.failed("/render", 0.1, "ahead")
    assert list(rig.takes.iterdir()) == []


def test_modules_in_the_current_folder_do_not_run(
    rig: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for name in ("numpy", "json", "onnxruntime", "soxr", "sitecustomize"):
        (here / f"{name}.py").write_text(f"open('ran-{name}', 'w')\n")
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", ["", str(here), *sys.path])
    (rig.takes).mkdir()
    (rig.takes / "ahead.score.jsonl").write_text("of a take that was lost")
    assert Path(rig.done("/render", 0.1, "ahead")[0]).name == "ahead-2.wav"
    assert list(here.glob("ran-*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no open file")
def test_a_rendering_ends_with_a_daemon_that_is_killed_and_leaves_nothing(
    models: Path, tmp_path: Path
) -> None:
    takes = tmp_path / "takes"
    outer = f"""
from pathlib import Path
from musicvae import child
from musicvae.live.jobs.render_process import CODE, job
from musicvae.live.storage.folders import Folder
from musicvae.live.storage.takes import claim
take = claim(Folder({str(takes)!r}), "long", scored=False)
score = {{"rate": 16000, "channels": 2, "seconds": 3600, "events": [[0.0, "/model/load", "jazz"]]}}
process = child.start(CODE, stdin=-1, stdout=take.wav, stderr=None)
process.stdin.write(job(score, [{str(models)!r}], take.path))
process.stdin.flush()
while not take.path.stat().st_size and process.poll() is None:
    pass
print("renders", flush=True)
process.wait()
"""
    command = [sys.executable, "-c", outer]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stdout is not None
        assert daemon.stderr is not None
        assert daemon.stdout.readline() == "renders\n"
        daemon.kill()
        assert daemon.stderr.read() == ""  # the renderer has it too, so it has ended
    assert list(takes.iterdir()) == []
