"""The options of the daemon, with their defaults and ranges."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from musicvae.errors import SettingError
from musicvae.live.engine.deck_addresses import GAIN_RANGE
from musicvae.live.outputs.output import DEFAULT_BLOCK, Output

DEFAULT_PORT = 7700
PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Options:
    """The options of ``musicvae live``.

    Attributes:
        output: ``None`` for the sound card, ``"null"`` for nowhere, a path for a WAV file, or an
            ``Output``.
        port: for UDP and TCP; 0 lets the system choose.
        bind: address of the interface to listen on.
        allow: hosts that may send, besides this machine.
        allow_quit: whether ``/quit`` ends the daemon.
        honour_timetags: whether bundles wait until they are due.
        gain_db: gain of both decks at the start in dB, -96 to 12.
        seconds: length after which the daemon ends by itself; ``None`` for no limit.
        rate: of the output in Hz; ``None`` is the sound card's own, or for a file the model's.
        channels: of the output, at most 64.
        device: name or number of a sound card; ``None`` is the system's default.
        block: sample frames that the device pulls at once, 16 to 8192.
        ahead_ms: milliseconds before the sound card pulls a block at which it must be ready, 1 to
            100; ``None`` is ``outputs.soundcard.DEFAULT_AHEAD_MS``.
        fast: render a file as fast as possible, not in real time.
        tapes: folder of tapes; ``None`` is the folder of the first model.
        presets: folder of presets; ``None`` is ``presets`` in the folder of the first model.
        takes: folder of recordings.
        record: name of a recording to begin with; empty for a name made of the time; ``None``
            records nothing.

    Raises:
        SettingError: a number is out of its range.
    """

    output: PathLike | Output | None = None
    port: int = DEFAULT_PORT
    bind: str = "127.0.0.1"
    allow: Sequence[str] = ()
    allow_quit: bool = False
    honour_timetags: bool = False
    gain_db: float = 0.0
    seconds: float | None = None
    rate: int | None = None
    channels: int = 2
    device: str | int | None = None
    block: int = DEFAULT_BLOCK
    ahead_ms: float | None = None
    fast: bool = False
    tapes: PathLike | None = None
    presets: PathLike | None = None
    takes: PathLike = field(default=Path("takes"))
    record: str | None = None

    def __post_init__(self) -> None:
        _check("gain", self.gain_db, *GAIN_RANGE)
        _check("length in seconds", 1.0 if self.seconds is None else self.seconds, 0.1, 1e6)
        _check("block", self.block, 16, 8192)
        _check("rate", 48_000 if self.rate is None else self.rate, 1_000, 192_000)
        _check("number of channels", self.channels, 1, 64)
        _check("time ahead in ms", 1 if self.ahead_ms is None else self.ahead_ms, 1, 100)

    def sound(self) -> dict[str, Any]:
        """The arguments of ``outputs.output.choose``."""
        names = ("rate", "channels", "device", "block", "fast")
        ahead = {} if self.ahead_ms is None else {"ahead_ms": self.ahead_ms}
        return {name: getattr(self, name) for name in names} | ahead


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # NaN is not
        raise SettingError(
            f"the {what} is out of range", expected=f"{low:g} to {high:g}", received=value
        )
