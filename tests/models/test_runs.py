from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import BrokenPluginError, DuplicateNameError, RunError
from musicvae.models.runs import instead_of_run, starting_run


def test_a_training_starts_from_a_path_or_from_the_run_of_a_ready_model(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = ready_site.bring("jazz", said={"run": "fake_bringer_jazz:shared"}) / "shared"
    run.mkdir()
    (run / "run.json").touch()
    assert starting_run("jazz") == run
    assert starting_run("./jazz") == Path("jazz")  # a path, whether it is there or not
    assert starting_run(Path("jazz")) == Path("jazz")
    assert starting_run("runs") == Path("runs")  # no model of that name
    (tmp_path / "jazz").mkdir()  # a folder of sounds is in nobody's way
    assert starting_run("jazz") == run
    (tmp_path / "jazz" / "run.json").touch()
    with pytest.raises(DuplicateNameError, match=r"ready model, and a run here.*\./jazz"):
        starting_run("jazz")


def test_a_model_without_a_run_can_only_be_played(ready_site: Any) -> None:
    ready_site.bring("jazz")
    with pytest.raises(RunError, match="'jazz' brings no run to start from"):
        starting_run("jazz")


def test_a_run_that_was_not_installed_is_told(ready_site: Any) -> None:
    ready_site.bring("jazz", said={"run": "fake_bringer_jazz:lost"})
    with pytest.raises(BrokenPluginError, match=r"the run of the model 'jazz'.*folder.*lost"):
        starting_run("jazz")


@pytest.mark.parametrize("run", [False, True])
def test_a_ready_model_is_told_from_a_run(ready_site: Any, run: bool) -> None:
    said = {"run": "fake_bringer_jazz:shared"} if run else {}
    place = ready_site.bring("jazz", said=said)
    (place / "shared").mkdir()
    (place / "shared" / "run.json").touch()
    error = instead_of_run("jazz", "run", "or {run}")
    assert error is not None
    assert "'jazz' is a ready model, of which there is no run here" in str(error)
    assert error.hint is not None
    assert ("shared" in error.hint) is run
    assert ("musicvae play jazz" in error.hint) is not run
    for path in ("bossa", "./jazz", Path("jazz"), None):
        assert instead_of_run(path, "run") is None
