"""The options of the daemon, with their defaults and ranges."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicvae.errors import SettingError
from musicvae.live.limits import BLOCK_RANGE, DECKS_RANGE, DEFAULT_DECKS, GAIN_RANGE, SOURCES
from musicvae.recipes.ranges import Range, whole

if TYPE_CHECKING:  # every command line imports this module; numpy would slow each of them down
    from musicvae.live.inputs.input import Input
    from musicvae.live.outputs.output import Output

DEFAULT_PORT = 7700
PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Options:
    """The options of ``musicvae live``.

    Attributes:
        output: ``None`` for the sound card, ``"null"`` for nowhere, a path for a WAV file, or an
            ``Output``.
        port: for UDP and TCP; 0 lets the system choose.
        bind: address of the interface to listen on; with 127.0.0.1 also ::1, which ``localhost``
            may mean, where there is IPv6.
        allow: hosts that may send, besides this machine.
        allow_quit: whether ``/quit`` ends the daemon.
        front: whether the sockets are in a process of their own; on Windows they never are.
        honour_timetags: whether bundles wait until they are due.
        decks: how many there are, 1 to 26, called a, b, c and so on.
        gain_db: gain of all decks at the start in dB, -96 to 12.
        source: what a stream plays until it is told something else: ``"auto"``, the input where
            there is one, else its memory, else its prior, else a walk; ``"input"``, ``"memory"``,
            ``"prior"``, ``"walk"`` or ``"held"``.
        seconds: length after which the daemon ends by itself; ``None`` for no limit.
        rate: sample rate of the output in Hz; ``None`` is that of the sound card, or for a file
            that of the model.
        channels: number of channels of the output, at most 64.
        device: name or number of a sound card; ``None`` is the system's default.
        input: what the decks hear: a sound file, the name or number of a device, ``""`` for the
            system's default one, or an ``Input``; ``None`` for nothing.
        loop: whether a file that is heard begins again at its end.
        block: sample frames that the device pulls at once, 16 to 8192.
        ahead_ms: milliseconds before the sound card pulls a block at which it must be ready, 1 to
            100; ``None`` is ``outputs.soundcard.DEFAULT_AHEAD_MS``.
        fast: render a file as fast as possible, not in real time.
        allow_slow: play models that cannot be decoded in time, too.
        tapes: folder of tapes; ``None`` is the folder of the first model.
        presets: folder of presets; ``None`` is ``presets`` in the folder of the first model.
        takes: folder of recordings.
        record: name of a recording to begin with; empty for a name made of the time; ``None``
            records nothing.

    Raises:
        SettingError: a number is out of its range.
    """

    # The metadata of a field are its option on the command line; see musicvae/cli/options.py.
    output: PathLike | Output | None = field(
        default=None,
        metadata={
            "name": "out",
            "group": "sound",
            "metavar": "FILE",
            "help": "record to a WAV file instead of the sound card (overwritten where it exists); "
            "'null' drops the sound",
        },
    )
    device: str | int | None = field(
        default=None,
        metadata={
            "group": "sound",
            "metavar": "NAME",
            "help": "sound card: its number or a part of its name",
        },
    )
    input: PathLike | Input | None = field(
        default=None,
        metadata={
            "group": "sound",
            "nargs": "?",
            "const": "",
            "metavar": "WHAT",
            "help": "play the model with a sound: that of the default microphone or interface, of "
            "one with this number or a part of this name, or of a file as if it were live",
        },
    )
    loop: bool = field(
        default=False,
        metadata={
            "group": "sound",
            "help": "with --input FILE: begin again at its end",
        },
    )
    rate: int | None = field(
        default=None,
        metadata={
            "group": "sound",
            "type": int,
            "metavar": "HZ",
            "help": "sample rate (default: the sound card's own, or the model's for a file)",
        },
    )
    block: int = field(
        default=512,
        metadata={
            "group": "sound",
            "type": int,
            "metavar": "FRAMES",
            "help": "sample frames per block (default: %(default)s)",
        },
    )
    ahead_ms: float | None = field(
        default=None,
        metadata={
            "name": "ahead",
            "group": "sound",
            "type": float,
            "metavar": "MS",
            "help": "a block is ready this long before the device pulls it (default: 2.5): less is "
            "quicker, more is safer",
        },
    )
    channels: int = field(
        default=2,
        metadata={
            "group": "sound",
            "type": int,
            "metavar": "N",
            "help": "channels of the output (default: %(default)s)",
        },
    )
    record: str | None = field(
        default=None,
        metadata={
            "group": "sound",
            "nargs": "?",
            "const": "",
            "metavar": "NAME",
            "help": "record from the beginning, with a score that `musicvae render` plays again",
        },
    )
    decks: int = field(
        default=DEFAULT_DECKS,
        metadata={
            "group": "sound",
            "type": int,
            "metavar": "N",
            "help": "how many decks there are, called a, b, c and so on (default: %(default)s); "
            "those from c on wait for /deck/c/play 1",
        },
    )
    gain_db: float = field(
        default=0.0,
        metadata={
            "name": "gain",
            "group": "sound",
            "type": float,
            "metavar": "DB",
            "help": "gain at the start (default: %(default)g)",
        },
    )
    source: str = field(
        default="auto",
        metadata={
            "group": "sound",
            "metavar": "WHAT",
            "help": "what a stream plays until it is told something else: input, memory, prior, "
            "walk, held (it waits for latents), or auto: the input where there is one, else its "
            "memory, else its prior, else a walk (default: auto)",
        },
    )
    fast: bool = field(
        default=False,
        metadata={
            "group": "sound",
            "help": "with --out: as fast as possible, not in real time",
        },
    )
    allow_slow: bool = field(
        default=False,
        metadata={
            "group": "sound",
            "help": "play models that this machine is too slow for, with gaps",
        },
    )
    port: int = field(
        default=DEFAULT_PORT,
        metadata={
            "group": "network",
            "type": int,
            "help": "UDP and TCP port; 0 takes any free one (default: %(default)s)",
        },
    )
    bind: str = field(
        default="127.0.0.1",
        metadata={
            "group": "network",
            "metavar": "ADDRESS",
            "help": "address to listen on (default: %(default)s, and ::1)",
        },
    )
    allow: Sequence[str] = field(
        default=(),
        metadata={
            "group": "network",
            "metavar": "HOST",
            "help": "host or network that may send packets, besides this machine; may be repeated",
        },
    )
    allow_quit: bool = field(
        default=False,
        metadata={
            "group": "network",
            "help": "let /quit from this machine end the daemon",
        },
    )
    front: bool = field(
        default=True,
        metadata={
            "name": "one-process",
            "group": "network",
            "action": "store_false",
            "help": "have sound and sockets in one process, which nothing begins again",
        },
    )
    honour_timetags: bool = field(
        default=False,
        metadata={
            "group": "network",
            "help": "let bundles wait until their time tag is due, as SuperCollider expects",
        },
    )
    tapes: PathLike | None = field(
        default=None,
        metadata={
            "group": "folders",
            "metavar": "FOLDER",
            "help": "folder of tapes (default: that of the first artifact; of a ready model, here)",
        },
    )
    presets: PathLike | None = field(
        default=None,
        metadata={
            "group": "folders",
            "metavar": "FOLDER",
            "help": "folder of presets (default: presets, beside the first artifact; of a ready "
            "model, here)",
        },
    )
    takes: PathLike = field(
        default=Path("takes"),
        metadata={
            "group": "folders",
            "metavar": "FOLDER",
            "help": "folder of recordings (default: %(default)s)",
        },
    )
    seconds: float | None = field(
        default=None,
        metadata={
            "type": float,
            "metavar": "S",
            "help": "fade out and end after this time",
        },
    )

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise SettingError(
                "the decks cannot begin so", expected=", ".join(SOURCES), received=self.source
            )
        whole(*DECKS_RANGE).check("the number of decks", self.decks)
        Range(*GAIN_RANGE).check("the gain", self.gain_db)
        Range(0.1, 1e6).check("the length in seconds", 1 if self.seconds is None else self.seconds)
        whole(*BLOCK_RANGE).check("the block", self.block)
        whole(1_000, 192_000).check("the rate", 48_000 if self.rate is None else self.rate)
        whole(1, 64).check("the number of channels", self.channels)
        Range(1, 100).check("the time ahead in ms", 1 if self.ahead_ms is None else self.ahead_ms)

    def sound(self) -> dict[str, Any]:
        """The arguments of ``outputs.output.choose``."""
        names = ("rate", "channels", "device", "block", "fast", "microphone")
        ahead = {} if self.ahead_ms is None else {"ahead_ms": self.ahead_ms}
        return {name: getattr(self, name) for name in names} | ahead

    @property
    def microphone(self) -> str | None:
        """The device that is heard, empty for the system's default one; ``None`` for none."""
        from musicvae.live.inputs.choosing import is_file

        wanted = self.input
        return wanted if isinstance(wanted, str) and not is_file(wanted) else None
