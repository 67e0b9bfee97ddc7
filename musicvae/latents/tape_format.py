"""What a tape says about itself, without reading its rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from musicvae.errors import TapeError
from musicvae.latents.tape import MAGIC, MAX_HEADER, checked_header

#: Of one number in a row, float16.
_WIDTH = 2


@dataclass(frozen=True)
class TapeHeader:
    """The numbers of a tape; they have the names of :class:`musicvae.latents.tape.Tape`.

    Attributes:
        steps: number of rows.
        latent_dim: D.
        sample_rate: in Hz.
        hop: samples per decoder frame.
        stride: frames for which each row is held.
        samples: length of the source.
        latent_space: 16 hex digits, or empty.
        source: where the sound came from, for people.
    """

    steps: int
    latent_dim: int
    sample_rate: int
    hop: int
    stride: int
    samples: int
    latent_space: str
    source: str

    @property
    def seconds(self) -> float:
        """Length of the source in seconds."""
        return self.samples / self.sample_rate


def read_header(path: Path) -> TapeHeader:
    """Read the first few hundred bytes of a tape.

    That the rows are as they were written is not looked at; ``Tape.load`` does.

    Raises:
        TapeError: it cannot be read, is no tape, or is longer or shorter than its header says.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC) + 4)
            length = int.from_bytes(start[len(MAGIC) :], "little")
            if not start.startswith(MAGIC) or not 2 <= length <= MAX_HEADER:
                raise TapeError(f"{path.name!r} is not a tape")
            text = file.read(length)
            size = path.stat().st_size
    except OSError as error:
        raise TapeError(f"cannot read {path.name!r}", received=f"{error}") from error
    try:
        header = TapeHeader(**checked_header(text))
    except TapeError as error:
        raise TapeError(f"{path.name!r} is damaged: {error.what}") from None
    if size != len(start) + length + _WIDTH * header.steps * header.latent_dim:
        raise TapeError(f"{path.name!r} is cut short, or too long for its header")
    return header
