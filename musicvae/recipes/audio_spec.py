"""Defines the sample rate and channels of a model; needs no numpy, unlike :mod:`musicvae.audio`."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.recipes.ranges import whole

#: Sample rates in Hz, and numbers of channels.
RATES, CHANNELS = whole(1_000, 192_000), whole(1, 2)


@dataclass(frozen=True)
class AudioSpec:
    """The sample rate and the number of channels that a model works with.

    Attributes:
        sample_rate: in Hz, 1 000 to 192 000.
        channels: 1 or 2.

    Raises:
        SettingError: either is no whole number, or out of range.
    """

    sample_rate: int
    channels: int = 1

    def __post_init__(self) -> None:
        rate = RATES.check("sample_rate", self.sample_rate)
        object.__setattr__(self, "sample_rate", rate)
        object.__setattr__(self, "channels", CHANNELS.check("channels", self.channels))
