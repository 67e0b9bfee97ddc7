"""Critics of sound: what they see, and what each side is asked to minimise."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from musicvae.vae.training.critics import (
    Critics,
    SpectrumCritic,
    critics_loss,
    deception_loss,
    feature_matching,
)


def _noise(batch: int, samples: int, channels: int, seed: int = 0) -> tf.Tensor:
    random = np.random.default_rng(seed)
    return tf.constant(0.1 * random.standard_normal((batch, samples, channels)), tf.float32)


def _judged(*values: float) -> list[list[tf.Tensor]]:
    """Critics that see nothing and judge so."""
    return [[tf.fill((1, 2, 2, 1), value)] for value in values]


@pytest.fixture(autouse=True)
def _seed() -> None:
    keras.utils.set_random_seed(0)


def test_a_critic_judges_patches_of_time_and_frequency() -> None:
    activations = SpectrumCritic(512, 4)(_noise(3, 4_096, 1)[:, :, 0])
    frames = 1 + (4_096 - 512) // 128
    assert [tuple(seen.shape) for seen in activations] == [
        (3, frames, 64, 4),
        (3, frames, 16, 8),
        (3, -(-frames // 2), 4, 8),
        (3, -(-frames // 2), 4, 1),
    ]


def test_a_patch_sees_its_own_time() -> None:
    critic = SpectrumCritic(256, 4)
    sound = _noise(1, 8_192, 1)[:, :, 0].numpy()
    changed = sound.copy()
    changed[:, 7_000:] *= 0.5
    before, after = (critic(tf.constant(one))[-1].numpy() for one in (sound, changed))
    differs = np.abs(before - after).max(axis=(0, 2, 3)) > 1e-7
    assert differs[-1]
    assert not differs[: len(differs) // 2].any()


def test_silence_has_finite_gradients() -> None:
    critics = Critics((256, 512), width=2)
    silence = tf.Variable(tf.zeros((1, 2_048, 1)))
    with tf.GradientTape() as tape:
        loss = deception_loss(critics(silence))
    assert np.isfinite(tape.gradient(loss, silence).numpy()).all()


def test_there_is_a_critic_for_each_resolution() -> None:
    critics = Critics((256, 512, 1024), width=2)
    activations = critics(_noise(2, 4_096, 1))
    assert len(activations) == 3
    assert [seen[0].shape[2] for seen in activations] == [32, 64, 128]
    assert len(critics.trainable_variables) == 3 * 4 * 2  # kernel and bias of four layers each


def test_stereo_is_also_judged_as_mean_and_difference() -> None:
    critics = Critics((256,), width=2)
    stereo = _noise(2, 2_048, 2)
    mono = (stereo[:, :, :1] + stereo[:, :, 1:]) / 2
    of_stereo, of_mono = critics(stereo)[0], critics(mono)[0]
    assert of_stereo[-1].shape[0] == 4 * 2
    np.testing.assert_allclose(of_stereo[-1][4:6], of_mono[-1], atol=1e-6)


def test_critics_want_1_for_real_and_0_for_made() -> None:
    assert float(critics_loss(_judged(1.0, 1.0), _judged(0.0, 0.0))) == 0.0
    assert float(critics_loss(_judged(0.0, 1.0), _judged(0.0, 1.0))) == pytest.approx(1.0)
    assert float(critics_loss(_judged(0.5), _judged(0.5))) == pytest.approx(0.5)


def test_the_decoder_wants_1_for_made() -> None:
    assert float(deception_loss(_judged(1.0, 1.0))) == 0.0
    assert float(deception_loss(_judged(0.0, 1.0))) == pytest.approx(0.5)


def test_equal_sounds_have_equal_features() -> None:
    critics = Critics((256,), width=2)
    real, made = critics(_noise(1, 2_048, 1)), critics(_noise(1, 2_048, 1, seed=1))
    assert float(feature_matching(real, real)) == 0.0
    assert float(feature_matching(real, made)) > 0.1


def test_features_are_matched_relative_to_their_size_and_judgements_do_not_count() -> None:
    def seen(scale: float, judgement: float) -> list[list[tf.Tensor]]:
        return [[scale * tf.ones((1, 4)), tf.fill((1, 1), judgement)]]

    assert float(feature_matching(seen(1.0, 0.0), seen(1.5, 9.0))) == pytest.approx(0.5, rel=1e-4)
    assert float(feature_matching(seen(100.0, 0.0), seen(150.0, 9.0))) == pytest.approx(0.5)
