"""The clip's likelihood: highest at the truth, ranks what sounds nearer above, deaf to phase."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from musicvae.vae.clip.likelihood import SpectralLaplace

RATE, SAMPLES = 16_000, 4_096


@pytest.fixture(scope="module")
def likelihood() -> SpectralLaplace:
    return SpectralLaplace(RATE, 0.2)


def _tone(frequency: float = 440.0, channels: int = 1, samples: int = SAMPLES) -> tf.Tensor:
    time = np.arange(samples) / RATE
    tone = 0.3 * np.exp(-3 * time) * np.sin(2 * np.pi * frequency * time)
    return tf.constant(np.repeat(tone[None, :, None], channels, axis=2), tf.float32)


def _noise(like: tf.Tensor, level: float) -> tf.Tensor:
    drawn = level * np.random.default_rng(0).standard_normal(like.shape)
    return tf.constant(drawn, tf.float32)


def _ranked(likelihood: SpectralLaplace, x: tf.Tensor, made: list[tf.Tensor]) -> list[float]:
    return [float(likelihood.log_prob(x, one)[0]) for one in made]


def _falls(values: list[float]) -> bool:
    return bool((np.diff(values) < 0).all())


def test_the_truth_is_the_likeliest(likelihood: SpectralLaplace) -> None:
    x = _tone()
    truth, *others = _ranked(
        likelihood, x, [x, 0.9 * x, 1.1 * x, x + _noise(x, 0.01), _tone(466.0), tf.zeros_like(x)]
    )
    assert truth == pytest.approx(0.0, abs=1e-3)  # constants are left out
    assert max(others) < -1


@pytest.mark.parametrize("steps", [[0.0, 1e-3, 1e-2, 1e-1]])
def test_more_noise_is_less_likely(likelihood: SpectralLaplace, steps: list[float]) -> None:
    x = _tone()
    assert _falls(_ranked(likelihood, x, [x + _noise(x, level) for level in steps]))


def test_a_nearer_pitch_and_a_nearer_level_rank_higher(likelihood: SpectralLaplace) -> None:
    x = _tone(440.0)
    assert _falls(_ranked(likelihood, x, [_tone(pitch) for pitch in (440.0, 450.0, 500.0, 880.0)]))
    assert _falls(_ranked(likelihood, x, [gain * x for gain in (1.0, 0.8, 0.4, 0.1)]))
    assert _falls(_ranked(likelihood, x, [gain * x for gain in (1.0, 1.3, 2.0, 5.0)]))


def test_silence_is_not_the_best_guess_for_noise(likelihood: SpectralLaplace) -> None:
    """Other noise of the same level must beat the quiet that is a little nearer in samples."""
    x = _noise(_tone(), 0.1)
    other = tf.constant(0.1 * np.random.default_rng(9).standard_normal(x.shape), tf.float32)
    same, quiet, nothing = _ranked(likelihood, x, [other, 0.3 * other, tf.zeros_like(x)])
    assert same > quiet > nothing


def test_phase_does_not_count(likelihood: SpectralLaplace) -> None:
    time = np.arange(SAMPLES) / RATE
    swell = 0.3 * np.sin(np.pi * np.arange(SAMPLES) / SAMPLES) ** 2
    sine, cosine = (
        tf.constant((swell * turn(2 * np.pi * 440 * time))[None, :, None], tf.float32)
        for turn in (np.sin, np.cos)
    )
    upside_down, quarter, quieter = _ranked(likelihood, sine, [-sine, cosine, 0.9 * sine])
    assert upside_down == pytest.approx(0.0, abs=1e-3)
    assert quarter > 0.5 * quieter


def test_nats_grow_with_the_clip_and_shrink_with_the_scale(likelihood: SpectralLaplace) -> None:
    x, longer = _noise(_tone(), 0.1), _noise(_tone(samples=2 * SAMPLES), 0.1)
    one, twice = (float(likelihood.log_prob(sound, 0.5 * sound)[0]) for sound in (x, longer))
    assert twice == pytest.approx(2 * one, rel=0.02)
    wide = float(SpectralLaplace(RATE, 0.4).log_prob(x, 0.5 * x)[0])
    assert wide == pytest.approx(one / 2, rel=1e-5)


def test_a_distance_is_in_nats_of_magnitude(likelihood: SpectralLaplace) -> None:
    """Half the level: both logarithms are ln 2 off, and the linear term half of the mean."""
    x = _noise(_tone(), 0.3)
    expected = (np.log(2) + 0.5 * np.log(2) + 0.5 * 0.5) / 2
    assert float(likelihood.distance(x, 0.5 * x)[0]) == pytest.approx(expected, rel=0.02)


def test_a_distance_is_the_same_both_ways_in_logarithms_alone(likelihood: SpectralLaplace) -> None:
    """The linear term is relative to the real clip: too loud costs more than too quiet."""
    x = _noise(_tone(), 0.3)
    louder, quieter = (float(likelihood.distance(x, gain * x)[0]) for gain in (2.0, 0.5))
    assert louder - quieter == pytest.approx(0.5 * (1.0 - 0.5) / 2, rel=0.05)


def test_clips_of_a_batch_and_channels_are_judged_by_themselves(
    likelihood: SpectralLaplace,
) -> None:
    x = tf.concat([_tone(), _noise(_tone(), 0.1)], axis=0)
    together = likelihood.log_prob(x, 0.7 * x).numpy()
    alone = [float(likelihood.log_prob(x[i : i + 1], 0.7 * x[i : i + 1])[0]) for i in range(2)]
    np.testing.assert_allclose(together, alone, rtol=1e-4)
    stereo = tf.concat([x[:1], x[1:]], axis=2)
    channels = [float(likelihood.distance(x[i : i + 1], 0.7 * x[i : i + 1])[0]) for i in range(2)]
    found = float(likelihood.distance(stereo, 0.7 * stereo)[0])
    assert found == pytest.approx(np.mean(channels), rel=1e-4)


def test_gradients_point_towards_the_truth(likelihood: SpectralLaplace) -> None:
    x = _tone()
    made = tf.Variable(x + _noise(x, 0.02))
    before = float(likelihood.log_prob(x, made)[0])
    with tf.GradientTape() as tape:
        loss = -likelihood.log_prob(x, made)[0]
    gradient = tape.gradient(loss, made)
    assert np.isfinite(gradient).all()
    made.assign_sub(1e-3 * gradient / tf.norm(gradient))
    assert float(likelihood.log_prob(x, made)[0]) > before


def test_silence_has_finite_gradients(likelihood: SpectralLaplace) -> None:
    made = tf.Variable(tf.zeros((1, SAMPLES, 1)))
    with tf.GradientTape() as tape:
        loss = -likelihood.log_prob(tf.zeros_like(made), made)[0]
    assert np.isfinite(tape.gradient(loss, made)).all()
    assert float(loss) == 0.0


def test_the_decoded_sound_is_heard_as_it_is(likelihood: SpectralLaplace) -> None:
    decoded = _tone()
    assert likelihood.listen(decoded) is decoded
