"""Training runs: what they leave, and that they go on after every kind of end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import RunError, SettingError, TrainingDivergedError
from musicvae.vae.training.train import train

SCRIPT = """
import json, sys
from musicvae.vae.training.train import train
genre, data, out, options = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
train(genre, data, out, **options)
"""


def _weights(run: Path) -> dict[str, np.ndarray]:
    with np.load(run / "last.npz") as arrays:
        return {name: arrays[name] for name in arrays.files if name != "counters"}


def _start(data: Path, out: Path, options: dict[str, Any], **environment: str) -> Any:
    command = [sys.executable, "-c", SCRIPT, "jazz", str(data), str(out), json.dumps(options)]
    return subprocess.Popen(
        command,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _wait_for(condition: Any, process: Any) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < end, "nothing happened in two minutes"
        time.sleep(0.02)


@pytest.fixture
def options(tiny_settings: dict[str, Any], tiny_cache: Path) -> dict[str, Any]:
    return {"recipe": "clip", "settings": tiny_settings, "cache": str(tiny_cache), "workers": 1}


def test_a_run_leaves_all_that_the_docs_promise(tiny_run: Path) -> None:
    names = {path.name for path in tiny_run.iterdir()}
    assert names >= {
        *("run.json", "split.json", "data.json", "history.csv", "history.json"),
        *("last.npz", "best.npz", "latents.npz", "pictures"),
    }
    assert len(list((tiny_run / "pictures").glob("epoch-*.png"))) == 2
    rows = json.loads((tiny_run / "history.json").read_text())
    assert [row["epoch"] for row in rows] == [1, 2]
    assert all(np.isfinite(value) for row in rows for value in row.values())


def test_tensorboard_gets_curves_and_sounds(tiny_run: Path) -> None:
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    (records,) = (tiny_run / "tensorboard").iterdir()
    tags = {
        value.tag
        for event in loader.EventFileLoader(str(records)).Load()
        for value in event.summary.value
    }
    assert {"test_elbo", "train_kl", "beta", "fixed latents"} <= tags


def test_the_same_seed_gives_the_same_weights(
    tiny_run: Path, tiny_sounds: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    train("jazz", tiny_sounds, tmp_path / "again", pictures=False, **options)
    first, second = _weights(tiny_run), _weights(tmp_path / "again")
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)


def test_after_a_kill_the_run_goes_on_to_the_same_weights(
    tiny_run: Path, tiny_sounds: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    out = tmp_path / "killed"
    process = _start(tiny_sounds, out, {**options, "pictures": False, "checkpoint_seconds": 0})
    _wait_for((out / "last.npz").is_file, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with np.load(out / "last.npz") as arrays:
        step = json.loads(str(arrays["counters"]))["step"]
    assert step < json.loads((tiny_run / "history.json").read_text())[-1]["step"]
    train(None, None, out, resume=True, cache=options["cache"], pictures=False)
    first, second = _weights(tiny_run), _weights(out)
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)
    history = [json.loads((run / "history.json").read_text()) for run in (tiny_run, out)]
    assert [row["train_elbo"] for row in history[0]] == [row["train_elbo"] for row in history[1]]


def test_control_c_leaves_a_run_that_can_be_heard_and_resumed(
    tiny_sounds: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    out = tmp_path / "stopped"
    options["settings"] = {**options["settings"], "epochs": 5_000}
    process = _start(tiny_sounds, out, {**options, "pictures": False})
    _wait_for((out / "history.json").is_file, process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert "KeyboardInterrupt" in output
    from musicvae.vae.run.loading import load

    assert len(load(out).sample(1, seed=0)) == 1
    assert not [path for path in out.rglob("*") if path.name.startswith(".")]


def test_a_run_is_not_overwritten(tiny_run: Path, tiny_sounds: Path) -> None:
    before = (tiny_run / "run.json").read_bytes()
    with pytest.raises(RunError, match="--resume"):
        train("jazz", tiny_sounds, tiny_run)
    assert (tiny_run / "run.json").read_bytes() == before


def test_changed_sounds_are_not_resumed(
    tiny_run: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    import shutil

    run, data = tmp_path / "run", tmp_path / "genres"
    shutil.copytree(tiny_run, run)
    description = json.loads((run / "run.json").read_text())
    shutil.copytree(description["data"], data)
    next((data / "jazz").iterdir()).unlink()
    with pytest.raises(RunError, match="have changed"):
        train(None, data, run, resume=True, cache=options["cache"])


def test_an_infinite_loss_stops_with_the_last_good_checkpoint_untouched(
    tiny_sounds: Path, tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae.vae.training.trainer.learning_rate", lambda *_: 1e18)
    options["settings"] = {**options["settings"], "epochs": 50}
    with pytest.raises(TrainingDivergedError, match="lower learning_rate"):
        train("jazz", tiny_sounds, tmp_path / "run", pictures=False, **options)


def test_an_unknown_strategy_is_refused(tiny_sounds: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="default, mirrored, multiworker"):
        train("jazz", tiny_sounds, tmp_path / "run", strategy="telepathy")


def test_multiworker_without_tf_config_is_explained(
    tiny_sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(SettingError, match="TF_CONFIG"):
        train("jazz", tiny_sounds, tmp_path / "run", strategy="multiworker")
