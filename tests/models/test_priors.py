"""Priors of ready models: found by name, and refused where they do not belong to the model."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import musicvae
from musicvae.errors import ArtifactError, BrokenPluginError
from musicvae.live.storage.library import Library
from musicvae.live.storage.ready import ReadyShelf
from musicvae.models import find, locate, names
from musicvae.models.listing import listed


@pytest.fixture
def brought(ready_site: Any, prior_artifacts: ModuleType) -> Path:
    """The prior that the model ``jazz`` of a plug-in brings."""
    inside = "fake_bringer_jazz:models/shared.onnx"
    package = ready_site.bring("jazz", said={"prior": inside})
    path: Path = prior_artifacts.write_prior_artifact(package / "models" / "shared.onnx")
    return path


def test_a_plugin_brings_one_with_its_model(brought: Path) -> None:
    assert find("jazz").prior == brought
    assert locate("jazz", "prior").path == brought
    assert musicvae.Prior("jazz").walk(5, seed=1).shape == (5, 4)
    (row,) = listed()
    assert row.problem is None
    (shown,) = Library([], ready=ReadyShelf()).priors()
    assert (shown.name, shown.path, shown.reason) == ("jazz", brought, "")


def test_one_lies_beside_a_model_of_the_users_folder_and_is_no_model(
    ready_site: Any, prior_artifacts: ModuleType
) -> None:
    mine = ready_site.own("mine")
    beside = prior_artifacts.write_prior_artifact(mine.with_name("mine.prior.onnx"))
    prior_artifacts.write_prior_artifact(mine.with_name("ten.onnx"))
    assert names() == ["mine", "ten"]
    assert find("mine").prior == beside
    assert musicvae.Prior("mine").info.kind == musicvae.Prior("ten").info.kind == "prior"


def test_a_model_without_one_says_what_to_do(ready_site: Any) -> None:
    ready_site.own("mine")
    with pytest.raises(ArtifactError, match=r"model 'mine' has no prior.*mine\.prior\.onnx"):
        musicvae.Prior("mine")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"latent_space": "f" * 16}, "makes latents of the space 'ffffffffffffffff', not of"),
        ({"latent_dim": 3}, "makes latents of the space"),
        (None, "is of kind 'stream', and no prior"),
        (b"no model", "is not an ONNX file"),
    ],
)
def test_one_that_does_not_belong_to_the_model_is_told_and_refused(
    brought: Path, ready_site: Any, prior_artifacts: ModuleType, wrong: Any, reason: str
) -> None:
    if isinstance(wrong, bytes):
        brought.write_bytes(wrong)
    elif wrong is None:
        ready_site.makers.write_stream_artifact(brought)
    else:
        prior_artifacts.write_prior_artifact(brought, **wrong)
    (row,) = listed()
    assert reason in str(row.problem)
    with pytest.raises(ArtifactError, match=r"not what is said of it|is not an ONNX file"):
        musicvae.Prior("jazz")
    assert musicvae.StreamDecoder("jazz").info.genre == "jazz"  # which plays without it


def test_one_that_is_missing_is_a_broken_plugin(brought: Path) -> None:
    brought.unlink()
    with pytest.raises(BrokenPluginError, match="the prior of the model 'jazz' is missing"):
        musicvae.Prior("jazz")
