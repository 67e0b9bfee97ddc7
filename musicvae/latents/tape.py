"""Tapes: the latents of a sound in a small file, to be looped, scrubbed, stretched and bent.

``docs/tape.md`` describes the file for people who write players.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.errors import LatentError, TapeError
from musicvae.files import replacing

Latents = NDArray[np.float32]

MAGIC = b"MVTAPE1\n"
#: Bytes that the header may have, and the whole file: hours of sound.
MAX_HEADER = 16_384
MAX_BYTES = 2**27
#: Characters that ``source`` may have, so that the header stays within its limit.
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
_TEXTS = ("latent_space", "source")
_UNSIGNED = b"0" * 64
_COPY_AGAIN = "copy the file again, or make it again with `musicvae tape`"


@dataclass(frozen=True, eq=False)
class Tape:
    """A sequence of latents, and what is needed to play it.

    Two tapes are equal when all of their fields are.

    Attributes:
        latents: standardised, float32 (steps, D), rounded to what float16 holds, so that a tape
            sounds the same before and after it is saved; read-only.
        sample_rate: of the decoder, in Hz.
        hop: samples per decoder frame.
        stride: frames for which each row is held.
        samples: length of the source in samples at ``sample_rate``.
        latent_space: id of the encoder and basis (16 hex digits); a decoder of the same id gives
            the latents their meaning. Empty where it is not known.
        source: where the sound came from, for people; at most 1000 characters.

    Raises:
        TapeError: latents of the wrong shape, not finite, or beyond ±65504; a number out of range.
    """

    latents: Latents
    sample_rate: int
    hop: int
    stride: int
    samples: int
    latent_space: str = ""
    source: str = ""

    def check_space(self, latent_space: str) -> None:
        """Whether a decoder of this latent space gives the latents their meaning.

        Raises:
            LatentError: the tape was made with another encoder.
        """
        if self.latent_space != latent_space:
            raise LatentError(
                "this tape was made with another encoder, whose latents mean other things",
                expected=f"a tape of latent space {latent_space or 'unstated'}",
                received=f"latent space {self.latent_space or 'unstated'}",
                hint="make it again: musicvae tape RUN FILE -o NAME.tape",
            )

    def __post_init__(self) -> None:
        object.__setattr__(self, "latents", _rounded(self.latents))
        for name in ("sample_rate", "hop", "stride", "samples"):
            value = getattr(self, name)
            if isinstance(value, np.integer):
                object.__setattr__(self, name, int(value))
        _check(self._header())

    @property
    def steps(self) -> int:
        """Number of rows."""
        return len(self.latents)

    @property
    def latent_dim(self) -> int:
        """D, the width of a row."""
        return int(self.latents.shape[1])

    @property
    def seconds(self) -> float:
        """Length of the source in seconds."""
        return self.samples / self.sample_rate

    def frames(self) -> Latents:
        """One row for each decoder frame, float32 (steps · stride, D): each row held."""
        return np.repeat(self.latents, self.stride, axis=0)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, whole or not at all.

        Returns:
            The path written.
        """
        rows = self.latents.astype("<f2").tobytes()
        header = json.dumps(self._header() | {"sha256": _UNSIGNED.decode()}).encode("ascii")
        data = MAGIC + len(header).to_bytes(4, "little") + header + rows
        place = data.rindex(_UNSIGNED, 0, len(data) - len(rows))
        digest = hashlib.sha256(data).hexdigest().encode("ascii")
        with replacing(path) as temporary:
            temporary.write_bytes(data[:place] + digest + data[place + len(digest) :])
        return Path(path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Tape:
        """Read a file that :meth:`save` or somebody else wrote.

        Raises:
            TapeError: there is no such file, it is no tape, or it is damaged.
        """
        name = Path(path).name
        data = _read(Path(path))
        if not data.startswith(MAGIC):
            raise TapeError(
                f"{name!r} is not a tape",
                expected=f"a file that begins with {MAGIC!r}",
                received=repr(data[: len(MAGIC)]),
            )
        try:
            header, rows = _parsed(data)
            return cls(rows, **header)
        except TapeError as error:
            raise TapeError(
                f"{name!r} is damaged: {error.what}",
                expected=error.expected,
                received=error.received,
                hint=_COPY_AGAIN,
            ) from None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tape):
            return NotImplemented
        same = np.array_equal(self.latents, other.latents)
        return bool(same) and self._header() == other._header()

    def __hash__(self) -> int:
        return hash((self.steps, self.samples, self.latent_space, self.source))

    def __repr__(self) -> str:
        return (
            f"Tape({self.source!r}, {self.seconds:.2f} s, {self.steps} steps of "
            f"{self.latent_dim} latents, {self.sample_rate} Hz)"
        )

    def _header(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*_RANGES, *_TEXTS)}


