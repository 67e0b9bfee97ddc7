from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.errors import MusicVAEError, SettingError
from musicvae.live.daemon import Daemon
from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.scores import read_score
from musicvae.live.table import ADDRESSES
from tests.latents.memories import make_memory


def begun(models: Path, tmp_path: Path, **options: Any) -> tuple[str, np.ndarray]:
    """The source of deck a, and the recording, of a daemon to which nobody sends anything."""
    takes = tmp_path / "takes"
    out = tmp_path / "out.wav"
    with Daemon(
        models / "jazz.onnx", output=out, port=0, fast=True, seconds=0.5, record="one",
        takes=takes, **options,
    ) as daemon:  # fmt: skip
        daemon.wait()
        source = str(daemon.status()["source"])
    import soundfile

    return source, soundfile.read(takes / "one.wav", dtype="float32", always_2d=True)[0]


@pytest.mark.parametrize(
    ("options", "there", "expected"),
    [({}, "memory", "memory"), ({}, "", "walk"), ({"source": "walk"}, "memory prior", "walk"),
     ({"source": "held"}, "memory", "held"), ({}, "memory prior", "memory"), ({}, "prior", "prior"),
     ({"source": "prior"}, "memory prior", "prior")],
)  # fmt: skip
def test_a_stream_plays_by_itself_and_its_score_says_so(
    models: Path, tmp_path: Path, prior_artifacts: ModuleType, options: dict[str, str], there: str,
    expected: str,
) -> None:  # fmt: skip
    if "memory" in there:
        make_memory().save(models / "jazz.memory")
    if "prior" in there:
        prior_artifacts.write_prior_artifact(models / "jazz.prior.onnx")
    source, sound = begun(models, tmp_path, **options)
    assert source == expected
    assert bool(sound.std() > 1e-3) == (expected != "held")
    score = read_score(tmp_path / "takes" / "one.score.jsonl")
    loaded = {message[0].rpartition("/deck/a")[2] for _, batch in score.events for message in batch}
    asked = {f"/{part}/load" for part in there.split() if options.get("source", "auto") == "auto"}
    assert asked <= loaded
    renderer = ScoreRenderer(score, Library([models], models), ADDRESSES)
    again = np.concatenate([block.copy() for block in renderer.blocks(777)])
    np.testing.assert_allclose(again, sound, atol=2**-22)


def test_a_memory_that_cannot_be_played_is_a_walk_unless_it_is_demanded(
    models: Path, tmp_path: Path
) -> None:
    make_memory(space="f" * 16).save(models / "jazz.memory")
    assert begun(models, tmp_path)[0] == "walk"
    with pytest.raises(MusicVAEError, match="another encoder"):
        begun(models, tmp_path, source="memory")
    with pytest.raises(SettingError, match="'jazz' has no prior"):
        begun(models, tmp_path, source="prior")
    with pytest.raises(SettingError, match="cannot begin so"):
        begun(models, tmp_path, source="drone")
