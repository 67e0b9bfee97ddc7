"""The file format of memories: a header and a packed body as bytes, and back.

``docs/memory.md`` describes the file for people who write players. Whatever the bytes are, reading
them takes little time, and no more memory than the header's limits allow.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.errors import MemoryBankError
from musicvae.files import open_regular, parse_json_object
from musicvae.text import printable

MAGIC = b"MVMEM01\n"
#: The longest header and the largest file, in bytes.
MAX_HEADER, MAX_BYTES = 2**18, 2**25
#: Steps · D at most: what an unpacked memory takes, in bytes.
MAX_NUMBERS = 2**25
MAX_PARTS = 2_000
#: Letters of a track's or style's name, and of the licence and the source.
MAX_NAME, MAX_TEXT = 80, 1_000
#: Marks a missing neighbour, so that there may be as many joints.
NONE = 0xFFFF
#: The steps before a moment that are compared: about a fifth of a second.
WINDOW = 8

#: Lowest and highest value of each whole number of the header.
_RANGES = {
    "steps": (4 * WINDOW, 2**24),
    "latent_dim": (1, 4_096),
    "joints": (2, NONE),
    "neighbours": (1, 64),
    "sample_rate": (1_000, 192_000),
    "hop": (1, 2**16),
    "stride": (1, 64),
}
_SCALES = (2**-10, 1.0)
#: Where the header's text begins: behind the magic and the four bytes of its length.
_START = len(MAGIC) + 4
#: The placeholder of the digest while the digest is computed.
_UNSIGNED = b"0" * 64


@dataclass(frozen=True)
class Part:
    """One encoded track of a memory, or an excerpt of it.

    Attributes:
        name: of the track, at most 80 characters.
        style: what kind of music it is, such as ``"jazz"``; at most 80 characters.
        steps: how many rows it has.
    """

    name: str
    style: str
    steps: int


@dataclass(frozen=True)
class MemoryHeader:
    """Everything that a memory's file says in plain text.

    Attributes:
        steps: rows of all parts together.
        latent_dim: D, latents in a row.
        joints: places at which one may leave or enter.
        neighbours: K, neighbours of a joint at most.
        scale: what 1 means in the rows, in standard deviations of a latent.
        sample_rate: sample rate of the decoder, in Hz.
        hop: samples per decoder frame.
        stride: decoder frames that each row lasts.
        latent_space: 16 hex digits that name the encoder and the basis, or empty.
        parts: the encoded tracks, in order.
        licence: of the music that it holds, as its owner states it; at most 1000 characters.
        source: where the music came from, for people; at most 1000 characters.

    Raises:
        MemoryBankError: a value is out of range or of the wrong type.
    """

    steps: int
    latent_dim: int
    joints: int
    neighbours: int
    scale: float
    sample_rate: int
    hop: int
    stride: int
    latent_space: str
    parts: tuple[Part, ...]
    licence: str = "unstated"
    source: str = ""

    def __post_init__(self) -> None:
        for name, limits in _RANGES.items():
            _check_range(name, getattr(self, name), *limits)
        _check_range("scale", self.scale, *_SCALES, whole=False)
        if self.steps * self.latent_dim > MAX_NUMBERS:
            raise _refused("it is too large", f"{MAX_NUMBERS} numbers", self.steps)
        if not isinstance(self.latent_space, str) or not re.fullmatch(
            r"(?:[0-9a-f]{16})?", self.latent_space
        ):
            raise _refused("latent_space is not an id", "16 hex digits, or nothing", "another")
        check_words(self.licence, self.source)
        if not 1 <= len(self.parts) <= MAX_PARTS:
            raise _refused("it has no parts, or too many", f"1 to {MAX_PARTS}", len(self.parts))
        for part in self.parts:
            _check_range("the length of a part", part.steps, WINDOW, 2**24)
            _check_text("the name of a part", part.name, MAX_NAME)
            _check_text("the style of a part", part.style, MAX_NAME)
        if sum(part.steps for part in self.parts) != self.steps:
            raise _refused("its parts do not fit its length", f"{self.steps} steps", "others")

    @property
    def seconds(self) -> float:
        """How long all parts last together."""
        return self.steps * self.hop * self.stride / self.sample_rate

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles of its parts, each once, in order."""
        return tuple(dict.fromkeys(part.style for part in self.parts))


