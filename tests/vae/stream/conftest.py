"""A small untrained stream model that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from musicvae.recipes import STREAM, Recipe

pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

from musicvae.vae.stream.network import StreamVAE, build


@pytest.fixture(scope="session")
def small_recipe() -> Recipe:
    """Mono at 16 kHz: frames of 64 samples, latent steps of 128, four latents."""
    model = {
        "width": 12,
        "hidden": 16,
        "blocks": 3,
        "encoder_width": 12,
        "encoder_blocks": 2,
        "fft": 256,
        "hop": 64,
        "stride": 2,
        "bands": 20,
    }
    return STREAM.with_settings(sample_rate=16_000, samples=4_096, latent_dim=4, model=model)


@pytest.fixture(scope="session")
def build_lively() -> Callable[[Recipe], StreamVAE]:
    """Builds untrained networks with weights far enough from 0 that every layer counts."""

    def build_moved(recipe: Recipe) -> StreamVAE:
        model = build(recipe)
        random = np.random.default_rng(0)
        for weight in model.trainable_variables:
            noise = 0.2 * random.standard_normal(weight.shape)
            weight.assign(weight + noise.astype(np.float32))
        return model

    return build_moved


@pytest.fixture(scope="session")
def small_vae(small_recipe: Recipe, build_lively: Callable[[Recipe], StreamVAE]) -> StreamVAE:
    """The network of that recipe; do not change it."""
    return build_lively(small_recipe)
