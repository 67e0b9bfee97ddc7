"""Where the sound goes: a sound card, a WAV file, or nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.outputs.clocked import Null as Null
from musicvae.live.outputs.clocked import WavFile as WavFile
from musicvae.live.outputs.reconnecting import Open, Reconnecting
from musicvae.live.outputs.soundcard import DEFAULT_AHEAD_MS
from musicvae.live.outputs.soundcard import SoundCard as SoundCard
from musicvae.live.outputs.soundcard import list_devices as list_devices

DEFAULT_BLOCK = 512

#: Fills a block, float32 of shape (frames, channels).
Render = Callable[[Samples], None]


class Output(Protocol):
    """Asks for blocks at its own pace, on its own thread.

    Attributes:
        name: for people.
        sample_rate: in Hz.
        channels: of the blocks it asks for.
    """

    name: str
    sample_rate: int
    channels: int

    @property
    def block(self) -> int:
        """The usual length of the blocks it asks for, in frames."""

    @property
    def latency_ms(self) -> float:
        """From a rendered block to the ear, as far as it knows."""

    @property
    def queue_ms(self) -> float:
        """The part of it that waits for the device."""

    @property
    def underruns(self) -> int:
        """How often a block came too late."""

    @property
    def failure(self) -> DeviceError | None:
        """Why it stopped by itself, or ``None``."""

    def start(self, render: Render, frames: int | None = None) -> None:
        """Begin; with ``frames``, a file ends after exactly so many."""

    def stop(self) -> None:
        """End; safe to call twice."""

    @property
    def finished(self) -> bool:
        """Whether it has ended by itself: all frames are out, or it failed."""


def choose(
    out: str | os.PathLike[str] | None,
    model_rate: int,
    *,
    rate: int | None = None,
    device: str | int | None = None,
    block: int = DEFAULT_BLOCK,
    fast: bool = False,
    channels: int = 2,
    ahead_ms: float = DEFAULT_AHEAD_MS,
) -> Output:
    """The output that the options ask for.

    Args:
        out: ``None`` for the sound card, ``"null"`` for nowhere, else the path of a WAV file.
        model_rate: in Hz; files and nowhere run at it, so that nothing need be resampled.
        rate: in Hz, to run at another one.
        device: name or number of a sound card.
        block: frames at once.
        fast: render a file as fast as possible, not in real time.
        channels: of the output; a sound card with fewer gets what it has.
        ahead_ms: how long before a sound card wants a block it is ready.

    Raises:
        DeviceError: there is no such sound card, or the file cannot be created.
        SettingError: an option of a sound card is out of range.
    """
    if out is None:
        options = {"sample_rate": rate, "block": block, "channels": channels}
        return Reconnecting(opener(device, ahead_ms=ahead_ms, **options))
    if os.fspath(out) == "null":
        return Null(rate or model_rate, channels, block=block, fast=fast)
    return WavFile(out, rate or model_rate, channels, block=block, fast=fast)


def opener(device: str | int | None, **options: Any) -> Open:
    """Opens a sound card, and the same one again when it was lost.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        **options: of ``SoundCard``.
    """

    def open_card() -> SoundCard:
        nonlocal device
        card = SoundCard(device, **options)
        # Numbers and the system's default change with every card that comes or goes.
        device = card.name
        return card

    return open_card
