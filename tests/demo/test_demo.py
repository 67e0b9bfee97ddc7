"""The demo as a stranger runs it, with seconds of training instead of minutes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from musicvae.artifact.reading import inspect
from musicvae.audio import read
from musicvae.demo import corpus_folder


def test_the_corpus_is_small_and_its_terms_are_with_it() -> None:
    clips = sorted(corpus_folder().glob("*/*.ogg"))
    assert len(clips) == 20
    assert sum(path.stat().st_size for path in clips) <= 4_000_000
    assert "CC0 1.0" in (corpus_folder() / "LICENSE.md").read_text("utf-8")


def test_the_demo_leaves_all_that_its_page_shows(tmp_path: Path) -> None:
    pytest.importorskip("musicvae_export", reason="musicvae-export is not installed")
    out = tmp_path / "demo"
    command = [sys.executable, "-m", "musicvae", "demo", "--minutes", "0.1", "--out", str(out)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (out / "index.html").read_text("utf-8")
    shown = re.findall(r'src="([^"]+)"', page)
    assert {"take.wav", "training.png", "reconstructions.png"} <= set(shown)
    assert all((out / name).stat().st_size > 1000 for name in shown)
    assert inspect(out / "my-hiphop.onnx").genre == "hiphop"
    take = read(out / "take.wav")
    assert take.seconds > 15
    assert np.sqrt(np.mean(take.samples**2)) > 0.001
    assert np.abs(take.samples).max() <= 1.0
    assert re.search(r"OSC +\d{3} packets  refused 0", done.stdout)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    command = [sys.executable, "-m", "musicvae", "demo", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "new folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
