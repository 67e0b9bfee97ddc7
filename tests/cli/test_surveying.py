"""The command ``survey``, with the runs of both families that play."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from musicvae.cli.main import main


@pytest.mark.parametrize("run", ["tiny_run", "tiny_stream_run"])
def test_a_folder_is_surveyed_by_a_run(
    run: str,
    request: pytest.FixtureRequest,
    tiny_sounds: Path,
    tiny_cache: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, out = tmp_path / "sounds", tmp_path / "map"
    shutil.copytree(tiny_sounds, folder)
    (folder / "jazz" / "broken.wav").write_bytes(b"")
    model = request.getfixturevalue(run)
    words = ["survey", str(model), str(folder), "--out", str(out), "--cache", str(tiny_cache)]
    assert main([*words, "--workers", "1"]) == 0
    printed = capsys.readouterr().out
    assert "8 tracks, 1 cluster; 1 file could not be used\n" in printed
    assert "not used: jazz/broken.wav: empty: zero bytes" in printed
    rows = list(csv.DictReader((out / "survey.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 9
    assert {row["key"].split("/")[0] for row in rows} == {"jazz", "metal"}
    assert (out / "survey.html").stat().st_size > 50_000
    assert len(list(out.iterdir())) == 2


def test_where_results_cannot_be_written_nothing_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    (tmp_path / "file").write_text("mine")
    words = ["survey", str(tmp_path / "no-run"), str(tmp_path), "--out", str(tmp_path / "file")]
    assert main(words) == 1
    assert "is no folder" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"
