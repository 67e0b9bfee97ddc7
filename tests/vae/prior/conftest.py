"""Latents to train priors on, and folders of priors that have none but their first weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from musicvae.models import inspect
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.plan import Plan


@pytest.fixture(scope="session")
def prior_material(helper: Callable[[str], ModuleType]) -> ModuleType:
    """The module tests/prior_material.py; skips where TensorFlow is not installed."""
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    return helper("prior_material")


@pytest.fixture
def encoder(make_encoder: Callable[..., Path]) -> Path:
    """The file of an encoder."""
    return make_encoder()


@pytest.fixture
def prior_folder(helper: Callable[[str], ModuleType], encoder: Path, tmp_path: Path) -> PriorFolder:
    """The folder ``prior`` of a prior of that encoder, for jazz and metal, with empty weights."""
    priors = helper("prior_material")
    latents, plan = priors.heard_by(inspect(encoder)), Plan.of(priors.PLAN)
    folder = PriorFolder.create(tmp_path / "prior", latents, plan, {"licence": "x"})
    folder.best.touch()
    return folder
