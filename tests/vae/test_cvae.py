"""The model around encoder, decoder and likelihood, on a toy whose numbers can be worked out."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.vae.cvae import CVAE
from musicvae.vae.losses import compute_loss, elbo_terms

D, SAMPLES = 2, 4


class Gaussian:
    """Unit variance, without the constant; it is heard at half the level."""

    def log_prob(self, x: tf.Tensor, decoded: tf.Tensor) -> tf.Tensor:
        return -0.5 * tf.reduce_sum((x - decoded) ** 2, axis=[1, 2])

    def listen(self, decoded: tf.Tensor) -> tf.Tensor:
        return 0.5 * decoded


class Telling(Gaussian):
    """It also tells a distance."""

    def distances(self, x: tf.Tensor, decoded: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"absolute": tf.reduce_mean(tf.abs(x - decoded), axis=[1, 2])}


def _toy(likelihood: Any = None, **options: Any) -> CVAE:
    layers = keras.layers
    shape = (1, SAMPLES) if options.get("rows") else (SAMPLES, 1)
    keras.utils.set_random_seed(3)
    encoder = keras.Sequential([layers.Input(shape), layers.Flatten(), layers.Dense(2 * D)])
    decoder = keras.Sequential([layers.Input((D,)), layers.Dense(SAMPLES), layers.Reshape(shape)])
    return CVAE(encoder, decoder, likelihood or Gaussian(), D, **options)


@pytest.fixture(scope="module")
def x() -> tf.Tensor:
    return tf.constant(np.random.default_rng(0).standard_normal((3, SAMPLES, 1)), tf.float32)


def _eps(batch: int = 3) -> tf.Tensor:
    return tf.constant(np.random.default_rng(1).standard_normal((batch, D)), tf.float32)


def test_the_encoder_s_output_is_means_and_log_variances(x: tf.Tensor) -> None:
    model = _toy()
    both = model.encoder(x).numpy()
    mean, logvar = model.encode(x)
    np.testing.assert_allclose(mean, both[:, :D], atol=1e-6)
    np.testing.assert_allclose(logvar, both[:, D:], atol=1e-6)
    for one, other in zip(model.encode(x), model.posterior(x), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_wild_log_variance_is_limited(x: tf.Tensor) -> None:
    model = _toy()
    model.encoder.layers[-1].bias.assign([1e3, -1e3, 1e3, -1e3])
    mean, logvar = model.encode(x)
    assert float(tf.reduce_max(tf.abs(mean))) > 900  # means are not
    np.testing.assert_array_equal(logvar[:, 0], 10.0)
    np.testing.assert_array_equal(logvar[:, 1], -15.0)
    assert np.isfinite(compute_loss(model, x, _eps())).all()


def test_without_noise_given_it_is_drawn(x: tf.Tensor) -> None:
    model, mean = _toy(), tf.zeros((4_000, D))
    z = model.reparameterize(mean + 2.0, tf.fill(mean.shape, np.float32(np.log(9.0)))).numpy()
    np.testing.assert_allclose(z.mean(axis=0), 2.0, atol=0.25)
    np.testing.assert_allclose(z.std(axis=0), 3.0, atol=0.2)
    assert np.abs(np.corrcoef(z.T)[0, 1]) < 0.1


def test_sound_is_what_the_likelihood_hears(x: tf.Tensor) -> None:
    model = _toy()
    np.testing.assert_allclose(model.sample(_eps()), 0.5 * model.decode(_eps()), atol=1e-6)
    mean, _ = model.encode(x)
    np.testing.assert_allclose(model(x), model.sample(mean), atol=1e-6)


@pytest.mark.parametrize("rows", [False, True])
def test_layouts_go_there_and_back(x: tf.Tensor, rows: bool) -> None:
    model = _toy(rows=rows)
    own = model.from_audio(x)
    assert own.shape == ((3, 1, SAMPLES) if rows else x.shape)
    np.testing.assert_array_equal(model.to_audio(own), x)
    assert model(own).shape == own.shape
    assert model.loss_samples(own) == SAMPLES


def test_the_loss_is_worked_out_by_hand(x: tf.Tensor) -> None:
    model, eps = _toy(), _eps()
    mean, logvar = (part.numpy() for part in model.encode(x))
    z = mean + np.exp(logvar / 2) * eps.numpy()
    squares = ((x - model.decode(tf.constant(z))).numpy() ** 2).sum(axis=(1, 2))
    kl = 0.5 * (mean**2 + np.exp(logvar) - 1 - logvar)
    expected = 0.5 * squares.mean() + kl.sum(axis=1).mean()
    assert float(compute_loss(model, x, eps)) == pytest.approx(expected, rel=1e-5)
    terms = elbo_terms(model, x, eps)
    np.testing.assert_allclose(terms.mean, mean, atol=1e-6)
    np.testing.assert_allclose(terms.kl, kl, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(terms.decoded, model.decode(tf.constant(z)), atol=1e-5)
    assert float(terms.elbo) == pytest.approx(-expected, rel=1e-5)


def test_beta_weighs_the_kl_and_not_the_elbo(x: tf.Tensor) -> None:
    model, eps = _toy(), _eps()
    losses = [float(elbo_terms(model, x, eps, beta=beta).loss) for beta in (0.0, 1.0, 2.0)]
    kl = float(tf.reduce_mean(tf.reduce_sum(elbo_terms(model, x, eps).kl, axis=1)))
    np.testing.assert_allclose(np.diff(losses), kl, rtol=1e-4)
    elbos = [float(elbo_terms(model, x, eps, beta=beta).elbo) for beta in (0.0, 2.0)]
    assert elbos[0] == elbos[1]


def test_free_bits_hold_the_loss_up_and_let_the_encoder_go(x: tf.Tensor) -> None:
    model, eps = _toy(), _eps()
    with tf.GradientTape(persistent=True) as tape:
        spared = elbo_terms(model, x, eps, free_bits=100.0)
        alone = -tf.reduce_mean(spared.reconstruction)
    assert float(spared.loss - alone) == pytest.approx(D * 100.0, rel=1e-4)
    weight = model.encoder.trainable_variables[0]
    np.testing.assert_allclose(
        tape.gradient(spared.loss, weight), tape.gradient(alone, weight), atol=1e-5
    )


def test_an_estimated_kl_is_right_on_average(x: tf.Tensor) -> None:
    """On one draw it may even be negative."""
    estimating, exact = _toy(monte_carlo_kl=True), _toy()
    many = tf.repeat(x[:1], 20_000, axis=0)
    eps = _eps(20_000)
    estimates = elbo_terms(estimating, many, eps).kl.numpy()
    expected = elbo_terms(exact, x[:1], eps[:1]).kl.numpy()[0]
    np.testing.assert_allclose(estimates.mean(axis=0), expected, atol=0.05)
    assert estimates.std() > 0.1


def test_distances_are_told_where_the_likelihood_knows_some(x: tf.Tensor) -> None:
    assert elbo_terms(_toy(), x, _eps()).distances == {}
    terms = elbo_terms(_toy(Telling()), x, _eps())
    expected = np.abs(x - terms.decoded).mean(axis=(1, 2))
    np.testing.assert_allclose(terms.distances["absolute"], expected, rtol=1e-5)


def test_descending_the_loss_raises_the_elbo(x: tf.Tensor) -> None:
    model, eps = _toy(), _eps()
    before = float(elbo_terms(model, x, eps).elbo)
    optimizer = keras.optimizers.Adam(0.01)
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = elbo_terms(model, x, eps, training=True).loss
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    assert float(elbo_terms(model, x, eps).elbo) > before
