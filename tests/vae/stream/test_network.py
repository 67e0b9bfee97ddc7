"""The stream model as training sees it: shapes, noise, KL for each step, seeds, receptive fields.

How it plays in blocks, and that nothing sounds before its cause, is in test_stream.py.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.families import FAMILIES
from musicvae.recipes import Recipe
from musicvae.vae.losses import elbo_terms
from musicvae.vae.stream.layers import zero_pasts
from musicvae.vae.stream.network import StreamVAE, build

D = 4


@pytest.fixture(scope="module")
def x(small_recipe: Recipe) -> tf.Tensor:
    """Two crops of noise."""
    noise = np.random.default_rng(0).standard_normal((2, small_recipe.samples, 1))
    return tf.constant(0.1 * noise, tf.float32)


def _noise(vae: StreamVAE, batch: int = 2) -> tf.Tensor:
    drawn = np.random.default_rng(1).standard_normal((batch, vae.noise_dims))
    return tf.constant(drawn, tf.float32)


def test_a_crop_has_a_latent_vector_for_each_step(
    small_vae: StreamVAE, small_recipe: Recipe, x: tf.Tensor
) -> None:
    assert small_vae.steps == small_recipe.samples // 128
    mean, logvar = small_vae.posterior(x)
    assert mean.shape == logvar.shape == (2, small_vae.steps, D)
    assert small_vae.decode(mean).shape == x.shape
    assert small_vae(x).shape == x.shape
    assert small_vae.noise_dims == small_vae.steps * D
    assert small_vae.loss_samples(x) == 128


def test_reparameterisation_is_mean_plus_sigma_epsilon(small_vae: StreamVAE, x: tf.Tensor) -> None:
    mean, logvar = small_vae.posterior(x)
    eps = _noise(small_vae)
    z = small_vae.reparameterize(mean, logvar, eps)
    expected = mean + tf.exp(logvar / 2) * tf.reshape(eps, mean.shape)
    np.testing.assert_allclose(z, expected, atol=1e-5)
    drawn = [small_vae.reparameterize(mean, logvar) for _ in range(2)]
    assert np.abs(drawn[0] - drawn[1]).max() > 0


def test_the_kl_is_that_of_gaussians_and_the_mean_over_steps(small_vae: StreamVAE) -> None:
    random = np.random.default_rng(2)
    mean, logvar = random.standard_normal((2, 3, small_vae.steps, D)).astype(np.float32)
    found = small_vae.kl(tf.constant(mean), tf.constant(mean), tf.constant(logvar)).numpy()
    assert found.shape == (3, D)
    sigma = np.exp(logvar / 2)
    draws = mean + sigma * random.standard_normal((4_000, *mean.shape)).astype(np.float32)
    estimate = 0.5 * (draws**2 - ((draws - mean) / sigma) ** 2) - np.log(sigma)
    np.testing.assert_allclose(found, estimate.mean(axis=(0, 2)), atol=0.05)


def test_the_loss_is_per_step_and_not_per_crop(small_recipe: Recipe, x: tf.Tensor) -> None:
    """A crop twice as long has about the same loss: settings serve for crops of any length."""
    keras.utils.set_random_seed(0)
    vae, other = build(small_recipe), build(small_recipe.with_settings(samples=2 * x.shape[1]))
    other.set_weights(vae.get_weights())
    short = elbo_terms(vae, x, _noise(vae))
    longer = elbo_terms(other, tf.concat([x, x], axis=1), _noise(other))
    assert float(longer.loss) == pytest.approx(float(short.loss), rel=0.15)
    np.testing.assert_allclose(longer.kl, short.kl, rtol=0.1, atol=0.02)


def test_a_seed_makes_the_weights(small_recipe: Recipe) -> None:
    def weights(seed: int) -> list[Any]:
        keras.utils.set_random_seed(seed)
        return [variable.numpy() for variable in build(small_recipe).variables]

    first, again, other = weights(1), weights(1), weights(2)
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, same)
    assert any(not np.array_equal(one, another) for one, another in zip(first, other, strict=True))


def test_what_an_untrained_decoder_sounds_is_quiet(small_recipe: Recipe) -> None:
    keras.utils.set_random_seed(0)
    vae = build(small_recipe)
    sound = vae.sample(_noise(vae)).numpy()
    assert sound.shape == (2, small_recipe.samples, 1)
    assert 1e-4 < np.std(sound) < 0.3


def test_samples_are_decided_by_their_noise(small_vae: StreamVAE) -> None:
    eps = _noise(small_vae)
    np.testing.assert_array_equal(small_vae.sample(eps), small_vae.sample(eps))
    first = small_vae.sample(tf.concat([eps[:1], _noise(small_vae)[:1] * 2], axis=0))
    np.testing.assert_allclose(first[0], small_vae.sample(eps)[0], atol=1e-5)


def test_sampled_latents_linger_and_have_the_spread_of_the_prior(
    small_vae: StreamVAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def decode(z: tf.Tensor) -> tf.Tensor:
        seen.append(z.numpy())
        return z

    monkeypatch.setattr(small_vae, "decode", decode)
    small_vae.sample(_noise(small_vae, batch=500))
    late = seen[0][:, small_vae.steps // 2 :]
    assert np.std(late) == pytest.approx(1.0, abs=0.05)
    one, next_one = late[:, :-1].ravel(), late[:, 1:].ravel()
    assert np.corrcoef(one, next_one)[0, 1] == pytest.approx(0.83, abs=0.03)


def test_training_begins_at_any_time_of_the_clock(small_vae: StreamVAE) -> None:
    """Else the decoder would know the first frames of a stream only; playing begins at 0."""
    z = tf.reshape(_noise(small_vae), (2, small_vae.steps, D))
    decoder = small_vae.decoder
    played, trained = decoder(z, training=False), decoder(z, training=True)
    assert np.abs(played - trained).max() > 1e-3
    np.testing.assert_array_equal(trained, decoder(z, training=True))  # decided by the noise
    np.testing.assert_array_equal(played, small_vae.decode(z))


def test_every_weight_learns(small_vae: StreamVAE, x: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
        loss = elbo_terms(small_vae, x, _noise(small_vae), training=True).loss
    gradients = tape.gradient(loss, small_vae.trainable_variables)
    for variable, gradient in zip(small_vae.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        assert np.abs(gradient).max() > 0, variable.path


def test_memories_say_what_is_remembered(small_vae: StreamVAE, x: tf.Tensor) -> None:
    for network, inputs in (
        (small_vae.encoder, x),
        (small_vae.decoder, tf.zeros((2, 6, D))),
    ):
        _, pasts = network.advance(inputs, zero_pasts(network.memories, 2))
        assert [tuple(past.shape[1:]) for past in pasts] == list(network.memories)


def test_the_registry_knows_the_family(small_recipe: Recipe) -> None:
    family = FAMILIES.get("stream")
    assert family.name == "stream"
    assert isinstance(family.build(small_recipe), StreamVAE)
