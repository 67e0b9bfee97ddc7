"""The two networks behind the registry."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.families import FAMILIES
from musicvae.recipes import CLIP, NOTEBOOK
from musicvae.vae.losses import compute_loss, elbo_terms


@pytest.fixture(scope="module")
def clip(tiny_settings: dict[str, Any]) -> Any:
    keras.utils.set_random_seed(0)
    return FAMILIES.get("clip").build(CLIP.with_settings(**tiny_settings))


def test_the_notebook_sees_one_row_of_90001_samples() -> None:
    keras.utils.set_random_seed(0)
    model = FAMILIES.get("notebook").build(NOTEBOOK)
    x = tf.random.normal((2, 1, 90_001)) * 0.1
    mean, logvar = model.encode(x)
    assert mean.shape == logvar.shape == (2, NOTEBOOK.latent_dim)
    z = model.reparameterize(mean, logvar)
    assert model.decode(z).shape == (2, 1, 90_001)
    assert model.to_audio(model.sample(z)).shape == (2, 90_001, 1)
    assert np.isfinite(compute_loss(model, x).numpy())


def test_the_notebook_model_has_no_settings() -> None:
    with pytest.raises(SettingError, match="no settings of its own"):
        FAMILIES.get("notebook").build(NOTEBOOK.with_settings(model={"width": 3}))


def test_reparameterize_is_mean_plus_sigma_epsilon(clip: Any) -> None:
    mean, logvar = tf.constant([[1.0, 2.0]]), tf.math.log(tf.constant([[4.0, 9.0]]))
    z = clip.reparameterize(mean, logvar, tf.constant([[0.5, -1.0]]))
    np.testing.assert_allclose(z, [[2.0, -1.0]], rtol=1e-6)


def test_decoding_is_deterministic(clip: Any) -> None:
    z = tf.random.normal((3, clip.latent_dim))
    np.testing.assert_array_equal(clip.sample(z), clip.sample(z))


def test_a_latent_step_answers_for_its_own_part_of_the_clip(clip: Any) -> None:
    z = np.zeros((1, clip.latent_dim), np.float32)
    moved = z.copy()
    moved[0, :2] = 3.0  # the first of eight steps has two latents
    change = np.abs(clip.sample(moved) - clip.sample(z))[0, :, 0]
    first, last = change[:512].mean(), change[-512:].mean()
    assert first > 10 * last


def test_the_elbo_is_reconstruction_minus_kl(clip: Any) -> None:
    x = tf.random.normal((2, 4096, 1)) * 0.1
    terms = elbo_terms(clip, x, tf.zeros((2, clip.latent_dim)))
    expected = terms.reconstruction - tf.reduce_sum(terms.kl, axis=1)
    assert float(terms.elbo) == pytest.approx(float(tf.reduce_mean(expected)))
    assert float(terms.loss) == pytest.approx(-float(terms.elbo), rel=1e-5)


def test_a_perfect_reconstruction_is_the_likeliest(clip: Any) -> None:
    x = tf.random.normal((2, 4096, 1)) * 0.1
    likelihood = clip.likelihood
    assert float(tf.reduce_max(tf.abs(likelihood.log_prob(x, x)))) == pytest.approx(0, abs=1e-3)
    assert (likelihood.log_prob(x, 0.5 * x).numpy() < -1).all()
    # Phase does not count: the same sound upside down is as likely.
    assert float(tf.reduce_max(tf.abs(likelihood.log_prob(x, -x)))) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"samples": 4_000}, "does not divide into latent steps"),
        ({"latent_dim": 15}, "do not divide among the steps"),
        ({"model": {"depth": 3}}, "has no such setting"),
        ({"channels": 2}, "mono"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    settings: dict[str, Any], match: str, tiny_settings: dict[str, Any]
) -> None:
    recipe = CLIP.with_settings(**tiny_settings).with_settings(**settings)
    with pytest.raises(SettingError, match=match):
        FAMILIES.get("clip").build(recipe)