@dataclass(frozen=True, eq=False)
class Body:
    """The arrays of a memory, as its file holds them.

    Attributes:
        codes: the latents in units of ``scale``, int8 (steps, D).
        joints: the step of each joint, rising, int32 (J,).
        onsets: whether something begins there, uint8 (J,), 0 or 1.
        phases: 0 where there is no pulse, else 1 + 254 · its place between two beats, uint8 (J,).
        neighbours: numbers of joints, the nearest first, uint16 (J, K); :data:`NONE` for none.
    """

    codes: NDArray[np.int8]
    joints: NDArray[np.int32]
    onsets: NDArray[np.uint8]
    phases: NDArray[np.uint8]
    neighbours: NDArray[np.uint16]


def check_words(licence: object, source: object) -> None:
    """Refuse what cannot stand in a header.

    Raises:
        MemoryBankError: one is no text, is too long, or has characters that steer a terminal.
    """
    _check_text("licence", licence, MAX_TEXT)
    _check_text("source", source, MAX_TEXT)


def to_bytes(header: MemoryHeader, body: Body) -> bytes:
    """The whole file, signed with its SHA-256.

    Args:
        header: that fits the body.
        body: the arrays.
    """
    moves = np.diff(body.codes.view(np.uint8), axis=0, prepend=np.uint8(0))
    rises = np.diff(body.joints.astype(np.uint32), prepend=np.uint32(0))
    arrays = (
        moves,  # smaller numbers than the rows, so that they pack better
        rises.astype("<u4"),
        body.onsets,
        body.phases,
        body.neighbours.astype("<u2"),
    )
    packed = zlib.compress(b"".join(array.tobytes() for array in arrays), 9)
    values: dict[str, Any] = dataclasses.asdict(header)
    values["parts"] = [[part.name, part.style, part.steps] for part in header.parts]
    text = json.dumps(values | {"sha256": _UNSIGNED.decode("ascii")}).encode("ascii")
    data = MAGIC + len(text).to_bytes(4, "little") + text + packed
    place = data.rindex(_UNSIGNED, 0, _START + len(text))
    digest = hashlib.sha256(data).hexdigest().encode("ascii")
    return data[:place] + digest + data[place + len(digest) :]


def from_bytes(data: bytes) -> tuple[MemoryHeader, Body]:
    """The header and the arrays of a whole file; what they say is not checked here.

    Raises:
        MemoryBankError: the bytes are not those of a memory, or not as they were written.
    """
    length = _header_length(data[:_START])
    if length > len(data) - _START:
        raise _refused("its header is cut short", f"{length} bytes", len(data) - _START)
    values = _values(data[_START : _START + length])
    _check_digest(data, length, values.get("sha256"))
    header = _header(values)
    count, ways = header.joints, header.neighbours
    sizes = (header.steps * header.latent_dim, 4 * count, count, count, 2 * count * ways)
    plain = _unpacked(memoryview(data)[_START + length :], sum(sizes))
    ends = np.cumsum(sizes)
    moves, rises, onsets, phases, near = (
        plain[end - size : end] for end, size in zip(ends, sizes, strict=True)
    )
    rows = np.frombuffer(moves, np.uint8).reshape(header.steps, header.latent_dim)
    codes = np.cumsum(rows, axis=0, dtype=np.uint8).view(np.int8)
    steps = np.cumsum(np.frombuffer(rises, "<u4"), dtype=np.int64)
    return header, Body(
        codes,
        np.minimum(steps, 2**31 - 1).astype(np.int32),
        np.frombuffer(onsets, np.uint8),
        np.frombuffer(phases, np.uint8),
        np.frombuffer(near, "<u2").astype(np.uint16).reshape(count, ways),
    )


