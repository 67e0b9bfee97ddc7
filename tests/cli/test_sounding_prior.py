"""``play --source``: which option is of which source, and what each of them plays."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.audio import read
from musicvae.cli.main import main
from musicvae.limiter import Limiter
from musicvae.runtime.improvising import improvise
from musicvae.runtime.moods import usual
from musicvae.runtime.prior import Prior
from musicvae.runtime.stream_decoder import StreamDecoder


def played(model: Path, *options: Any) -> np.ndarray:
    out = model.with_name("out.wav")
    command = ["play", str(model), "--seconds", "1", "--seed", "7", "-o", str(out)]
    assert main([*command, *map(str, options)]) == 0
    samples: np.ndarray = read(out).samples
    return samples


def refused(model: Path, capsys: pytest.CaptureFixture[str], *options: Any) -> str:
    out = model.with_name("none.wav")
    assert main(["play", str(model), "-o", str(out), *map(str, options)]) == 1
    assert not out.exists()
    return capsys.readouterr().err


def test_the_prior_beside_a_model_plays_what_it_walks(model: Path) -> None:
    sound = played(model, "--source", "prior")
    decoder = StreamDecoder(model)
    prior = Prior(model.with_name("jazz.prior.onnx"))
    knobs = prior.prior.attributes
    usually = {name: each.mean for name, each in usual(decoder.info, knobs, 7).items()}
    walk = prior.walk(126, 7, genre="jazz", attributes=usually)
    expected = decoder.push(decoder.hold(walk))[decoder.info.latency :][: len(sound)]
    Limiter(*expected.shape).apply(expected)
    np.testing.assert_allclose(sound, expected, atol=1e-6)
    named = played(model, "--prior", model.with_name("jazz.prior.onnx"))
    np.testing.assert_array_equal(named, sound)


def test_variation_leads_from_the_memory_to_the_prior(model: Path) -> None:
    at = {variation: played(model, "--variation", variation) for variation in (0, 0.97, 1)}
    memory = improvise(model, 1, 7).samples
    np.testing.assert_allclose(at[0], np.clip(memory, -1, 1), atol=1e-6)
    np.testing.assert_array_equal(at[1], played(model, "--source", "prior"))
    assert not np.array_equal(at[0.97], at[0])
    assert not np.array_equal(at[0.97], at[1])
    np.testing.assert_array_equal(at[0.97], played(model, "--variation", 0.97, "--continuity", 4))


def test_what_cannot_be_is_refused(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "variation is out of range" in refused(model, capsys, "--variation", "nan")
    assert "temperature is out of" in refused(model, capsys, "--source=prior", "--temperature=5")
    assert "knows no genre" in refused(model, capsys, "--source", "prior", "--genre", "polka")
    wrong = refused(model, capsys, "--source", "memory", "--variation", "0.5")
    assert "no use with --source memory. Received: --variation" in wrong
    model.with_name("jazz.memory").unlink()
    assert "has no memory" in refused(model, capsys, "--variation", "0.5")
    model.with_name("jazz.prior.onnx").unlink()
    reason = refused(model, capsys, "--source", "prior")
    assert "has no prior" in reason
    assert "jazz.prior.onnx" in reason


def test_a_ready_model_plays_its_prior_by_name(
    ready_site: Any, prior_artifacts: ModuleType, tmp_path: Path
) -> None:
    mine = ready_site.own("mine")
    prior_artifacts.write_prior_artifact(mine.with_name("mine.prior.onnx"))
    out = tmp_path / "out.wav"
    assert main(["play", "mine", "--source", "prior", "--seconds", "0.5", "-o", str(out)]) == 0
    assert read(out).seconds == 0.5
