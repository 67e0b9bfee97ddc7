"""What is left where TensorFlow is not installed: everything but what computes with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from musicvae.recipes import STREAM

HIDE = """
import sys
from importlib.machinery import PathFinder
class Hidden(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.split(".")[0] in ("tensorflow", "keras")
        return None if hidden else super().find_spec(name, path, target)
sys.meta_path[:] = [Hidden if f is PathFinder else f for f in sys.meta_path]
"""
COMMAND = """
from musicvae.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""
NAMES = """
import inspect as looking, pydoc
import musicvae as mv
members = dict(looking.getmembers(mv))
assert set(mv.__all__) <= set(members), set(mv.__all__) - set(members)
from musicvae import *
from musicvae import load, train, train_prior
text = pydoc.plain(pydoc.render_doc(mv))
for part in ("train(", "load(", "train_prior(", "class TrainedModel", "class TrainedStream"):
    assert part in text, part
assert "genre" in looking.signature(train).parameters and "Train a model" in train.__doc__
"""
CALLS = """
import musicvae as mv
sounds, run, material = sys.argv[1:]
calls = [
    lambda: mv.train(None, sounds, "nowhere"),
    lambda: mv.load(run),
    lambda: mv.survey(run, sounds),
    lambda: mv.train_prior(run, "nowhere", data=sounds),
    lambda: mv.train_prior(None, "nowhere", material=material),
]
for call in calls:
    try:
        call()
    except mv.MusicVAEError as error:
        print(type(error).__name__, error.hint)
"""


def _without_tensorflow(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", HIDE + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_training_without_tensorflow_says_the_pip_line(tiny_sounds: Path) -> None:
    done = _without_tensorflow(COMMAND, "train", "--data", tiny_sounds, "--out", "nowhere")
    assert done.returncode == 1, done.stderr
    assert 'pip install "musicvae[train]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_every_public_name_is_there_and_documented() -> None:
    done = _without_tensorflow(NAMES)
    assert done.returncode == 0, done.stderr


def test_what_computes_says_the_pip_line_when_it_is_called(
    tiny_sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    helper("prior_material").material().save(tmp_path / "material.npz")
    run = {"recipe": STREAM.to_json(), "genre": None}
    (tmp_path / "run.json").write_text(json.dumps(run))
    for name in ("best.npz", "latents.npz"):
        (tmp_path / name).write_bytes(b"")
    done = _without_tensorflow(CALLS, tiny_sounds, tmp_path, tmp_path / "material.npz")
    lines = done.stdout.splitlines()
    assert len(lines) == 5, done.stderr
    assert not (tmp_path / "nowhere").exists()
    assert all(line.startswith('MissingExtraError pip install "musicvae[train]"') for line in lines)
