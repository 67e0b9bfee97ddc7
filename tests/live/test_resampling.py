from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.resampling import Resampler

BLOCK = 256
#: Source and target rates: up, down, by a whole number, and of no common measure.
RATES = [(22_050, 48_000), (48_000, 44_100), (16_000, 48_000), (44_100, 16_000), (44_100, 44_101)]


def resampled(
    sound: np.ndarray, source: int, target: int, sizes: list[int] | None = None
) -> np.ndarray:
    """Resample ``sound``, (samples, channels), in blocks of these lengths, used in turn."""
    made = Resampler(source, target, sound.shape[1], BLOCK)
    out = np.full((made.most, sound.shape[1]), np.nan, np.float32)
    pieces: list[np.ndarray] = []
    at = turn = 0
    while at < len(sound):
        size = (sizes or [BLOCK])[turn % len(sizes or [BLOCK])]
        count = made.push(sound[at : at + size], out)
        pieces.append(out[:count].copy())
        at, turn = at + size, turn + 1
    return np.concatenate(pieces)


def sine(frequency: float, rate: float, samples: int) -> np.ndarray:
    wave: np.ndarray = np.sin(2 * np.pi * frequency * np.arange(samples) / rate)
    return wave.astype(np.float32)[:, None]


def level(sound: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-30))


@pytest.mark.parametrize(("source", "target"), RATES)
@pytest.mark.parametrize("share", [0.01, 0.25, 0.6, 0.8])
def test_within_the_passband_a_sine_stays_itself(source: int, target: int, share: float) -> None:
    frequency = share * min(source, target) / 2
    out = resampled(sine(frequency, source, 40 * BLOCK), source, target)
    exact = sine(frequency, target, len(out))
    error = (out - exact)[500:]
    assert level(error) <= level(exact) - 80


@pytest.mark.parametrize(("source", "target"), RATES)
def test_it_agrees_with_soxr(source: int, target: int) -> None:
    soxr = pytest.importorskip("soxr", reason="soxr, which resamples, is not installed")
    random = np.random.default_rng(0)
    spectrum = np.fft.rfft(random.standard_normal(80 * BLOCK))
    edge = round(0.8 * min(1.0, target / source) * len(spectrum))
    spectrum[edge:] = 0  # so that both filters let all of it by
    noise = np.fft.irfft(spectrum).astype(np.float32)
    out = resampled(noise[:, None], source, target)[:, 0]
    best = soxr.resample(noise, source, target, quality="VHQ")
    inner = slice(2000, min(len(out), len(best)) - 2000)
    assert level(out[inner] - best[inner]) <= level(best[inner]) - 80


@pytest.mark.parametrize(("source", "target"), [(22_050, 48_000), (16_000, 48_000)])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.85])
def test_images_are_75_db_below(source: int, target: int, share: float) -> None:
    frequency = share * source / 2
    out = resampled(sine(frequency, source, 60 * BLOCK), source, target)[1000:, 0]
    window = np.blackman(len(out)) ** 2
    spectrum = np.abs(np.fft.rfft(out * window))
    bins = np.fft.rfftfreq(len(out), 1 / target)
    images = spectrum[bins > source / 2]
    assert 20 * np.log10(images.max() / spectrum.max()) <= -75


@pytest.mark.parametrize(("source", "target"), [(48_000, 22_050), (44_100, 16_000)])
@pytest.mark.parametrize("share", [1.15, 1.5, 1.9])
def test_what_the_lower_rate_cannot_hold_is_75_db_below(
    source: int, target: int, share: float
) -> None:
    out = resampled(sine(share * target / 2, source, 60 * BLOCK), source, target)
    assert level(out[1000:]) <= level(sine(0.1, 1, 1000)) - 75


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_constant_stays_constant(source: int, target: int) -> None:
    out = resampled(np.full((20 * BLOCK, 1), 0.7, np.float32), source, target)
    np.testing.assert_allclose(out[300:], 0.7, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(RATES),
    st.lists(st.integers(1, BLOCK), min_size=1, max_size=5),
    st.integers(0, 99),
    st.integers(1, 3),
)
def test_the_result_does_not_depend_on_blocks(
    rates: tuple[int, int], sizes: list[int], seed: int, channels: int
) -> None:
    sound = np.random.default_rng(seed).standard_normal((4 * BLOCK, channels)).astype(np.float32)
    whole = resampled(sound, *rates)
    np.testing.assert_array_equal(resampled(sound, *rates, sizes), whole)


