"""The file format of tapes: a header and rows as bytes, and back, refusing what is damaged.

``docs/tape.md`` describes the file for people who write players.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicvae.errors import TapeError
from musicvae.files import open_regular, parse_json_object
from musicvae.latents.arrays import Latents

MAGIC = b"MVTAPE1\n"
#: The longest header and the largest file, in bytes: the latter holds hours of sound.
MAX_HEADER = 16_384
MAX_BYTES = 2**27
#: The longest ``source``, in characters, so that the header stays within its limit.
MAX_SOURCE = 1_000

#: Lowest and highest value of each whole number of the header.
_RANGES = {
    "steps": (1, 2**24),
    "latent_dim": (1, 4_096),
    "sample_rate": (1_000, 192_000),
    "hop": (1, 2**16),
    "stride": (1, 64),
    "samples": (1, 2**40),
}
#: Where the header's text begins: behind the magic and the four bytes of its length.
_START = len(MAGIC) + 4
#: The placeholder of the digest while the digest is computed.
_UNSIGNED = b"0" * 64
_NUMBER_BYTES = 2  # float16


@dataclass(frozen=True)
class TapeHeader:
    """Everything that a tape's file says except its rows.

    Attributes:
        steps: number of rows.
        latent_dim: D, latents in a row.
        sample_rate: sample rate of the decoder, in Hz.
        hop: samples per decoder frame.
        stride: decoder frames that each row lasts.
        samples: length of the source in samples at ``sample_rate``.
        latent_space: 16 hex digits that name the encoder and the basis, or empty.
        source: where the sound came from, for people; at most 1000 characters.

    Raises:
        TapeError: a value is out of range or of the wrong type.
    """

    steps: int
    latent_dim: int
    sample_rate: int
    hop: int
    stride: int
    samples: int
    latent_space: str
    source: str

    def __post_init__(self) -> None:
        for name, (lowest, highest) in _RANGES.items():
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not lowest <= value <= highest:
                raise TapeError(
                    f"{name} is out of range",
                    expected=f"{lowest} to {highest}",
                    received=f"{value!r:.40}",
                )
        most = self.steps * self.stride * self.hop
        if self.samples > most:
            raise TapeError(
                "the source is longer than its latents",
                expected=f"at most {most} samples",
                received=self.samples,
            )
        self._check_texts()

    def _check_texts(self) -> None:
        space, source = self.latent_space, self.source
        if not isinstance(space, str) or not re.fullmatch(r"(?:[0-9a-f]{16})?", space):
            raise TapeError(
                "latent_space is not an id",
                expected="16 hex digits, or nothing",
                received=f"{space!r:.40}",
            )
        if not isinstance(source, str) or len(source) > MAX_SOURCE:
            raise TapeError(
                "source is not a short text",
                expected=f"up to {MAX_SOURCE} characters",
                received=f"{source!r:.40}",
            )

    @property
    def seconds(self) -> float:
        """Length of the source in seconds."""
        return self.samples / self.sample_rate


def to_bytes(header: TapeHeader, rows: Latents) -> bytes:
    """The whole file, signed with its SHA-256.

    Args:
        header: with the number and the width of the rows.
        rows: standardised latents, float32 (steps, D), which float16 holds.
    """
    numbers = rows.astype("<f2").tobytes()
    values = dataclasses.asdict(header) | {"sha256": _UNSIGNED.decode("ascii")}
    text = json.dumps(values).encode("ascii")
    data = MAGIC + len(text).to_bytes(4, "little") + text + numbers
    place = data.rindex(_UNSIGNED, 0, _START + len(text))
    digest = hashlib.sha256(data).hexdigest().encode("ascii")
    return data[:place] + digest + data[place + len(digest) :]


def from_bytes(data: bytes) -> tuple[TapeHeader, Latents]:
    """The header and the rows of a whole file.

    Returns:
        The header, and standardised latents, float32 (steps, D), which may not be finite.

    Raises:
        TapeError: the bytes are not those of a tape, or not as they were written.
    """
    length = _header_length(data[:_START])
    if length > len(data) - _START:
        raise TapeError("its header is cut short", received=f"{len(data) - _START} bytes")
    values = _values(data[_START : _START + length])
    _check_digest(data, length, values.get("sha256"))
    header = _header(values)
    numbers = data[_START + length :]
    expected = _NUMBER_BYTES * header.steps * header.latent_dim
    if len(numbers) != expected:
        raise TapeError(
            "its rows do not fit its header",
            expected=f"{expected} bytes",
            received=f"{len(numbers)} bytes",
        )
    rows = np.frombuffer(numbers, "<f2").reshape(header.steps, header.latent_dim)
    return header, rows.astype(np.float32)


def read_header(path: Path) -> TapeHeader:
    """Read the header of a tape's file and none of its rows.

    Whether the rows are as they were written is not checked;
    :meth:`musicvae.latents.tape.Tape.load` does that.

    Raises:
        TapeError: the file cannot be read, is not a tape, or is longer or shorter than its header
            says.
    """
    try:
        with open_regular(path) as file:
            start = file.read(_START)
            text = file.read(MAX_HEADER)
            size = path.stat().st_size
    except OSError as error:
        raise TapeError(f"cannot read {path.name!r}", received=f"{error}") from error
    if not start.startswith(MAGIC):
        raise TapeError(f"{path.name!r} is not a tape")
    try:
        length = _header_length(start)
        header = _header(_values(text[:length]))
    except TapeError as error:
        raise TapeError(f"{path.name!r} is damaged: {error.what}") from None
    if size != _START + length + _NUMBER_BYTES * header.steps * header.latent_dim:
        raise TapeError(f"{path.name!r} is cut short, or too long for its header")
    return header


def _header_length(start: bytes) -> int:
    """Bytes of the header's text, from the first bytes of a file."""
    length = int.from_bytes(start[len(MAGIC) :], "little")
    if len(start) < _START or not 2 <= length <= MAX_HEADER:
        raise TapeError("its header is cut short, or too long", received=f"{length} bytes")
    return length


def _values(text: bytes) -> dict[str, object]:
    try:
        return parse_json_object(text, MAX_HEADER)
    except ValueError as error:
        raise TapeError(
            "its header cannot be read", expected="a JSON object", received=f"{error}"
        ) from None


def _header(values: dict[str, object]) -> TapeHeader:
    """The header with these values; other keys are for newer readers than this one."""
    known = {field.name: values.get(field.name) for field in dataclasses.fields(TapeHeader)}
    return TapeHeader(**known)  # type: ignore[arg-type]  # which it checks


def _check_digest(data: bytes, length: int, digest: object) -> None:
    """Refuse a file that is not as it was written.

    The digest is that of the file in which 64 zeros stand for the digest.
    """
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise TapeError("its header has no sha256", expected="64 hex digits")
    place = data.find(digest.encode("ascii"), _START, _START + length)
    if place < 0:
        raise TapeError("its header has no plain sha256", expected="64 hex digits")
    computed = hashlib.sha256(data[:place] + _UNSIGNED)
    computed.update(memoryview(data)[place + len(digest) :])
    if computed.hexdigest() != digest:
        raise TapeError("it was altered", expected=f"sha256 {digest[:16]}…", received="another")
