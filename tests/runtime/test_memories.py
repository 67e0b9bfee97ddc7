"""A memory is named by its file, or by the ready model that brings it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicvae as mv
from musicvae.cli.main import main
from musicvae.errors import MemoryBankError, UnknownNameError
from musicvae.runtime.new_music import play_prior
from tests.latents.memories import make_memory


@pytest.fixture
def here(ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, which is the current one, beside a ready model with a memory and one without."""
    ready_site.bring("jazz", "jazz", memory=True)
    ready_site.bring("metal", "metal")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("here")
def test_the_name_of_a_ready_model_is_taken_where_a_memory_is() -> None:
    memory = mv.load_memory("jazz")
    assert memory.parts == make_memory().parts
    expected = mv.improvise("metal", 0.5, 3, memory=memory).samples
    np.testing.assert_array_equal(mv.improvise("metal", 0.5, 3, memory="jazz").samples, expected)
    written = ["play", "metal", "--memory", "jazz", "--seconds", "0.5", "--seed", "3"]
    assert main([*written, "-o", "a.wav"]) == 0
    np.testing.assert_allclose(mv.read("a.wav").samples, np.clip(expected, -1, 1), atol=1e-6)


def test_a_prior_that_varies_a_memory_takes_its_name_too(here: Path, prior_artifacts: Any) -> None:
    prior = prior_artifacts.write_prior_artifact(here / "new.onnx")
    expected = mv.improvise("metal", 0.2, 3, memory="jazz").samples
    found = play_prior("metal", 0.2, 3, prior=prior, variation=0.0, memory="jazz").samples
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_path_wins(here: Path) -> None:
    file = make_memory(parts=2).save(here / "jazz.memory")
    for given in ("jazz.memory", "JAZZ.MEMORY", "./jazz.memory", str(file), file):
        if Path(given).is_file():  # a file system may not know capitals
            assert len(mv.load_memory(given).parts) == 2
    assert len(mv.load_memory("jazz").parts) == 4
    file.rename(here / "other")
    assert len(mv.load_memory("other").parts) == 2


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("given", "kind", "reason"),
    [
        ("jaz", UnknownNameError, "did you mean 'jazz'"),
        ("metal", MemoryBankError, "the model 'metal' has no memory"),
        ("jazz.memory", MemoryBankError, "there is no file 'jazz.memory'"),
        ("./jazz", MemoryBankError, "there is no file 'jazz'"),
    ],
)
def test_what_is_missing_is_named(given: str, kind: type[Exception], reason: str) -> None:
    with pytest.raises(kind, match=reason):
        mv.load_memory(given)