@pytest.mark.parametrize(("source", "target"), RATES)
def test_an_output_waits_for_as_many_inputs_as_the_delay_says(source: int, target: int) -> None:
    made = Resampler(source, target, 1, BLOCK)
    out, one, written = np.zeros((made.most, 1), np.float32), np.ones((1, 1), np.float32), 0
    for pushed in range(1, 600):
        written += made.push(one, out)
        # Output n lies at n · source / target, and is there once this much more has come.
        possible = max(0, int(np.ceil((pushed - made.delay) * target / source)))
        assert written == possible


@pytest.mark.parametrize(("source", "target"), RATES)
def test_an_impulse_is_heard_where_it_was(source: int, target: int) -> None:
    sound = np.zeros((8 * BLOCK, 1), np.float32)
    sound[500] = 1
    out = resampled(sound, source, target)
    assert abs(int(np.abs(out).argmax()) - 500 * target / source) <= 1


@pytest.mark.parametrize(("source", "target"), RATES)
def test_never_more_than_it_says(source: int, target: int) -> None:
    made = Resampler(source, target, 1, BLOCK)
    out = np.zeros((made.most, 1), np.float32)
    counts = [made.push(np.zeros((BLOCK, 1), np.float32), out) for _ in range(400)]
    assert max(counts) <= made.most
    assert abs(sum(counts) - 400 * BLOCK * target / source) <= made.delay * target / source + 1


def test_channels_do_not_mix() -> None:
    sound = np.zeros((6 * BLOCK, 2), np.float32)
    sound[:, 1] = sine(1000, 22_050, 6 * BLOCK)[:, 0]
    out = resampled(sound, 22_050, 48_000)
    assert not out[:, 0].any()
    alone = resampled(sound[:, 1:], 22_050, 48_000)
    np.testing.assert_allclose(out[:, 1:], alone, atol=1e-6)


def test_a_reset_forgets_everything() -> None:
    noise = np.random.default_rng(1).standard_normal((BLOCK, 1)).astype(np.float32)
    made = Resampler(22_050, 48_000, 1, BLOCK)
    first, again = np.zeros((2, made.most, 1), np.float32)
    count = made.push(noise, first)
    made.push(noise, again)
    made.reset()
    assert made.push(noise, again) == count
    np.testing.assert_array_equal(again[:count], first[:count])


@pytest.mark.parametrize(("source", "target"), RATES)
def test_a_rest_is_as_long_as_silence_and_leaves_the_same_behind(source: int, target: int) -> None:
    pushed, rested = (Resampler(source, target, 1, BLOCK) for _ in range(2))
    out, other = (np.zeros((pushed.most, 1), np.float32) for _ in range(2))
    noise = np.random.default_rng(1).standard_normal((40, BLOCK, 1)).astype(np.float32)
    for number, block in enumerate(noise):
        size = BLOCK - 5 * number
        if number % 3:
            count = pushed.push(np.zeros((size, 1), np.float32), out)
            assert rested.rest(size) == count
        else:
            count = pushed.push(block[:size], out)
            assert rested.push(block[:size], other) == count
            np.testing.assert_array_equal(out[:count], other[:count])


@pytest.mark.parametrize(("source", "target"), [(44_100, 48_000), (48_000, 44_100)])
def test_a_block_allocates_nothing(
    source: int, target: int, allocated: Callable[..., tuple[int, int]]
) -> None:
    made = Resampler(source, target, 2, BLOCK)
    out, noise = np.zeros((made.most, 2), np.float32), np.ones((BLOCK, 2), np.float32)
    kept, most = allocated(lambda: made.push(noise, out))
    assert kept < 1000  # numbers that Python keeps
    assert most < noise.nbytes + 1000  # the past moves within one array, and numpy copies it
