"""Defines what an output is, and chooses one: a sound card, a WAV file, or nowhere."""

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

#: Sample frames.
DEFAULT_BLOCK = 512

#: Fills a block, float32 (sample frames, channels).
Render = Callable[[Samples], None]


class Output(Protocol):
    """Renders blocks at its own pace, on its own thread, and plays or keeps them.

    Attributes:
        name: for people.
        sample_rate: in Hz.
        channels: number of channels of the blocks.
    """

    name: str
    sample_rate: int
    channels: int

    @property
    def block(self) -> int:
        """The usual length of the blocks, in sample frames."""

    @property
    def latency_ms(self) -> float:
        """Milliseconds from rendering to the ear, as far as it is known."""

    @property
    def queue_ms(self) -> float:
        """The part of :attr:`latency_ms` that waits for the device."""

    @property
    def underruns(self) -> int:
        """Number of late blocks."""

    @property
    def failure(self) -> DeviceError | None:
        """The reason why it stopped by itself; ``None`` while it has not."""

    def start(self, render: Render, frames: int | None = None) -> None:
        """Begin to render.

        Args:
            render: fills each block, float32 (sample frames, channels).
            frames: sample frames after which a file ends; ``None`` for no end.
        """

    def stop(self) -> None:
        """End, and close; safe to call twice."""

    @property
    def finished(self) -> bool:
        """Whether it has ended by itself: everything is rendered, or it failed."""


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
    microphone: str | None = None,
) -> Output:
    """The output that the options ask for.

    Args:
        out: ``None`` for the sound card, ``"null"`` for nowhere, else the path of a WAV file.
        model_rate: in Hz; the rate of a file or of nowhere, so that nothing must be resampled.
        rate: another rate in Hz, for all outputs.
        device: name or number of a sound card.
        block: sample frames that are rendered at once.
        fast: render a file as fast as possible, not in real time.
        channels: number of channels; a sound card with fewer gets as many as it has.
        ahead_ms: milliseconds before a sound card pulls a block at which it is ready.
        microphone: the input device that is heard; see ``SoundCard``.

    Raises:
        DeviceError: there is no such sound card, or the file cannot be created.
        SettingError: an option of a sound card is out of range.
    """
    if out is None:
        return Reconnecting(
            opener(
                device,
                ahead_ms=ahead_ms,
                sample_rate=rate,
                block=block,
                channels=channels,
                microphone=microphone,
            )
        )
    if os.fspath(out) == "null":
        return Null(rate or model_rate, channels, block=block, fast=fast)
    return WavFile(out, rate or model_rate, channels, block=block, fast=fast)


def opener(device: str | int | None, **options: Any) -> Open:
    """A function that opens a sound card, and later the same one again.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        **options: of ``SoundCard``.
    """

    def open_card() -> SoundCard:
        nonlocal device
        card = SoundCard(device, **options)
        # Numbers and the system's default change with every card that comes or goes.
        device = card.name
        if card.recorded is not None:
            options["microphone"] = card.name
        return card

    return open_card
