"""Refuses models whose sizes, each allowed, together take too much memory or too long a frame.

A description of a few hundred bytes may announce minutes of sound at 1 kHz, which become gigabytes
at the rate and with the channels of the engine. So what follows from the sizes is computed, and
bounded, before anything is decoded.
"""

from __future__ import annotations

from math import ceil

from musicvae.artifact import ArtifactInfo
from musicvae.errors import ArtifactError

#: Bytes of a decoded clip. A deck keeps up to four, and making one takes three times as much.
MOST_BYTES = 2**26
#: Bytes of the state of a stream, of which there are two, and of the sound of one frame.
MOST_STATE_BYTES = 2**26
#: Duration of one frame of a stream, in seconds: changes are heard with the next frame.
LONGEST_FRAME = 1.0
_FLOAT = 4  # bytes


def check_sizes(name: str, info: ArtifactInfo, sample_rate: int, channels: int) -> None:
    """Refuse a model that is too large for an engine.

    Args:
        name: name of the model.
        info: its description.
        sample_rate: of the engine, in Hz.
        channels: number of channels of the engine.

    Raises:
        ArtifactError: it is; says in numbers how large.
    """
    if info.kind == "clip":
        frames = ceil(info.samples * sample_rate / info.sample_rate)
        size = _FLOAT * max(info.samples * info.channels, frames * max(channels, info.channels))
        if size > MOST_BYTES:
            raise ArtifactError(
                f"the clips of {name!r} are too long to loop",
                expected=f"at most {_megabytes(MOST_BYTES)} a clip",
                received=f"{info.seconds:.1f} s, which are {_megabytes(size)} at {sample_rate} Hz "
                f"with {channels} channels",
            )
        return
    seconds = info.hop / info.sample_rate
    if seconds > LONGEST_FRAME:
        raise ArtifactError(
            f"a frame of {name!r} is too long to play live",
            expected=f"at most {LONGEST_FRAME:g} s",
            received=f"{info.hop} samples at {info.sample_rate} Hz, which are {seconds:.1f} s",
        )
    size = _FLOAT * info.state_size
    if size > MOST_STATE_BYTES:
        raise ArtifactError(
            f"the state of {name!r} is too large to play live",
            expected=f"at most {_megabytes(MOST_STATE_BYTES)}",
            received=f"{info.state_size} numbers, which are {_megabytes(size)}",
        )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
