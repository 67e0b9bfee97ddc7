"""The notebook's network, held to what the notebook did: layers, sizes, loss, optimiser, layout."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.families import FAMILIES
from musicvae.recipes import NOTEBOOK, Recipe
from musicvae.vae.cvae import CVAE
from musicvae.vae.losses import compute_loss, elbo_terms
from musicvae.vae.notebook.network import CrossEntropy, build
from musicvae.vae.training.optimisation import make_optimizer

SAMPLES = 90_001


@pytest.fixture(scope="module")
def seed() -> CVAE:
    """The network as the notebook had it."""
    keras.utils.set_random_seed(0)
    return build(NOTEBOOK)


@pytest.fixture(scope="module")
def small() -> CVAE:
    """The same over clips of 300 samples."""
    keras.utils.set_random_seed(0)
    return build(NOTEBOOK.with_settings(samples=300, latent_dim=3))


def _block_weights(filters: int, vectors: int) -> int:
    """Two convolutions of kernel 1 without bias, and two normalisations."""
    return 2 * filters**2 + 2 * vectors * filters


def test_the_encoder_is_layer_by_layer_that_of_the_notebook(seed: CVAE) -> None:
    kinds = [type(layer).__name__ for layer in seed.encoder.layers]
    assert kinds == ["Conv1D", "Resnet1DBlock"] * 4 + ["Flatten", "Dense"]
    convolutions, blocks = seed.encoder.layers[:8:2], seed.encoder.layers[1:8:2]
    assert [layer.filters for layer in convolutions] == [64, 128, 128, 256]
    assert {(*layer.kernel_size, *layer.strides) for layer in convolutions} == {(1, 2)}
    assert {layer.padding for layer in convolutions} == {"same"}
    assert [(block.filters, block.kernel_size, block.type) for block in blocks] == [
        (filters, 1, "encode") for filters in (64, 128, 128, 256)
    ]
    assert seed.encoder.layers[-1].units == 2 * NOTEBOOK.latent_dim


def test_the_decoder_is_layer_by_layer_that_of_the_notebook(seed: CVAE) -> None:
    kinds = [type(layer).__name__ for layer in seed.decoder.layers]
    assert kinds == ["Reshape", *["Conv1DTranspose", "Resnet1DBlock"] * 4, "Conv1DTranspose"]
    convolutions = seed.decoder.layers[1::2]
    assert [layer.filters for layer in convolutions] == [512, 256, 128, 64, SAMPLES]
    assert {(*layer.kernel_size, *layer.strides) for layer in convolutions} == {(1, 1)}
    assert [block.type for block in seed.decoder.layers[2::2]] == ["decode"] * 4


def test_it_has_as_many_parameters(seed: CVAE) -> None:
    widths = [SAMPLES, 64, 128, 128, 256]
    encoder = sum(a * b + b + _block_weights(b, 2) for a, b in itertools.pairwise(widths))
    encoder += 256 * 4 + 4
    widths = [2, 512, 256, 128, 64]
    decoder = sum(a * b + b + _block_weights(b, 4) for a, b in itertools.pairwise(widths))
    decoder += 64 * SAMPLES + SAMPLES
    assert seed.encoder.count_params() == encoder
    assert seed.decoder.count_params() == decoder


def test_a_clip_is_one_row(seed: CVAE) -> None:
    assert seed.encoder.input_shape == (None, 1, SAMPLES)
    assert seed.encoder.output_shape == (None, 2 * NOTEBOOK.latent_dim)
    assert seed.decoder.output_shape == (None, 1, SAMPLES)
    audio = tf.reshape(tf.range(2 * SAMPLES, dtype=tf.float32), (2, SAMPLES, 1))
    x = seed.from_audio(audio)
    assert x.shape == (2, 1, SAMPLES)
    np.testing.assert_array_equal(x[1, 0], audio[1, :, 0])
    np.testing.assert_array_equal(seed.to_audio(x), audio)


def test_the_recipe_is_that_of_the_notebook() -> None:
    """30 s at 3 kHz and one sample, ten clips at a time, two latents, Adam with 3e-4."""
    assert NOTEBOOK.samples == 30 * NOTEBOOK.sample_rate + 1 == SAMPLES
    assert (NOTEBOOK.batch_size, NOTEBOOK.latent_dim, NOTEBOOK.channels) == (10, 2, 1)
    assert (NOTEBOOK.kl_weight, NOTEBOOK.kl_warmup, NOTEBOOK.free_bits) == (1.0, 0, 0.0)
    optimizer = make_optimizer(NOTEBOOK)
    assert type(optimizer).__name__ == "Adam"
    assert float(optimizer.learning_rate) == pytest.approx(3e-4)
    assert optimizer.clipnorm is optimizer.global_clipnorm is None
    assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.9, 0.999, 1e-8)


def test_the_loss_is_the_notebook_s_formula(small: CVAE) -> None:
    """Cross-entropy of raw samples summed over the clip, and the KL of the one z drawn."""
    random = np.random.default_rng(0)
    x = (0.1 * random.standard_normal((4, 1, 300))).astype(np.float32)
    eps = random.standard_normal((4, 3)).astype(np.float32)
    mean, logvar = (part.numpy() for part in small.posterior(tf.constant(x)))
    z = eps * np.exp(logvar / 2) + mean
    logits = small.decoder(tf.constant(z)).numpy()
    cross_entropy = np.logaddexp(0, logits) - x * logits

    def log_normal(sample: Any, mu: Any, log_variance: Any) -> Any:
        squares = (sample - mu) ** 2 * np.exp(-log_variance)
        return (-0.5 * (squares + log_variance + np.log(2 * np.pi))).sum(axis=1)

    log_p = -cross_entropy.sum(axis=(1, 2)) + log_normal(z, 0.0, 0.0 * z)
    expected = -np.mean(log_p - log_normal(z, mean, logvar))
    assert float(compute_loss(small, tf.constant(x), tf.constant(eps))) == pytest.approx(
        expected, rel=1e-5
    )


def test_its_kl_is_estimated_from_one_draw(small: CVAE) -> None:
    x = tf.constant(np.random.default_rng(0).standard_normal((1, 1, 300)), tf.float32)
    kls = [
        elbo_terms(small, x, tf.constant([[value] * 3], tf.float32)).kl.numpy()
        for value in (0.0, 2.0)
    ]
    assert np.abs(kls[0] - kls[1]).max() > 0.1


def test_samples_of_1_have_no_lower_bound() -> None:
    """The flaw that is kept: a target beyond 0..1 makes ever larger logits ever likelier."""
    x = tf.fill((1, 1, 4), -1.0)
    likelihood = CrossEntropy()
    logits = [tf.fill((1, 1, 4), -size) for size in (1.0, 10.0, 100.0)]
    found = [float(likelihood.log_prob(x, decoded)[0]) for decoded in logits]
    assert found[0] < found[1] < found[2]
    assert found[2] > 0


def test_what_is_heard_has_no_constant() -> None:
    logits = tf.constant([[[-2.0, 0.0, 5.0, 1.0]], [[50.0, 50.0, 50.0, 50.0]]])
    sound = CrossEntropy().listen(logits).numpy()
    np.testing.assert_allclose(sound.mean(axis=-1), 0, atol=1e-6)
    probabilities = 1 / (1 + np.exp(-logits.numpy()[0, 0]))
    np.testing.assert_allclose(np.diff(sound[0, 0]), np.diff(probabilities), atol=1e-6)
    assert not sound[1].any()


def test_other_lengths_can_be_trained(small: CVAE) -> None:
    x = tf.zeros((2, 1, 300))
    assert small(x).shape == (2, 1, 300)
    assert small.sample(tf.zeros((5, 3))).shape == (5, 1, 300)
    assert small.loss_samples(x) == 300


def _refused(recipe: Recipe) -> SettingError:
    with pytest.raises(SettingError, match="mono and has no settings") as refused:
        build(recipe)
    return refused.value


def test_stereo_and_settings_are_refused() -> None:
    stereo = _refused(NOTEBOOK.with_settings(channels=2))
    assert "channels 2" in str(stereo.received)
    wider = _refused(NOTEBOOK.with_settings(model={"width": 3}))
    assert "width" in str(wider.received)
    assert wider.expected == "channels 1, model {}"


def test_the_registry_knows_it() -> None:
    family = FAMILIES.get("notebook")
    assert family.name == "notebook"
    assert NOTEBOOK.family == "notebook"
