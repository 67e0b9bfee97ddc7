"""Reads and checks the settings of the stream family, and computes the lengths they imply."""

from __future__ import annotations

import math
from dataclasses import dataclass

from musicvae.errors import SettingError
from musicvae.recipes import Range, Recipe, read_settings, whole

#: The largest transform whose spectra the likelihood compares, in samples at 22 050 Hz.
_LONGEST = 2048


@dataclass(frozen=True)
class StreamSettings:
    """The settings in ``Recipe.model``.

    Attributes:
        width: numbers in a frame of the decoder.
        hidden: units inside the decoder's blocks.
        blocks: number of the decoder's blocks; their dilations are 1, 2, 4, 8, 16, and again.
        encoder_width: numbers in a frame of the encoder.
        encoder_blocks: number of the encoder's blocks at the frame rate, and at the step rate.
        fft: window of analysis and synthesis in samples; 256, 1024 or 4096.
        hop: samples per decoder frame; ``fft`` is twice as long or longer.
        stride: decoder frames per latent step; an encoded latent is repeated for as many frames.
        bands: number of mel bands that the encoder gets.
        scale: scale b of the likelihood; smaller asks for closer reconstructions, and costs KL.
        mel_weight: weight of the log-mel distance, where the STFT distance weighs 1.
        flux_weight: weight of the distance of log-mel changes from frame to frame; 0 omits it.
        level_weight: weight of the distance of the levels over the whole crop, in mel bands and as
            a whole; 0 omits it, and the sound is 1 to 2 dB too quiet where it is noisy.
        fluctuation_weight: weight of the distance of how much mel bands fluctuate within 0.2 s,
            over the whole crop; 0 omits it, and what fluctuates is smoother than the original.
        shortest: the shortest window in which the likelihood compares spectra, in samples at
            22 050 Hz: 512, 256, 128 or 64. It uses all from 2048 samples down to this one.
        energy: weight of the difference between two decodings of the same latents, from 0 to 1. 0
            decodes once and rewards the average sound; 1 is the spectral energy distance, which
            rewards sound that fluctuates as the original does. It costs twice the computing.
    """

    width: int = 160
    hidden: int = 320
    blocks: int = 5
    encoder_width: int = 192
    encoder_blocks: int = 3
    fft: int = 1024
    hop: int = 256
    stride: int = 2
    bands: int = 128
    scale: float = 0.15
    mel_weight: float = 2.0
    flux_weight: float = 0.0
    level_weight: float = 0.0
    fluctuation_weight: float = 0.0
    shortest: int = 512
    energy: float = 0.0

    @property
    def step(self) -> int:
        """Samples per latent step."""
        return self.hop * self.stride

    @property
    def latency(self) -> int:
        """Samples by which a decoder's sound lags behind its latents: (fft - hop) / 2.

        The window of a frame, ``fft`` samples, begins where the frame begins, so the middle of the
        window is that much later than the middle of the frame. An encoder adds the same latency.
        """
        return (self.fft - self.hop) // 2

    @property
    def delay(self) -> int:
        """Samples by which a sound lags after encoding and decoding: ``fft - hop``."""
        return 2 * self.latency

    def dilations(self) -> list[int]:
        """The dilation of each of the decoder's blocks, in frames."""
        return [2 ** (block % 5) for block in range(self.blocks)]


def transforms(sample_rate: int, shortest: int = 512) -> tuple[int, ...]:
    """Sizes of the likelihood's transforms in samples, about equally long in time at any rate.

    Args:
        sample_rate: in Hz.
        shortest: the first of them, in samples at 22 050 Hz; each further one is twice as long.
    """
    grow = 2.0 ** round(math.log2(sample_rate / 22_050))
    sizes = [shortest]
    while sizes[-1] < _LONGEST:
        sizes.append(2 * sizes[-1])
    return tuple(int(size * grow) for size in sizes)


