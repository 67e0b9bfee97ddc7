"""Reads and checks an exported ``.onnx`` file without trusting it, and without onnx or onnxruntime.

Before any library gets it, a file is refused that musicvae did not export, that is damaged or from
a newer musicvae, or that asks for something that could read other files or run other code.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from musicvae.artifact.info import METADATA_KEY, ArtifactInfo
from musicvae.artifact.parsing import MAX_DESCRIPTION, parse_info
from musicvae.artifact.protobuf import WireError
from musicvae.artifact.structure import Structure, looks_like_onnx, read_structure
from musicvae.errors import (
    ArtifactError,
    CorruptArtifactError,
    ForeignArtifactError,
    UnsafeArtifactError,
)
from musicvae.files import open_regular
from musicvae.paths import input_file

#: The largest file in bytes: twenty times the largest that a recipe makes.
MAX_BYTES = 2**29
#: Bytes that tell whether a file may be ONNX.
_START = 8

#: Domains of the operators that a graph may use: ONNX's own, under both of its names.
DOMAINS = frozenset({"", "ai.onnx"})
#: Operators of ONNX's own that give other results each time. (Dropout does so in training alone,
#: and does nothing otherwise.)
RANDOM = frozenset(
    (
        *("Bernoulli", "Dropout", "Multinomial"),
        *("RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"),
    )
)

_EXPORT_AGAIN = "copy the file again, or export it again with `musicvae export`"


def read_info(path: str | os.PathLike[str]) -> ArtifactInfo:
    """Read an artifact's description, after all checks of the file.

    Raises:
        ForeignArtifactError: not an ONNX file, or not one that musicvae exported.
        CorruptArtifactError: empty, truncated, or altered since it was exported.
        ArtifactSchemaError: written by a newer musicvae.
        UnsafeArtifactError: it asks for external data or custom operators.
        ArtifactError: there is no such file, it cannot be read, or it is too large.
    """
    return load(path)[1]


def inspect(path: str | os.PathLike[str]) -> ArtifactInfo:
    """Read an artifact's description: :func:`read_info` by a shorter name.

    Raises:
        ArtifactError: as :func:`read_info`.
    """
    return read_info(path)


def load(path: str | os.PathLike[str]) -> tuple[bytes, ArtifactInfo]:
    """Read an artifact once: the bytes that were checked, and the description in them.

    Raises:
        ArtifactError: as :func:`read_info`.
    """
    file = _file(path)
    data = _read_bytes(file)
    return data, check(data, file.name)


def check(data: bytes, name: str = "artifact") -> ArtifactInfo:
    """Check an artifact that is in memory, and return its description.

    Args:
        data: the whole file.
        name: name of the file, for messages.

    Raises:
        ArtifactError: as :func:`read_info`.
    """
    structure = _structure(data, name)
    _refuse_unsafe(structure, name)
    info = parse_info(_description(data, structure, name))
    digest = _digest(data, structure)
    if info.graph_sha256 and info.graph_sha256 != digest:
        raise CorruptArtifactError(
            f"{name!r} was altered or damaged since it was exported",
            expected=f"a graph with SHA-256 {info.graph_sha256[:16]}…",
            received=f"{digest[:16]}…",
            hint=_EXPORT_AGAIN,
        )
    return info


def graph_digest(source: bytes | str | os.PathLike[str]) -> str:
    """SHA-256 of an ONNX file's graph, as 64 hex digits.

    The digest covers field 7 of the file's ``ModelProto``, the graph, without its tag and length.
    The other fields, such as the metadata with this digest, are not part of it.

    Args:
        source: the file's bytes or its path.

    Raises:
        ArtifactError: it is not a whole ONNX file.
    """
    name = "the model" if isinstance(source, bytes) else Path(source).name
    data = source if isinstance(source, bytes) else _read_bytes(_file(source))
    return _digest(data, _structure(data, name))


def _file(path: str | os.PathLike[str]) -> Path:
    return input_file(path, "an .onnx file", ArtifactError)


def _read_bytes(path: Path) -> bytes:
    # Read, not mapped: a mapped file that is truncated meanwhile kills the whole process.
    try:
        with open_regular(path) as file:
            if start := file.read(_START):
                _check_start(start, path.name)  # before anything else of a large file is read
            file.seek(0)
            data = file.read(_room(file, path.name))
    except OSError as error:
        raise ArtifactError(f"cannot read {str(path)!r}", received=str(error)) from error
    if not data:
        raise CorruptArtifactError(f"{path.name!r} is empty", hint=_EXPORT_AGAIN)
    return data


def _room(file: BinaryIO, name: str) -> int:
    """Bytes of a file as it is now; one that grows meanwhile is read up to there.

    Raises:
        ArtifactError: it is larger than an artifact may be.
    """
    size = os.fstat(file.fileno()).st_size
    if size > MAX_BYTES:
        raise ArtifactError(
            f"{name!r} is too large",
            expected=f"at most {MAX_BYTES // 2**20} MiB",
            received=f"{size} bytes",
        )
    return size


def _check_start(start: bytes, name: str) -> None:
    if not looks_like_onnx(start):
        raise ForeignArtifactError(
            f"{name!r} is not an ONNX file",
            expected="a file that `musicvae export` wrote",
            received=f"a file that begins with {start[:8]!r}",
        )


def _structure(data: bytes, name: str) -> Structure:
    _check_start(data, name)
    try:
        structure = read_structure(data)
    except WireError as error:
        raise CorruptArtifactError(
            f"{name!r} is truncated or damaged", received=str(error), hint=_EXPORT_AGAIN
        ) from error
    if len(structure.graphs) != 1 or not structure.opset_imports:
        raise CorruptArtifactError(
            f"{name!r} is truncated or damaged",
            expected="one graph and the operator sets it uses",
            received=f"{len(structure.graphs)} graphs, {structure.opset_imports} operator sets",
            hint=_EXPORT_AGAIN,
        )
    return structure


def _refuse_unsafe(structure: Structure, name: str) -> None:
    if structure.external:
        raise UnsafeArtifactError(
            f"{name!r} has weights in other files",
            expected="all weights in the file itself",
            hint="export it again with `musicvae export`",
        )
    custom = sorted(structure.domains - DOMAINS)
    if custom:
        raise UnsafeArtifactError(
            f"{name!r} uses custom operators",
            expected="ONNX's own operators",
            received=f"operator domains {_listed(custom)}",
        )
    if structure.functions or structure.training or structure.opset_imports > 1:
        # A local function may take the name of one of ONNX's operators.
        raise UnsafeArtifactError(
            f"{name!r} defines more than one graph of ONNX's own operators",
            expected="one operator set, no local functions, no graphs for training",
            received=f"{structure.opset_imports} operator sets, {structure.functions} functions, "
            f"{structure.training} graphs for training",
            hint="export it again with `musicvae export`",
        )
    random = sorted(RANDOM & structure.operators.keys())
    if random:
        raise UnsafeArtifactError(
            f"{name!r} uses random operators, so that it would sound different each time",
            expected="a graph that decodes equal latents to equal sound",
            received=f"operators {_listed(random)}",
            hint="take the random part out of the model, and export it again",
        )


def _description(data: bytes, structure: Structure, name: str) -> str:
    """The text of the description, which is not checked yet."""
    texts = [place for key, place in structure.entries if key == METADATA_KEY]
    if not texts:
        raise ForeignArtifactError(
            f"{name!r} is an ONNX file, but not one that musicvae exported",
            expected=f"metadata under the key {METADATA_KEY!r}",
            received=_listed([key for key, _ in structure.entries]) or "no metadata",
            hint="musicvae export RUN --out FILE.onnx",
        )
    if len(texts) > 1:
        raise CorruptArtifactError(
            f"{name!r} has {len(texts)} descriptions", expected="one description"
        )
    start, end = texts[0]
    if end - start > MAX_DESCRIPTION:
        raise CorruptArtifactError(
            f"the description of {name!r} is too long",
            expected=f"at most {MAX_DESCRIPTION} bytes",
            received=f"{end - start} bytes",
            hint=_EXPORT_AGAIN,
        )
    try:
        return data[start:end].decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorruptArtifactError(
            f"the description of {name!r} is damaged",
            expected="text in UTF-8",
            received=f"{error.reason} at byte {start + error.start}",
            hint=_EXPORT_AGAIN,
        ) from None


def _listed(names: list[str]) -> str:
    """Names for a message: the first ones, in quotes."""
    return ", ".join(f"{name!r:.60}" for name in names[:8])


def _digest(data: bytes, structure: Structure) -> str:
    ((start, end),) = structure.graphs
    return hashlib.sha256(memoryview(data)[start:end]).hexdigest()
