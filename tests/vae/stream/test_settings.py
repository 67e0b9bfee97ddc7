"""Settings of the stream family: the lengths that follow, and refusals that tell what would do."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pytest

from musicvae.errors import SettingError
from musicvae.recipes import STREAM, STREAM44, STREAM_LL, Recipe
from musicvae.vae.stream.settings import StreamSettings, settings_of, transforms


def test_lengths_follow_from_window_hop_and_stride() -> None:
    settings = StreamSettings(fft=1024, hop=128, stride=3)
    assert settings.step == 384
    # A frame's window begins with the frame: its middle is late by half of what it is longer.
    assert settings.latency == 1024 / 2 - 128 / 2
    assert settings.delay == 2 * settings.latency


def test_dilations_double_up_to_16_and_begin_again() -> None:
    assert StreamSettings(blocks=7).dilations() == [1, 2, 4, 8, 16, 1, 2]


@pytest.mark.parametrize("rate", [16_000, 22_050, 32_000, 44_100, 48_000])
def test_transforms_last_about_as_long_at_any_rate(rate: int) -> None:
    sizes = transforms(rate)
    assert all(math.log2(size).is_integer() for size in sizes)
    for size, usual in zip(sizes, transforms(22_050), strict=True):
        assert 2**-0.5 <= (size / rate) / (usual / 22_050) <= 2**0.5


def test_an_unspecified_setting_has_its_default(small_recipe: Recipe) -> None:
    settings = settings_of(small_recipe)
    assert (settings.fft, settings.hop, settings.bands) == (256, 64, 20)
    assert settings.scale == StreamSettings().scale


def test_the_shipped_recipe_writes_its_defaults_down() -> None:
    defaults = asdict(StreamSettings())
    assert STREAM.model == {name: defaults[name] for name in STREAM.model}
    # They change the loss alone.
    others = {"flux_weight", "level_weight", "fluctuation_weight", "shortest", "energy"}
    assert set(defaults) - set(STREAM.model) == others


def test_a_latent_step_lasts_as_long_in_both_shipped_recipes() -> None:
    low, high = settings_of(STREAM), settings_of(STREAM44)
    assert low.step / STREAM.sample_rate == high.step / STREAM44.sample_rate


def test_the_windows_of_the_recipe_for_low_latency_take_less_than_6_ms() -> None:
    settings = settings_of(STREAM_LL)
    assert settings.hop == 128
    assert settings.delay / STREAM_LL.sample_rate <= 0.006
    assert (settings.step + settings.delay) / STREAM_LL.sample_rate < 0.010


@pytest.mark.parametrize(
    ("model", "what", "expected"),
    [
        ({"hop": 0}, "model.hop", "a whole number from 16"),
        ({"stride": 1.5}, "model.stride", "a whole number from 1"),
        ({"bands": -3}, "model.bands", "a whole number from 1"),
        ({"scale": 0.0}, "model.scale", "a number from 1e-06"),
        ({"scale": math.nan}, "model.scale", "a number from"),
        ({"flux_weight": -1.0}, "model.flux_weight", "a number from 0"),
        ({"fft": 512}, "model.fft", "256, 1024, 4096"),
        ({"hop": 96}, "overlap", "hop 128"),
        ({"hop": 256}, "overlap", "hop 128"),
        ({"depth": 3}, "no such setting", "width, hidden"),
    ],
)
def test_a_refusal_says_what_would_do(
    small_recipe: Recipe, model: dict[str, Any], what: str, expected: str
) -> None:
    recipe = small_recipe.with_settings(model=model)
    with pytest.raises(SettingError, match=what) as refused:
        settings_of(recipe)
    assert expected in str(refused.value.expected)
    assert str(next(iter(model.values()))) in str(refused.value)


@pytest.mark.parametrize("model", [{"flux_weight": 0}, {"mel_weight": 0.0}, {"scale": 1}])
def test_weights_may_be_0_and_whole(small_recipe: Recipe, model: dict[str, Any]) -> None:
    settings = settings_of(small_recipe.with_settings(model=model))
    assert model.items() <= asdict(settings).items()


@pytest.mark.parametrize("rate", [15_999, 48_001])
def test_rates_beyond_the_full_band_are_refused(small_recipe: Recipe, rate: int) -> None:
    with pytest.raises(SettingError, match="16000 to 48000"):
        settings_of(small_recipe.with_settings(sample_rate=rate))


def test_as_many_latents_as_can_be_played(small_recipe: Recipe) -> None:
    settings_of(small_recipe.with_settings(latent_dim=32))
    with pytest.raises(SettingError, match="1 to 32"):
        settings_of(small_recipe.with_settings(latent_dim=33))


@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("samples", [256, 1_000, 4_097, 20_001])
def test_the_length_that_a_hint_proposes_can_be_trained(
    small_recipe: Recipe, rate: int, samples: int
) -> None:
    recipe = small_recipe.with_settings(sample_rate=rate, samples=samples)
    with pytest.raises(SettingError, match="latent steps") as refused:
        settings_of(recipe)
    name, proposed = str(refused.value.hint).split("=")
    assert name == "samples"
    settings_of(recipe.with_settings(samples=int(proposed)))
