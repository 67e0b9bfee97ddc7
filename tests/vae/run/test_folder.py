"""A run folder: created once, opened where there is one, its history in two forms."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import RunError
from musicvae.files import write_json
from musicvae.recipes import CLIP
from musicvae.vae.run.folder import RunFolder

DESCRIPTION = {"genre": "jazz", "licence": "CC0-1.0", "recipe": CLIP.to_json()}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    write_json(tmp_path / "jazz" / "run.json", DESCRIPTION)
    return RunFolder.open(tmp_path / "jazz")


def _rows(run: RunFolder) -> list[dict[str, str]]:
    with (run.path / "history.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_new_run_holds_what_it_was_made_with(tmp_path: Path) -> None:
    split: dict[str, Any] = {"train": ["a"], "test": ["b"]}
    run = RunFolder.create(tmp_path / "deep" / "jazz", DESCRIPTION, split, {"tracks": []})
    assert run.describe() == DESCRIPTION
    assert run.recipe() == CLIP
    assert json.loads(run.split.read_text("utf-8")) == split
    assert json.loads(run.data.read_text("utf-8")) == {"tracks": []}
    assert run.history() == []
    assert sorted(path.name for path in run.path.iterdir()) == [
        "data.json",
        "run.json",
        "split.json",
    ]


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    RunFolder.create(tmp_path, DESCRIPTION, {}, {})
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_files_of_another_run_are_copied(tmp_path: Path) -> None:
    (tmp_path / "best.npz").write_bytes(b"weights")
    files = {"start.npz": tmp_path / "best.npz"}
    run = RunFolder.create(tmp_path / "new", DESCRIPTION, {}, {}, files)
    assert run.start.read_bytes() == b"weights"


def test_a_run_is_never_created_over_another(run: RunFolder) -> None:
    with pytest.raises(RunError, match="already") as refused:
        RunFolder.create(run.path, {"genre": "metal"}, {}, {})
    assert refused.value.received == str(run.path)
    assert "--resume" in str(refused.value.hint)
    assert "--out" in str(refused.value.hint)
    assert run.describe() == DESCRIPTION
    assert [path.name for path in run.path.iterdir()] == ["run.json"]


def test_a_free_folder_passes_the_check_and_is_not_made(tmp_path: Path) -> None:
    RunFolder.check_free(tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_what_is_not_a_run_is_not_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("{}")
    with pytest.raises(RunError, match="not a run") as refused:
        RunFolder.open(tmp_path / name)
    assert "run.json" in str(refused.value.expected)
    assert refused.value.received == str(tmp_path / name)


def test_a_run_can_be_moved(run: RunFolder, tmp_path: Path) -> None:
    run.path.rename(tmp_path / "elsewhere")
    assert RunFolder.open(str(tmp_path / "elsewhere")).describe() == DESCRIPTION


def test_every_file_lies_in_the_folder_under_its_own_name(run: RunFolder) -> None:
    names = ("description", "split", "data", "last", "best", "latents", "playing", "start")
    files = [getattr(run, name) for name in (*names, "start_latents", "pictures")]
    assert len(set(files)) == len(files)
    assert {path.parent for path in files} == {run.path}


@pytest.mark.parametrize("text", ["", '{"genre": "ja', "\x00"])
def test_a_damaged_description_is_a_clear_error(run: RunFolder, text: str) -> None:
    run.description.write_text(text)
    with pytest.raises(RunError, match=r"run\.json cannot be read"):
        run.describe()


def test_a_description_that_is_gone_is_a_clear_error(run: RunFolder) -> None:
    run.description.unlink()
    with pytest.raises(RunError, match=r"run\.json cannot be read"):
        run.recipe()


def test_history_is_kept_in_two_forms(run: RunFolder) -> None:
    rows = [
        {"epoch": 1, "step": 3, "train_elbo": -12.5},
        {"epoch": 2, "step": 6, "train_elbo": -1 / 3},
    ]
    run.write_history(rows)
    assert run.history() == rows
    assert [float(row["train_elbo"]) for row in _rows(run)] == [-12.5, -1 / 3]


def test_a_later_epoch_may_have_further_columns(run: RunFolder) -> None:
    """The second phase of a stream has critics."""
    run.write_history([{"epoch": 1, "elbo": -3.0}, {"epoch": 2, "elbo": -2.0, "critics": 0.5}])
    first, second = _rows(run)
    assert list(first) == ["epoch", "elbo", "critics"]
    assert first["critics"] == ""
    assert second["critics"] == "0.5"


def test_history_is_replaced_as_a_whole(run: RunFolder) -> None:
    run.write_history([{"epoch": 1, "old": 1}, {"epoch": 2, "old": 2}])
    run.write_history([{"epoch": 1, "step": 3, "new": 3}])
    assert run.history() == [{"epoch": 1, "step": 3, "new": 3}]
    assert _rows(run) == [{"epoch": "1", "step": "3", "new": "3"}]
    assert sorted(path.name for path in run.path.iterdir()) == [
        "history.csv",
        "history.json",
        "run.json",
    ]


def test_before_the_first_epoch_there_is_no_table(run: RunFolder) -> None:
    run.write_history([])
    assert run.history() == []
    assert not (run.path / "history.csv").exists()
