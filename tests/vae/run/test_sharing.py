from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicvae.errors import RunError
from musicvae.files import write_json
from musicvae.recipes import STREAM
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.sharing import share

DESCRIPTION = {
    "genre": "jazz",
    "licence": "CC0-1.0",
    "recipe": STREAM.to_json(),
    "data": "/music/ann/genres",
    "from": {"run": "C:\\runs\\base", "frozen": ["encoder"]},
}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder.create(tmp_path / "run", DESCRIPTION, {"train": ["a"], "test": ["b"]}, {})
    for path in (run.best, run.last, run.latents):
        np.savez(path, weights=np.arange(3.0))
    write_json(run.playing, {"mean": []})
    return run


def test_what_a_training_starts_from_is_copied_and_no_place_of_this_machine(
    run: RunFolder, tmp_path: Path
) -> None:
    shared = share(run.path, tmp_path / "shared")
    names = {"run.json", "split.json", "data.json", "best.npz", "latents.npz", "playing.json"}
    assert {path.name for path in shared.path.iterdir()} == names
    for name in ("best.npz", "latents.npz", "playing.json", "split.json"):
        assert (shared.path / name).read_bytes() == (run.path / name).read_bytes()
    changed = {"data": "genres", "from": {"run": "base", "frozen": ["encoder"]}}
    assert shared.describe() == DESCRIPTION | changed
    assert shared.frozen() == ("encoder",)
    assert shared.report() == {"folder": "genres", "tracks": [], "skipped": []}
    texts = [path.read_text("utf-8") for path in shared.path.glob("*.json")]
    assert not any("/music" in text or "C:" in text for text in texts)


def test_the_runs_of_clip_models_have_no_statistics_of_a_stream(
    run: RunFolder, tmp_path: Path
) -> None:
    run.playing.unlink()
    assert not share(run.path, tmp_path / "shared").playing.exists()


def test_a_run_without_a_model_is_refused_and_nothing_is_written(
    run: RunFolder, tmp_path: Path
) -> None:
    run.best.unlink()
    with pytest.raises(RunError, match=r"left no model to share.*without best\.npz"):
        share(run.path, tmp_path / "shared")
    assert not (tmp_path / "shared").exists()


def test_a_run_is_not_shared_over_another(run: RunFolder) -> None:
    with pytest.raises(RunError, match="already"):
        share(run.path, run.path)
