"""Arrays of any numbers as sound: scaled by what their type says, or refused with the mend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicvae.audio import Sound, write
from musicvae.errors import AudioError
from musicvae.measures import level
from musicvae.plots import latent_usage, waveforms
from musicvae.soundfiles.samples import as_samples

RATE = 8_000
WAVE = 0.5 * np.sin(np.arange(800) / 5)


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "g", ">f4", ">f8"])
def test_floating_point_is_taken_as_it_is(kind: str) -> None:
    samples = Sound.of(WAVE.astype(kind), RATE).samples
    assert (samples.dtype, samples.shape) == (np.dtype(np.float32), (800, 1))
    np.testing.assert_allclose(samples[:, 0], WAVE, atol=1e-3)


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", ">i2", ">i4"])
def test_whole_numbers_are_divided_by_their_full_scale(kind: str) -> None:
    scale = 2 ** (8 * np.dtype(kind).itemsize - 1)
    samples = Sound.of((WAVE * scale).astype(kind), RATE).samples[:, 0]
    np.testing.assert_allclose(samples, WAVE, atol=1.01 / scale)
    lowest = np.array([-scale, 0, scale // 2], kind)
    np.testing.assert_array_equal(as_samples(lowest)[:, 0], np.array([-1, 0, 0.5], np.float32))


@pytest.mark.parametrize("kind", ["u1", "u2", "u4"])
def test_unsigned_numbers_have_their_zero_in_the_middle(kind: str) -> None:
    half = 2 ** (8 * np.dtype(kind).itemsize - 1)
    array = np.array([0, half, half + half // 2], kind)
    np.testing.assert_array_equal(as_samples(array)[:, 0], np.array([-1, 0, 0.5], np.float32))


@pytest.mark.parametrize("array", [[0, 1, -1], np.array([[0, 1], [1, 0]]), np.zeros(5, "u8")])
def test_lists_of_zero_and_one_are_welcome(array: Any) -> None:
    np.testing.assert_array_equal(as_samples(array).ravel(), np.ravel(array))


@pytest.mark.parametrize("array", [[0, 20_000], np.array([2], "u8"), np.array([-(2**62)])])
def test_64_bits_have_no_full_scale(array: Any) -> None:
    with pytest.raises(AudioError, match=r"no known full scale.*divide by the full scale"):
        Sound.of(array, RATE)


@pytest.mark.parametrize("peak", [101.0, 32_767.0, 8_388_607.0])
def test_floating_point_of_another_full_scale_is_refused(peak: float) -> None:
    with pytest.raises(AudioError, match=r"another full scale.*array / 32768"):
        Sound.of(WAVE * 2 * peak, RATE)
    Sound.of(WAVE * 8, RATE)  # loud is not wrong


@pytest.mark.parametrize("shape", [(2, 66_150), (1, 100), (65, 66), (0, 100)])
def test_channels_that_come_first_are_refused_with_the_mend(shape: tuple[int, int]) -> None:
    for make in (Sound.of, Sound):
        with pytest.raises(AudioError, match=rf"{shape[1]} channels.*sound\.T"):
            make(np.zeros(shape, np.float32), RATE)


@pytest.mark.parametrize("shape", [(1, 2), (3, 64), (66_150, 100), (0, 2), (1, 1)])
def test_few_samples_of_several_channels_are_a_sound(shape: tuple[int, int]) -> None:
    assert Sound.of(np.zeros(shape), RATE).samples.shape == shape


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((1, 2, 3)),
        np.zeros(()),
        0.5,
        np.zeros((5, 0)),
        np.zeros(4, bool),
        np.zeros(4, complex),
        np.array(["a"]),
        np.array([None]),
        np.array([object()]),
        [[1.0], [1.0, 2.0]],
        "song.wav",
        None,
        {"a": 1},
        np.zeros(3, "M8[s]"),
        np.zeros(3, [("a", "f4")]),
    ],
)
def test_what_is_no_array_of_samples_is_refused(array: Any) -> None:
    for make in (Sound.of, Sound):
        with pytest.raises(AudioError):
            make(array, RATE)


@pytest.mark.parametrize("rate", [0, -1, 0.5, np.nan, np.inf, True, "44100", None, 22_050.5])
def test_what_is_no_rate_is_refused(rate: Any) -> None:
    with pytest.raises(AudioError, match="sample rate"):
        Sound.of(WAVE, rate)


def test_a_whole_rate_may_have_any_type() -> None:
    rates: list[Any] = [8_000, 8_000.0, np.int64(8_000), np.float32(8_000)]
    for rate in rates:
        sound = Sound.of(WAVE, rate)
        assert (sound.sample_rate, type(sound.sample_rate)) == (8_000, int)


def test_views_are_copied_and_samples_are_not() -> None:
    stereo = np.zeros((100, 2), np.float32)
    assert Sound.of(stereo, RATE).samples is stereo
    for view in (stereo[::2], stereo[:, :1], stereo.T.copy().T, np.asfortranarray(stereo)):
        assert Sound(view, RATE).samples.flags.c_contiguous
    fixed = stereo.copy()
    fixed.flags.writeable = False
    assert level(Sound.of(fixed, RATE)) < -100


def test_too_large_for_float32_is_infinite_and_refused_where_it_is_used() -> None:
    with pytest.raises(AudioError, match="NaN or infinite"):
        level(Sound.of([1e300, 0.0], RATE))


@pytest.mark.parametrize("value", [WAVE, [0.0], None, "song.wav"])
def test_functions_that_take_sounds_say_how_to_make_one(value: Any, tmp_path: Any) -> None:
    for use in (level, lambda it: waveforms([it]), lambda it: write(tmp_path / "a.wav", it)):
        with pytest.raises(AudioError, match=r"musicvae\.(Sound\.of|read)\("):
            use(value)


def test_pictures_take_one_sound_alone_and_none_that_is_not_finite() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert waveforms(Sound.of(WAVE, RATE)) is not None  # type: ignore[arg-type]
    with pytest.raises(AudioError, match="NaN"):
        waveforms([Sound.of([np.nan, 0.0], RATE)])
    usages: list[Any] = [["a"], [None], [1j], [np.nan]]
    for bad in usages:
        with pytest.raises(ValueError, match="latent usage"):
            latent_usage(bad)
