"""The two-path priors: what they compute at once, and step by step."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")

from musicvae.errors import SettingError  # noqa: E402
from musicvae.priors import PRIORS  # noqa: E402
from musicvae.vae.prior.building import build_model  # noqa: E402
from musicvae.vae.prior.crops import Cropper, proposals  # noqa: E402
from musicvae.vae.prior.outline import Outline  # noqa: E402
from musicvae.vae.prior.plan import Plan  # noqa: E402
from musicvae.vae.prior.scores import energy_score  # noqa: E402

FAMILIES = ("energy", "mixture")


def _model(prior_material: ModuleType, family: str = "energy", moved: bool = True) -> Any:
    """A model whose weights are random, so that every part counts."""
    outline = Outline.of(prior_material.material())
    model = build_model(outline, Plan.of({**prior_material.PLAN, "family": family}))
    if moved:
        random = np.random.default_rng(0)
        for weight in model.trainable_variables:
            noise = 0.2 * random.standard_normal(weight.shape)
            weight.assign(weight.numpy() + noise.astype(np.float32))
    return model


@pytest.mark.parametrize("family", FAMILIES)
def test_steps_equal_a_crop_at_once(prior_material: ModuleType, family: str) -> None:
    model = _model(prior_material, family)
    random = np.random.default_rng(1)
    heard = tf.constant(random.standard_normal((2, 24, 4)), tf.float32)
    asked = tf.constant(random.standard_normal((2, 24, model.trunk.asked + 5)), tf.float32)
    whole, after = model.trunk.sequence(heard, heard, asked)
    past, rows = model.trunk.start(2), []
    for step in range(24):
        row, past = model.trunk.step(heard[:, step : step + 1], asked[:, step : step + 1], past)
        rows.append(row)
    assert np.allclose(tf.concat(rows, axis=1), whole, atol=1e-5)
    for one, other in zip([*past.slow, past.view], [*after.slow, after.view], strict=True):
        assert np.allclose(one, other, atol=1e-5)
    assert float(tf.reduce_max(tf.abs(after.view))) > 1e-3


def test_rollouts_in_training_are_those_of_playing(prior_material: ModuleType) -> None:
    model = _model(prior_material)
    random = np.random.default_rng(2)
    asked = tf.constant(random.standard_normal((1, 16, model.trunk.asked + 5)), tf.float32)
    noise = tf.constant(random.standard_normal((1, 16, model.noise)), tf.float32)
    rolled = model._roll(tf.zeros((1, 1, 4)), asked, noise, model.trunk.start(1))
    state, latent, rows = tf.zeros((1, 1, model.state_size)), tf.zeros((1, 1, 4)), []
    for step in range(16):
        part = slice(step, step + 1)
        latent, _, state = model.advance(latent, asked[:, part], noise[:, part], state)
        rows.append(latent)
    assert np.allclose(tf.concat(rows, axis=1), rolled, atol=1e-5)


def test_an_untrained_prior_is_the_linear_walk(prior_material: ModuleType) -> None:
    outline = Outline.of(prior_material.material())
    model = _model(prior_material, moved=False)
    random = np.random.default_rng(3)
    latent = random.standard_normal((1, 1, 4)).astype(np.float32) * 0.1
    noise = np.zeros((1, 1, model.noise), np.float32)
    noise[..., -4:] = 0.1 * random.standard_normal(4)
    asked = tf.zeros((1, 1, model.trunk.asked + 5))
    model.head.leave.kernel.assign(tf.zeros_like(model.head.leave.kernel))
    following, _, _ = model.advance(
        tf.constant(latent), asked, tf.constant(noise), tf.zeros((1, 1, model.state_size))
    )
    expected = outline.matrix @ latent[0, 0] + outline.root @ noise[0, 0, -4:]
    assert np.allclose(following[0, 0], expected, atol=1e-5)
    assert np.allclose(outline.root @ outline.root.T, prior_material.material().dynamics().noise)


@pytest.mark.parametrize("family", FAMILIES)
def test_steps_stay_within_the_bounds_of_the_music(prior_material: ModuleType, family: str) -> None:
    model, bounds = _model(prior_material, family), prior_material.material().bounds
    state = tf.zeros((1, 1, model.state_size))
    asked = tf.zeros((1, 1, model.trunk.asked + 5))
    hot = tf.fill((1, 1, model.noise), 50.0)
    following, surprise, _ = model.advance(tf.fill((1, 1, 4), 12.0), asked, hot, state)
    assert np.all(following >= bounds[0])
    assert np.all(following <= bounds[1])
    assert np.isfinite(surprise).all()


def test_a_mixture_draws_from_the_distribution_of_its_likelihood(
    prior_material: ModuleType,
) -> None:
    """The mean surprise of its own draws is its entropy; of other draws it is more."""
    model = _model(prior_material, "mixture")
    x, heard = tf.ones((1, 1, 8)), tf.zeros((1, 1, 4))
    expected = model.head.expect(x, heard)
    noise = tf.random.stateless_normal((4000, 1, model.noise), (1, 2))
    drawn = model.head.draw(x, heard, noise)
    other = drawn[:, :, ::-1]
    own, wrong = (
        float(tf.reduce_mean(model.head.surprise(expected, rows))) for rows in (drawn, other)
    )
    logits, means, spreads = model.head._parts(expected)
    shares = tf.nn.softmax(logits)[..., None]
    mean = tf.reduce_sum(shares * means, axis=-2)
    assert own < wrong
    assert np.allclose(tf.reduce_mean(drawn, axis=0), mean[0], atol=0.1)
    assert float(tf.reduce_max(tf.abs(spreads))) < 4


def test_the_energy_score_is_least_for_the_right_distribution() -> None:
    def score(scale: float, shift: float) -> float:
        draws = scale * tf.random.stateless_normal((4, 5000, 3), (1, 2)) + shift
        return float(energy_score(draws, tf.random.stateless_normal((5000, 3), (3, 4))))

    right = score(1.0, 0.0)
    assert right < min(score(0.5, 0.0), score(1.6, 0.0), score(1.0, 0.5))


def test_batches_depend_on_seed_and_step_alone(prior_material: ModuleType) -> None:
    crops = [Cropper(prior_material.material(), False, 24, 3, seed) for seed in (0, 0, 1)]
    first, again, other = (cropper.batch(5) for cropper in crops)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first.latents, other.latents)
    assert not np.array_equal(first.latents, crops[0].batch(6).latents)
    assert first.condition.shape == (3, 24, 2 + 2 * 2 + 5)


def test_a_proposal_that_counts_fully_is_what_comes_next() -> None:
    latents = np.random.default_rng(0).standard_normal((3, 8, 4)).astype(np.float32)
    full = proposals(latents, np.ones((3, 1, 1), np.float32))
    half = proposals(latents, np.full((3, 1, 1), 0.5, np.float32))
    assert np.array_equal(full, latents)
    assert np.allclose(half, latents + np.roll(latents, 1, axis=0))


@pytest.mark.parametrize("wrong", [{"width": 2}, {"depth": 3}, {"rollout": 10}, {"blur": "loud"}])
def test_settings_that_cannot_work_are_refused(
    prior_material: ModuleType, wrong: dict[str, Any]
) -> None:
    outline = Outline.of(prior_material.material())
    with pytest.raises(SettingError):
        build_model(outline, Plan.of({"model": wrong}))


def test_families_enter_through_the_registry() -> None:
    assert {"energy", "mixture"} <= set(PRIORS)
    assert all(PRIORS.get(name).settings for name in FAMILIES)
