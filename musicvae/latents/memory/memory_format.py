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
from musicvae.latents.memory.memory_header import (
    MAX_ATTRIBUTES,
    MAX_PARTS,
    MemoryHeader,
    Part,
    Scale,
    refused,
)

MAGIC = b"MVMEM01\n"
#: The longest header and the largest file, in bytes.
MAX_HEADER, MAX_BYTES = 2**18, 2**25
#: Where the header's text begins: behind the magic and the four bytes of its length.
_START = len(MAGIC) + 4
#: The placeholder of the digest while the digest is computed.
_UNSIGNED = b"0" * 64


@dataclass(frozen=True, eq=False)
class Body:
    """The arrays of a memory, as its file holds them.

    Attributes:
        codes: the latents in units of ``scale``, int8 (steps, D).
        joints: the step of each joint, rising, int32 (J,).
        onsets: whether something begins there, uint8 (J,), 0 or 1.
        phases: 0 where there is no pulse, else 1 + 254 · its place between two beats, uint8 (J,).
        neighbours: numbers of joints, the nearest first, uint16 (J, K); :data:`NONE` for none.
        measured: each attribute of the sound between this joint and the next, uint8 (J, A).
    """

    codes: NDArray[np.int8]
    joints: NDArray[np.int32]
    onsets: NDArray[np.uint8]
    phases: NDArray[np.uint8]
    neighbours: NDArray[np.uint16]
    measured: NDArray[np.uint8]


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
        body.measured,
    )
    packed = zlib.compress(b"".join(array.tobytes() for array in arrays), 9)
    values: dict[str, Any] = dataclasses.asdict(header)
    values["parts"] = [[part.name, part.style, part.steps] for part in header.parts]
    values["attributes"] = [[scale.name, scale.low, scale.high] for scale in header.attributes]
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
        raise refused("its header is cut short", f"{length} bytes", len(data) - _START)
    values = _values(data[_START : _START + length])
    _check_digest(data, length, values.get("sha256"))
    header = _header(values)
    count, ways, width = header.joints, header.neighbours, len(header.attributes)
    sizes = (
        header.steps * header.latent_dim, 4 * count, count, count, 2 * count * ways, count * width
    )  # fmt: skip
    plain = _unpacked(memoryview(data)[_START + length :], sum(sizes))
    ends = np.cumsum(sizes)
    moves, rises, onsets, phases, near, measured = (
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
        np.frombuffer(measured, np.uint8).reshape(count, width),
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
        raise refused("its body cannot be unpacked", "zlib", f"{error}") from None
    if len(plain) != size or not unpacker.eof or unpacker.unused_data:
        raise refused("its body does not fit its header", f"{size} bytes", len(plain))
    return memoryview(plain)


def _header_length(start: bytes) -> int:
    length = int.from_bytes(start[len(MAGIC) :], "little")
    if len(start) < _START or not 2 <= length <= MAX_HEADER:
        raise refused("its header is cut short, or too long", f"2 to {MAX_HEADER}", length)
    return length


def _values(text: bytes) -> dict[str, object]:
    try:
        return parse_json_object(text, MAX_HEADER, lists=MAX_PARTS + MAX_ATTRIBUTES + 8)
    except ValueError as error:
        raise refused("its header cannot be read", "a JSON object", f"{error}") from None


def _header(values: dict[str, object]) -> MemoryHeader:
    """The header with these values; other keys are for newer readers than this one."""
    known = {field.name: values.get(field.name) for field in dataclasses.fields(MemoryHeader)}
    known["parts"] = tuple(Part(*part) for part in _threes(known["parts"], "parts"))
    scales = _threes(values.get("attributes", []), "attributes")
    known["attributes"] = tuple(Scale(*scale) for scale in scales)
    return MemoryHeader(**known)  # type: ignore[arg-type]  # which it checks


def _threes(listed: object, what: str) -> list[list[Any]]:
    """A list of lists of three."""
    if not isinstance(listed, list) or not all(
        isinstance(one, list) and len(one) == 3 for one in listed
    ):
        raise refused(f"its {what} are none", "a list of lists of three", "others")
    return listed


def _check_digest(data: bytes, length: int, digest: object) -> None:
    """Refuse a file that is not as it was written; 64 zeros stand for the digest in it."""
    found = -1
    if isinstance(digest, str) and re.fullmatch(r"[0-9a-f]{64}", digest):
        found = data.find(digest.encode("ascii"), _START, _START + length)
    if found < 0:
        raise refused("its header has no sha256", "64 hex digits", "another")
    computed = hashlib.sha256(data[:found] + _UNSIGNED)
    computed.update(memoryview(data)[found + 64 :])
    if computed.hexdigest() != digest:
        raise refused("it was altered", f"sha256 {digest!s:.16}…", "another")
