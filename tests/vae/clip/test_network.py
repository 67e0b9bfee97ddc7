"""The clip network: lengths that divide, hints that work, clips that do not mix."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.recipes import CLIP, Recipe
from musicvae.vae.clip.network import FixedNoise, build
from musicvae.vae.clip.settings import ClipSettings, settings_of
from musicvae.vae.cvae import CVAE
from musicvae.vae.losses import elbo_terms

STEP, D = 512, 16


@pytest.fixture(scope="module")
def recipe(tiny_settings: dict[str, Any]) -> Recipe:
    """Eight steps of 512 samples, two latents each."""
    return CLIP.with_settings(**tiny_settings)


@pytest.fixture(scope="module")
def model(recipe: Recipe) -> CVAE:
    keras.utils.set_random_seed(0)
    return build(recipe)


@pytest.fixture(scope="module")
def x(recipe: Recipe) -> tf.Tensor:
    noise = np.random.default_rng(0).standard_normal((3, recipe.samples, 1))
    return tf.constant(0.1 * noise, tf.float32)


def test_steps_divide_the_clip(recipe: Recipe) -> None:
    settings = settings_of(recipe)
    assert (settings.hop, settings.stages) == (128, 2)
    assert settings.steps(recipe) == recipe.samples // (128 * 2**2) == 8
    assert ClipSettings().steps(CLIP) == 32


@pytest.mark.parametrize("samples", [300, 500, 4_000, 4_097, 9_999])
def test_the_length_that_a_hint_proposes_can_be_trained(recipe: Recipe, samples: int) -> None:
    with pytest.raises(SettingError, match="does not divide") as refused:
        build(recipe.with_settings(samples=samples))
    assert f"a multiple of {STEP}" in str(refused.value.expected)
    name, proposed = str(refused.value.hint).split("=")
    assert name == "samples"
    changed = recipe.with_settings(samples=int(proposed))
    changed = changed.with_settings(latent_dim=int(proposed) // STEP)
    assert settings_of(changed).steps(changed) * STEP == int(proposed)


@pytest.mark.parametrize("latent_dim", [1, 7, 15, 17, 100])
def test_the_latents_that_a_hint_proposes_can_be_trained(recipe: Recipe, latent_dim: int) -> None:
    settings = settings_of(recipe)
    with pytest.raises(SettingError, match="do not divide") as refused:
        settings.steps(recipe.with_settings(latent_dim=latent_dim))
    name, proposed = str(refused.value.hint).split("=")
    assert name == "latent_dim"
    assert abs(int(proposed) - latent_dim) < 8
    assert settings.steps(recipe.with_settings(latent_dim=int(proposed))) == 8


def test_an_unknown_setting_is_told_the_known_ones(recipe: Recipe) -> None:
    with pytest.raises(SettingError, match="depth") as refused:
        settings_of(recipe.with_settings(model={"depth": 3}))
    assert refused.value.expected == "width, fft, hop, bands, stages, scale"


def test_the_scale_reaches_the_likelihood(recipe: Recipe, model: CVAE, x: tf.Tensor) -> None:
    closer = build(recipe.with_settings(model={**recipe.model, "scale": 0.1}))
    usual, strict = (vae.likelihood.log_prob(x, 0.5 * x).numpy() for vae in (model, closer))
    np.testing.assert_allclose(strict, 2 * usual, rtol=1e-5)


def test_shapes(model: CVAE, x: tf.Tensor) -> None:
    mean, logvar = model.posterior(x)
    assert mean.shape == logvar.shape == (3, D)
    assert model.decode(mean).shape == model(x).shape == x.shape
    assert model.noise_dims == D
    assert model.loss_samples(x) == x.shape[1]
    assert model.to_audio(model.from_audio(x)).shape == x.shape


@pytest.mark.parametrize("training", [False, True])
def test_clips_are_encoded_by_themselves(model: CVAE, x: tf.Tensor, training: bool) -> None:
    together, _ = model.posterior(x, training=training)
    alone, _ = model.posterior(x[1:2], training=training)
    np.testing.assert_allclose(together[1], alone[0], atol=1e-4)


def test_clips_are_decoded_by_themselves(model: CVAE) -> None:
    z = tf.random.normal((3, D), seed=1)
    np.testing.assert_allclose(model.decode(z)[2], model.decode(z[2:])[0], atol=1e-5)


def test_equal_latents_make_equal_sounds(model: CVAE) -> None:
    """The noise that drums are made of is part of the model, and the same for every clip."""
    z = tf.repeat(tf.random.normal((1, D), seed=2), 2, axis=0)
    first, second = model.decode(z).numpy()
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_noise_is_fixed_and_comes_as_further_channels() -> None:
    frames = tf.random.normal((3, 10, 4), seed=0)
    once, again = FixedNoise()(frames).numpy(), FixedNoise()(frames).numpy()
    assert once.shape == (3, 10, 4 + FixedNoise.CHANNELS)
    np.testing.assert_array_equal(once[:, :, :4], frames)
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(once[0, :, 4:], once[2, :, 4:])
    assert 0.5 < once[0, :, 4:].std() < 1.5
    assert np.abs(np.diff(once[0, :, 4:], axis=0)).min() > 0


def test_a_seed_makes_the_weights(recipe: Recipe, model: CVAE) -> None:
    keras.utils.set_random_seed(0)
    again = build(recipe)
    for one, same in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), same.numpy())
    keras.utils.set_random_seed(1)
    other = build(recipe)
    different = [
        not np.array_equal(a.numpy(), b.numpy())
        for a, b in zip(model.trainable_weights, other.trainable_weights, strict=True)
    ]
    assert any(different)


def test_an_untrained_decoder_is_as_quiet_as_music(model: CVAE) -> None:
    sound = model.sample(tf.random.normal((4, D), seed=3)).numpy()
    assert 10 ** (-50 / 20) < np.std(sound) < 10 ** (-6 / 20)


def test_every_weight_learns(recipe: Recipe, x: tf.Tensor) -> None:
    keras.utils.set_random_seed(0)
    model = build(recipe)
    with tf.GradientTape() as tape:
        loss = elbo_terms(model, x, tf.ones((3, D)), training=True).loss
    gradients = tape.gradient(loss, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        assert np.isfinite(gradient).all(), variable.path
        assert np.abs(gradient).max() > 0, variable.path
