"""Defines the sample rate and channels of a model; needs no numpy, unlike :mod:`musicvae.audio`."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.errors import SettingError


@dataclass(frozen=True)
class AudioSpec:
    """The sample rate and the number of channels that a model works with.

    Attributes:
        sample_rate: in Hz, 1 000 to 192 000.
        channels: 1 or 2.

    Raises:
        SettingError: either is out of range.
    """

    sample_rate: int
    channels: int = 1

    def __post_init__(self) -> None:
        if not 1_000 <= self.sample_rate <= 192_000:
            raise SettingError(
                "the sample rate is out of range",
                expected="1000 to 192000 Hz",
                received=self.sample_rate,
            )
        if self.channels not in (1, 2):
            raise SettingError(
                "wrong number of channels", expected="1 or 2", received=self.channels
            )