def _rounded(latents: ArrayLike) -> Latents:
    """A read-only copy with values that float16 holds exactly."""
    try:
        with np.errstate(over="ignore"):
            rows = np.array(latents, np.float32).astype(np.float16).astype(np.float32)
    except (TypeError, ValueError) as error:
        raise TapeError("latents must be numbers", received=f"{error}") from None
    if rows.ndim != 2 or not rows.size:
        raise TapeError(
            "latents of the wrong shape", expected="(steps, D)", received=f"shape {rows.shape}"
        )
    if not np.isfinite(rows).all():
        raise TapeError(
            "latents that a tape cannot hold", expected="finite numbers from -65504 to 65504"
        )
    rows.flags.writeable = False
    return rows


def _check(header: dict[str, Any]) -> None:
    """Refuse a header that cannot be true."""
    for name, (lowest, highest) in _RANGES.items():
        value = header.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise TapeError(
                f"{name} is out of range",
                expected=f"{lowest} to {highest}",
                received=f"{value!r:.40}",
            )
    most = header["steps"] * header["stride"] * header["hop"]
    if header["samples"] > most:
        raise TapeError(
            "a source longer than its latents",
            expected=f"at most {most} samples",
            received=header["samples"],
        )
    space, source = (header.get(name) for name in _TEXTS)
    if not isinstance(space, str) or not re.fullmatch(r"(?:[0-9a-f]{16})?", space):
        raise TapeError(
            "latent_space is no id", expected="16 hex digits, or nothing", received=f"{space!r:.40}"
        )
    if not isinstance(source, str) or len(source) > MAX_SOURCE:
        raise TapeError(
            "source is no short text",
            expected=f"up to {MAX_SOURCE} characters",
            received=f"{source!r:.40}",
        )


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise TapeError(f"there is no file {str(path)!r}", expected="the path of a tape")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise TapeError(f"cannot read {str(path)!r}", received=f"{error}") from error
    if len(data) > MAX_BYTES:
        raise TapeError(f"{path.name!r} is too large", expected=f"at most {MAX_BYTES} bytes")
    return data


def _parsed(data: bytes) -> tuple[dict[str, Any], Latents]:
    """The fields of a tape's header that :class:`Tape` takes, and its rows."""
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    if len(data) < start or not 2 <= length <= min(MAX_HEADER, len(data) - start):
        raise TapeError("its header is cut short, or too long", received=f"{length} bytes")
    header = _object(data[start : start + length])
    _check_digest(data, start, length, header.get("sha256"))
    known = checked_header(header)
    steps, width = known.pop("steps"), known.pop("latent_dim")
    rows = data[start + length :]
    if len(rows) != 2 * steps * width:
        raise TapeError(
            "its rows do not fit its header",
            expected=f"{2 * steps * width} bytes",
            received=f"{len(rows)} bytes",
        )
    return known, np.frombuffer(rows, "<f2").reshape(steps, width).astype(np.float32)


def checked_header(header: bytes | dict[str, Any]) -> dict[str, Any]:
    """The fields of a tape's header, from its bytes or as they were parsed.

    Raises:
        TapeError: it cannot be read, or holds what cannot be true.
    """
    values = _object(header) if isinstance(header, bytes) else header
    _check(values)
    return {name: values[name] for name in (*_RANGES, *_TEXTS)}


def _object(header: bytes) -> dict[str, Any]:
    try:
        values = json.loads(header.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # the latter for thousands of brackets
        raise TapeError("its header cannot be read", expected="JSON", received=f"{error}") from None
    if not isinstance(values, dict):
        raise TapeError("its header is not a JSON object", received=type(values).__name__)
    return values


def _check_digest(data: bytes, start: int, length: int, digest: Any) -> None:
    """Refuse a file that is not as it was written: the digest is that of itself being zeros."""
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise TapeError("its header has no sha256", expected="64 hex digits")
    place = data.find(digest.encode("ascii"), start, start + length)
    if place < 0:
        raise TapeError("its header has no plain sha256", expected="64 hex digits")
    summed = hashlib.sha256(data[:place] + _UNSIGNED)
    summed.update(memoryview(data)[place + len(digest) :])
    if summed.hexdigest() != digest:
        raise TapeError("it was altered", expected=f"sha256 {digest[:16]}…", received="another")