def read_header(path: Path) -> MemoryHeader:
    """Read the header of a memory's file and nothing of its body.

    Raises:
        MemoryBankError: the file cannot be read, or is not a memory.
    """
    try:
        with open_regular(path) as file:
            start, text = file.read(_START), file.read(MAX_HEADER)
    except OSError as error:
        raise MemoryBankError(f"cannot read {path.name!r}", received=f"{error}") from error
    if not start.startswith(MAGIC):
        raise MemoryBankError(f"{path.name!r} is not a memory")
    try:
        return _header(_values(text[: _header_length(start)]))
    except MemoryBankError as error:
        raise MemoryBankError(f"{path.name!r} is damaged: {error.what}") from None


def _unpacked(packed: memoryview, size: int) -> memoryview:
    """The plain bytes of the body, which are exactly so many; no more are ever made."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, size + 1)
    except zlib.error as error:
        raise _refused("its body cannot be unpacked", "zlib", f"{error}") from None
    if len(plain) != size or not unpacker.eof or unpacker.unused_data:
        raise _refused("its body does not fit its header", f"{size} bytes", len(plain))
    return memoryview(plain)


def _header_length(start: bytes) -> int:
    length = int.from_bytes(start[len(MAGIC) :], "little")
    if len(start) < _START or not 2 <= length <= MAX_HEADER:
        raise _refused("its header is cut short, or too long", f"2 to {MAX_HEADER}", length)
    return length


def _values(text: bytes) -> dict[str, object]:
    try:
        return parse_json_object(text, MAX_HEADER, lists=MAX_PARTS + 8)
    except ValueError as error:
        raise _refused("its header cannot be read", "a JSON object", f"{error}") from None


def _header(values: dict[str, object]) -> MemoryHeader:
    """The header with these values; other keys are for newer readers than this one."""
    known = {field.name: values.get(field.name) for field in dataclasses.fields(MemoryHeader)}
    listed = known["parts"]
    if not isinstance(listed, list) or not all(
        isinstance(part, list) and len(part) == 3 for part in listed
    ):
        raise _refused("its parts are none", "lists of a name, a style and steps", "others")
    known["parts"] = tuple(Part(*part) for part in listed)
    return MemoryHeader(**known)  # type: ignore[arg-type]  # which it checks


def _check_digest(data: bytes, length: int, digest: object) -> None:
    """Refuse a file that is not as it was written; 64 zeros stand for the digest in it."""
    found = -1
    if isinstance(digest, str) and re.fullmatch(r"[0-9a-f]{64}", digest):
        found = data.find(digest.encode("ascii"), _START, _START + length)
    if found < 0:
        raise _refused("its header has no sha256", "64 hex digits", "another")
    computed = hashlib.sha256(data[:found] + _UNSIGNED)
    computed.update(memoryview(data)[found + 64 :])
    if computed.hexdigest() != digest:
        raise _refused("it was altered", f"sha256 {digest!s:.16}…", "another")


def _check_range(
    name: str, value: object, lowest: float, highest: float, *, whole: bool = True
) -> None:
    kinds = int if whole else (int, float)
    if not isinstance(value, kinds) or isinstance(value, bool) or not lowest <= value <= highest:
        raise _refused(f"{name} is out of range", f"{lowest:g} to {highest:g}", f"{value!r:.40}")


def _check_text(name: str, value: object, most: int) -> None:
    if not isinstance(value, str) or len(value) > most or printable(value) != value:
        raise _refused(
            f"{name} is not a short text", f"up to {most} printable characters", f"{value!a:.40}"
        )


def _refused(what: str, expected: str, received: object) -> MemoryBankError:
    return MemoryBankError(what, expected=expected, received=received)