#: The range of each setting.
_RANGES = {
    "width": whole(1, 4_096),
    "hidden": whole(1, 8_192),
    "blocks": whole(1, 64),
    "encoder_width": whole(1, 4_096),
    "encoder_blocks": whole(1, 8),
    "fft": whole(256, 4_096),
    "hop": whole(16, 1_024),
    "stride": whole(1, 64),
    "bands": whole(1, 1_024),
    "scale": Range(1e-6, 1e6),
    "mel_weight": Range(0, 1e6),
    "flux_weight": Range(0, 1e6),
    "level_weight": Range(0, 1e6),
    "fluctuation_weight": Range(0, 1e6),
    "shortest": whole(64, 512),
    "energy": Range(0, 1),
}


def settings_of(recipe: Recipe) -> StreamSettings:
    """The family's settings in ``recipe.model``, checked together with the recipe.

    Raises:
        SettingError: a setting that the family does not know, or a value it cannot work with.
    """
    settings = read_settings(StreamSettings, recipe, _RANGES)
    _check_lengths(recipe, settings)
    return settings


def check(recipe: Recipe) -> None:
    """Check a recipe of the stream family; raises ``SettingError`` as :func:`settings_of`."""
    settings_of(recipe)


def _check_lengths(recipe: Recipe, settings: StreamSettings) -> None:
    """Check the lengths of windows and crops, the number of latents, and the sample rate.

    Raises:
        SettingError: the family cannot work with one of them.
    """
    fft = settings.fft
    if fft not in (256, 1024, 4096):
        raise SettingError("model.fft cannot be used", expected="256, 1024, 4096", received=fft)
    if settings.fft % settings.hop or settings.fft < 2 * settings.hop:
        raise SettingError(
            "the windows of the synthesis do not overlap to a constant",
            expected=f"hop {settings.fft // 2}, or that divided by 2, 4, …",
            received=f"hop {settings.hop} with fft {settings.fft}",
        )
    if settings.shortest not in (64, 128, 256, 512):
        raise SettingError(
            "model.shortest cannot be used",
            expected="64, 128, 256, 512",
            received=settings.shortest,
        )
    if settings.bands > fft // 2:
        raise SettingError(
            "there are more bands than frequencies",
            expected=f"model.bands from 1 to {fft // 2}, half of model.fft",
            received=settings.bands,
        )
    if recipe.latent_dim > 32:
        raise SettingError(
            "a stream has few latents, each of which can be played",
            expected="latent_dim 1 to 32",
            received=recipe.latent_dim,
        )
    if not 16_000 <= recipe.sample_rate <= 48_000:
        raise SettingError(
            "the stream family is made for full-band sound",
            expected="sample_rate 16000 to 48000",
            received=recipe.sample_rate,
        )
    # Without the delay, a crop must be long enough for three frames of the largest transform.
    shortest = 3 * transforms(recipe.sample_rate)[-1] // 2 + settings.delay
    if recipe.samples % settings.step or recipe.samples < shortest:
        nearest = max(-(-shortest // settings.step), round(recipe.samples / settings.step))
        raise SettingError(
            "the crop's length does not divide into latent steps",
            expected=f"a multiple of {settings.step} samples, at least {shortest}",
            received=recipe.samples,
            hint=f"samples={nearest * settings.step}",
        )


def step_bytes(recipe: Recipe) -> float:
    """About how many bytes one training step needs besides its batch and TensorFlow itself.

    Measured steps of the shipped recipes, with batches of 2 to 16, need up to a tenth more.
    """
    s, channels, bins = settings_of(recipe), recipe.channels, settings_of(recipe).fft // 2
    decoder = s.blocks * 3 * s.width * s.hidden + 2 * s.width * bins * channels
    encoder = s.encoder_blocks * 12 * s.encoder_width**2 + s.stride * s.encoder_width**2
    # Numbers that are kept for the gradient: for each frame of the networks, and for each sample of
    # the spectra that the likelihood and the critics compare.
    frame: float = s.blocks * (3 * s.width + 2 * s.hidden) + 8 * bins * channels
    frame += s.encoder_blocks * 7 * s.encoder_width * (1 + 1 / s.stride)
    sample = (260 if recipe.adversarial else 60) * channels
    kept = recipe.samples * (frame / s.hop + sample) * (2 if s.energy else 1)
    # Weights, gradients, and Adam's two averages.
    return 4.0 * (4 * (decoder + encoder) + recipe.batch_size * kept)
