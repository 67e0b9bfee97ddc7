"""The stream's likelihood: highest at the truth, in step with the delay, deaf to phase."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from musicvae.vae.stream.likelihood import StreamSpectra, spectra, views
from musicvae.vae.stream.spectral_distance import Spectra, SpectralDistance, Spectrum

RATE, DELAY, FEATURES, SAMPLES = 16_000, 192, 128, 6_144


def _likelihood(
    scale: float = 0.15,
    features: int = FEATURES,
    delay: int = DELAY,
    mel_weight: float = 2.0,
    flux_weight: float = 0.0,
    level_weight: float = 0.0,
    shortest: int = 512,
    energy: float = 0.0,
) -> StreamSpectra:
    weights = (mel_weight, flux_weight, level_weight)
    return StreamSpectra(RATE, features, delay, scale, *weights, shortest=shortest, energy=energy)


def _distance(
    x: tf.Tensor,
    made: tf.Tensor,
    mel_weight: float = 0.0,
    flux_weight: float = 0.0,
    level_weight: float = 0.0,
) -> float:
    """The distance of one channel, (1, samples, 1), from another."""
    spectral = SpectralDistance(RATE, 512, mel_weight, flux_weight, level_weight)
    return float(spectral.between(*(spectral.spectra([part[:, :, 0]]) for part in (x, made)))[0])


def _plucked(channels: int = 1, sharpness: float = 60.0) -> NDArray[np.float32]:
    """Four plucked tones, (1, samples, channels); less sharp ones rise more slowly."""
    time = np.arange(SAMPLES) / RATE
    since = time % 0.1
    envelope = np.exp(-20 * since) * (1 - np.exp(-20 * sharpness * since))
    tones = [envelope * np.sin(2 * np.pi * 440 * (1 + c / 3) * time) for c in range(channels)]
    return 0.4 * np.stack(tones, axis=1)[None].astype(np.float32)


def _late(audio: NDArray[np.float32], by: int = DELAY) -> NDArray[np.float32]:
    return np.pad(audio, ((0, 0), (by, 0), (0, 0)))[:, : audio.shape[1]]


def _log_prob(likelihood: StreamSpectra, x: tf.Tensor, decoded: tf.Tensor) -> float:
    return float(likelihood.log_prob(tf.constant(x), tf.constant(decoded))[0])


def _noise(shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
def test_the_truth_is_the_likeliest(channels: int) -> None:
    x, likelihood = _plucked(channels), _likelihood()
    truth = _log_prob(likelihood, x, _late(x))
    assert truth == pytest.approx(0.0, abs=0.5)  # constants are left out
    worse = (x + 0.003 * _noise(x.shape), 0.8 * x, _plucked(channels, sharpness=1.0))
    assert all(_log_prob(likelihood, x, _late(other)) < truth - 1 for other in worse)


def test_a_better_reconstruction_ranks_above_a_worse_one() -> None:
    x, likelihood = _plucked(), _likelihood()
    errors = [0.0, 0.001, 0.01, 0.1]
    ranked = [_log_prob(likelihood, x, _late(x + e * _noise(x.shape))) for e in errors]
    assert ranked == sorted(ranked, reverse=True)
    levels = [_log_prob(likelihood, x, gain * _late(x)) for gain in (1.0, 0.7, 0.3, 0.0)]
    assert levels == sorted(levels, reverse=True)


def test_phase_does_not_count() -> None:
    x, likelihood = _plucked(), _likelihood()
    assert _log_prob(likelihood, x, -_late(x)) == pytest.approx(
        _log_prob(likelihood, x, _late(x)), abs=1e-3
    )


def test_the_decoded_sound_is_heard_the_delay_later() -> None:
    x, likelihood = _plucked(), _likelihood()
    aligned = likelihood.aligned(tf.constant(x), tf.constant(_late(x)))
    np.testing.assert_array_equal(*aligned)
    assert aligned[0].shape == (1, SAMPLES - DELAY, 1)
    in_step = _log_prob(likelihood, x, _late(x))
    assert _log_prob(likelihood, x, x) < in_step
    assert _log_prob(likelihood, x, _late(x, 2 * DELAY)) < in_step


def test_what_comes_before_the_delay_does_not_count() -> None:
    x, likelihood = _plucked(), _likelihood()
    decoded = _late(x)
    decoded[:, :DELAY] = 1.0
    assert _log_prob(likelihood, x, decoded) == _log_prob(likelihood, x, _late(x))


def test_nats_grow_with_the_features_and_shrink_with_the_scale() -> None:
    x = _plucked()
    decoded = 0.5 * _late(x)
    one = _log_prob(_likelihood(), x, decoded)
    assert _log_prob(_likelihood(features=2 * FEATURES), x, decoded) == pytest.approx(2 * one)
    assert _log_prob(_likelihood(scale=0.3), x, decoded) == pytest.approx(one / 2)


def test_each_weight_adds_its_own_distance() -> None:
    x, made = tf.constant(_plucked()), tf.constant(_plucked(sharpness=1.0))
    weights = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (0.0, 1.0)]
    stft, mel, mel_twice, flux = (
        _distance(x, made, mel_weight=m, flux_weight=f) for m, f in weights
    )
    assert stft < mel < mel_twice
    assert mel_twice - stft == pytest.approx(2 * (mel - stft), rel=1e-4)
    assert flux > stft


def test_the_level_term_sees_the_power_of_bands_and_not_its_course() -> None:
    x = tf.constant(0.1 * _noise((1, SAMPLES, 1)))

    def level(made: tf.Tensor) -> float:
        return _distance(x, made, level_weight=1.0) - _distance(x, made)

    # A little is lost at the edges of the windows.
    assert level(x[:, ::-1]) == pytest.approx(0.0, abs=0.02)
    assert _distance(x, x[:, ::-1], mel_weight=1.0) - _distance(x, x[:, ::-1]) > 0.1
    assert level(0.5 * x) == pytest.approx(np.log(2), abs=1e-3)
    darker = (x + tf.roll(x, 1, axis=1)) / np.sqrt(2)
    assert level(darker) > 0.1  # of the same level as a whole


def test_the_level_term_keeps_a_bass_as_loud_as_it_is() -> None:
    """A sound of few bands counts as much as one of many."""
    time = np.arange(SAMPLES) / RATE
    bass = tf.constant((0.3 * np.sin(2 * np.pi * 60 * time))[None, :, None], tf.float32)
    x = bass + tf.constant(0.003 * _noise((1, SAMPLES, 1)))
    quieter = x - 0.5 * bass
    term = _distance(x, quieter, level_weight=1.0) - _distance(x, quieter)
    assert term > 0.3


def test_flux_asks_for_attacks_and_not_for_a_level() -> None:
    """A steady change of level costs nothing by flux; attacks that are missing do."""
    x = tf.constant(_plucked())

    def by_flux(made: tf.Tensor) -> float:
        with_it, without = (_distance(x, made, mel_weight=0.0, flux_weight=w) for w in (1.0, 0.0))
        return with_it - without

    assert by_flux(tf.constant(_plucked(sharpness=1.0))) > 5 * by_flux(0.9 * x) > 0


def test_distances_are_0_for_the_truth_and_grow_with_the_error() -> None:
    x, likelihood = _plucked(2), _likelihood()
    truth = likelihood.distances(tf.constant(x), tf.constant(_late(x)))
    assert set(truth) == {"stft", "log_mel"}
    near, far = (
        likelihood.distances(tf.constant(x), tf.constant(_late(x + e * _noise(x.shape))))
        for e in (0.001, 0.01)
    )
    for name, value in truth.items():
        assert value.shape == (1,)
        assert float(value[0]) < 0.01 < float(near[name][0]) < float(far[name][0])


def test_a_level_that_is_off_is_that_far_in_log_mel() -> None:
    x = _noise((1, SAMPLES, 1)) * 0.3
    found = _likelihood().distances(tf.constant(x), tf.constant(0.5 * _late(x)))
    assert float(found["log_mel"][0]) == pytest.approx(np.log(2), abs=0.03)


def test_clips_of_a_batch_are_judged_by_themselves() -> None:
    x = np.concatenate([_plucked(), 0.1 * _noise((1, SAMPLES, 1))])
    decoded = 0.6 * _late(x)
    together = _likelihood().log_prob(tf.constant(x), tf.constant(decoded)).numpy()
    alone = [_log_prob(_likelihood(), x[i : i + 1], decoded[i : i + 1]) for i in range(2)]
    np.testing.assert_allclose(together, alone, rtol=1e-4)


def test_stereo_is_also_compared_as_mean_and_difference() -> None:
    left, right = _noise((2, 1, SAMPLES, 1)) * 0.1
    image = views(tf.constant(np.concatenate([left, right], axis=2)))
    assert len(image) == 4
    np.testing.assert_allclose(image[2] + image[3], image[0], atol=1e-6)
    np.testing.assert_allclose(image[2] - image[3], image[1], atol=1e-6)
    assert len(views(tf.constant(left))) == 1


def test_a_lost_stereo_image_costs_although_each_channel_is_right() -> None:
    sound = _plucked()
    centred = tf.constant(np.concatenate([sound, sound], axis=2))
    hollow = tf.constant(np.concatenate([sound, -sound], axis=2))
    for channel in range(2):
        one, other = (both[:, :, channel : channel + 1] for both in (centred, hollow))
        assert _log_prob(_likelihood(delay=0), one, other) > -0.01 * FEATURES / 0.15
    assert _log_prob(_likelihood(delay=0), centred, hollow) < -0.5 * FEATURES / 0.15


def test_spectra_peak_at_the_frequency_of_a_sine() -> None:
    sine = np.sin(2 * np.pi * 32 * np.arange(4_096) / 512).astype(np.float32)
    found = spectra(tf.constant(sine[None]), 512).numpy()[0]
    assert found.shape == ((4_096 - 512) // 128 + 1, 257)
    assert (found.argmax(axis=1) == 32).all()


def test_the_decoded_sound_is_heard_as_it_is() -> None:
    decoded = tf.constant(_plucked())
    assert _likelihood().listen(decoded) is decoded


def _spectra(magnitudes: NDArray[np.floating]) -> Spectra:
    """Spectra of one signal at one resolution, of magnitudes (frames, bins)."""
    magnitude = tf.constant(magnitudes[None], tf.float32)
    power = tf.reduce_mean(magnitude**2, axis=1)
    levels = (tf.math.log(power) / 2.0, tf.math.log(tf.reduce_mean(power, axis=1)) / 2.0)
    return [
        Spectrum(
            magnitude,
            tf.math.log(magnitude),
            tf.math.log(magnitude),
            *levels,
            tf.zeros_like(levels[0]),
        )
    ]


@pytest.mark.parametrize(("energy", "best"), [(0.0, "steady"), (1.0, "noise")])
def test_the_energy_distance_asks_for_noise_where_there_is_noise(energy: float, best: str) -> None:
    """A steady sound is nearest on average; only a sound that fluctuates as x is like x."""
    draws = np.random.default_rng(0).rayleigh(1.0, (3, 200, 100))  # magnitudes of white noise
    x, one, other = map(_spectra, draws)
    likelihood = _likelihood(energy=energy)

    def distance(made: Spectra, again: Spectra) -> float:
        return float(likelihood.distance(x, made, again)[0])

    levels = [_spectra(np.full((200, 100), level)) for level in np.linspace(0.6, 1.6, 11)]
    steady, noise = min(distance(level, level) for level in levels), distance(one, other)
    assert (noise < steady) == (best == "noise")


def test_the_energy_distance_is_least_at_the_right_level_and_the_plain_one_below_it() -> None:
    draws = np.random.default_rng(0).rayleigh(1.0, (3, 200, 100))
    quieter = 0.9
    for energy, asks in ((0.0, "quieter"), (1.0, "right")):
        likelihood = _likelihood(energy=energy)
        x, *right = map(_spectra, draws)
        low = [_spectra(quieter * part) for part in draws[1:]]
        better = likelihood.distance(x, *low)[0] < likelihood.distance(x, *right)[0]
        assert bool(better) == (asks == "quieter")


def test_the_energy_distance_of_one_decoding_is_the_distance() -> None:
    x, decoded = tf.constant(_plucked()), tf.constant(0.8 * _late(_plucked()))
    one = _likelihood(energy=1.0).log_prob(x, decoded, decoded)
    np.testing.assert_allclose(one, _likelihood().log_prob(x, decoded), rtol=1e-5)


@pytest.mark.parametrize(("shortest", "count"), [(512, 3), (256, 4), (128, 5), (64, 6)])
def test_short_windows_are_further_resolutions(shortest: int, count: int) -> None:
    likelihood = _likelihood(shortest=shortest)
    assert likelihood.ffts == tuple(shortest * 2**k for k in range(count))
    x = _plucked()
    truth, worse = (_log_prob(likelihood, x, _late(part)) for part in (x, 0.7 * x))
    assert truth == pytest.approx(0.0, abs=0.5)
    assert worse < truth - 1


def test_short_windows_hear_where_a_click_is() -> None:
    """A click that is 4 ms late differs hardly in long windows."""
    early, late = (np.zeros((1, SAMPLES, 1), np.float32) for _ in range(2))
    early[0, 512::1024], late[0, 576::1024] = 0.5, 0.5
    far = [-_log_prob(_likelihood(delay=0, shortest=s), early, late) for s in (512, 64)]
    assert far[1] > 1.1 * far[0]


def test_figures_do_not_depend_on_the_windows_of_the_loss() -> None:
    x, worse = tf.constant(_plucked()), tf.constant(0.5 * _late(_plucked()))
    one, other = (_likelihood(shortest=s).distances(x, worse) for s in (512, 64))
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-5)


def test_each_row_is_compared_by_its_channels_or_by_its_sides() -> None:
    audio = tf.constant(_noise((2, 64, 2)))
    left, right, middle, side = views(audio)
    first, second = views(audio, tf.constant([False, True]))
    np.testing.assert_array_equal(first, tf.stack([left[0], middle[1]]))
    np.testing.assert_array_equal(second, tf.stack([right[0], side[1]]))
    assert len(views(audio[:, :, :1], tf.constant([False, True]))) == 1
