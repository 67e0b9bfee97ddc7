"""``sample`` of models that were exported: what moves them, and which seed each sound has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound, read
from musicvae.cli import results
from musicvae.cli.main import main
from musicvae.runtime.improvising import improvise
from musicvae.runtime.new_music import play_prior
from musicvae.runtime.walking import walk


def sampled(model: Path | str, out: Path, *options: Any) -> list[Sound]:
    command = ["sample", str(model), "--seconds", "1", "--seed", "7", "--n", "2", "--out", str(out)]
    assert main([*command, *map(str, options)]) == 0
    return [read(out / f"sample-0{number}.wav") for number in (1, 2)]


def same(sounds: list[Sound], expected: list[Sound]) -> bool:
    pairs = zip(sounds, expected, strict=True)
    return all(
        np.allclose(sound.samples, np.clip(wanted.samples, -1, 1), atol=1e-6)
        for sound, wanted in pairs
    )


def test_each_source_plays_and_each_sound_has_the_next_seed(model: Path, tmp_path: Path) -> None:
    prior = [play_prior(model, 1, seed) for seed in (7, 8)]
    assert same(sampled(model, tmp_path / "new", "--source", "prior"), prior)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        *("sample-01.wav", "sample-02.wav", "waveforms.png", "spectrograms.png", "measures.csv")
    }
    memory = [improvise(model, 1, seed) for seed in (7, 8)]
    assert same(sampled(model, tmp_path / "memory", "--source", "memory"), memory)
    varied = [play_prior(model, 1, seed, variation=0.5) for seed in (7, 8)]
    assert same(sampled(model, tmp_path / "varied", "--source", "prior=0.5"), varied)


def test_it_is_the_prior_by_default_and_the_walk_where_there_is_none(
    model: Path, tmp_path: Path
) -> None:
    new = [play_prior(model, 1, seed) for seed in (7, 8)]
    assert same(sampled(model, tmp_path / "prior"), new)
    model.with_name("jazz.prior.onnx").unlink()
    assert same(sampled(model, tmp_path / "walk"), [walk(model, 1, seed) for seed in (7, 8)])


def test_a_ready_model_is_named(ready_site: Any, model: Path, tmp_path: Path) -> None:
    ready_site.folder.mkdir(parents=True, exist_ok=True)
    for path in model.parent.glob("jazz.*"):
        path.rename(ready_site.folder / path.name.replace("jazz", "cool"))
    place = ready_site.folder / "cool.onnx"
    assert same(sampled("cool", tmp_path / "new"), [play_prior(place, 1, s) for s in (7, 8)])


def test_seeds_go_round(model: Path, tmp_path: Path) -> None:
    last = 2**32 - 1
    sounds = sampled(model, tmp_path / "new", "--source", "walk", "--seed", last)
    assert same(sounds, [walk(model, 1, seed) for seed in (last, 0)])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--source", "guess"], "this is no source"),
        (["--source", "walk=1"], "this is no source"),
        (["--seconds", "nan"], "cannot be made"),
        (["--source", "memory", "--seconds", "0"], "cannot be made"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    model: Path,
    tmp_path: Path,
    options: list[str],
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "new"
    assert main(["sample", str(model), "--out", str(out), *options]) == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()


def test_a_run_has_no_source_and_a_name_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new"
    assert main(["sample", str(tmp_path), "--out", str(out), "--source", "prior"]) == 1
    assert "musicvae export RUN" in capsys.readouterr().err
    assert main(["sample", "nothing-of-that-name", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "no run folder of that name here, and no ready model named 'nothing-of-that" in said


def test_sounds_are_written_alone_where_nothing_draws(
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(results, "find_spec", lambda name: None)
    out = tmp_path / "new"
    assert main(["sample", str(model), "--n", "2", "--seconds", "0.5", "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["sample-01.wav", "sample-02.wav"]
    assert "musicvae[measure]" in capsys.readouterr().out
