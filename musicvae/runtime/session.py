"""Opens an artifact of one kind as an onnxruntime session, and checks it against its description.

Sessions run on the CPU, by default on one thread, and never spin: this keeps the time of a call
steady beside an audio thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from musicvae.artifact import ArtifactInfo, Kind
from musicvae.artifact.ports import Shape, ports_of
from musicvae.artifact.reading import graph_digest
from musicvae.errors import ArtifactKindError, CorruptArtifactError, SettingError
from musicvae.models import locate
from musicvae.models.folder import ENCODER_ENDING
from musicvae.models.locating import Wanted
from musicvae.text import printable

#: The class of this package that plays each kind.
PLAYERS: dict[str, str] = {
    "clip": "Decoder",
    "stream": "StreamDecoder",
    "encoder": "Encoder",
    "prior": "Prior",
}

#: Which artifact of a ready model is of each kind.
_WANTED: dict[Kind, Wanted] = {
    "clip": "decoder",
    "stream": "decoder",
    "encoder": "encoder",
    "prior": "prior",
}

#: Each kind with its article.
_A: dict[str, str] = {
    "clip": "a clip",
    "stream": "a stream",
    "encoder": "an encoder",
    "prior": "a prior",
}

#: Standardised latents up to this magnitude decode to finite sound; most of music's are smaller.
LEGAL = 3.0

#: Bytes from which on a model is taken over from a file: below, that takes longer than it helps.
_LARGE = 2**23

_EXPORT_AGAIN = "export it again with `musicvae export`"


class Opened(NamedTuple):
    """An artifact that is ready to run.

    Attributes:
        session: an ``onnxruntime.InferenceSession``.
        info: the artifact's description.
        name: the file's name without its folder, for messages.
        digest: SHA-256 of the graph, 64 hex digits; computed where the description has none.
        loops: whether the graph may have loops; without them each run comes to an end by itself.
    """

    session: Any
    info: ArtifactInfo
    name: str
    digest: str
    loops: bool


def open_artifact(path: str | os.PathLike[str], kind: Kind, threads: int) -> Opened:
    """Read, check and open an artifact.

    Args:
        path: the file, or the name of a ready model; see :func:`musicvae.models.locate`. The file
            is read once; the bytes that were checked are loaded.
        kind: the kind that the artifact must have.
        threads: CPU threads for one call, at least 1.

    Raises:
        ArtifactError: as :func:`musicvae.artifact.reading.read_info`; or the artifact is of another
            kind, or its graph does not fit its description.
        RegistryError: there is no ready model of that name, or it cannot be used.
        SettingError: ``threads`` is less than 1.
    """
    if threads < 1:
        raise SettingError("too few threads", expected="at least 1", received=threads)
    place = locate(path, _WANTED[kind])
    name = place.path.name
    data, info = place.load()
    if info.kind != kind:
        raise ArtifactKindError(
            f"{name!r} is {_A[info.kind]}, and not {_A[kind]}",
            expected=f"an artifact of kind {kind!r}",
            received=f"kind {info.kind!r}",
            hint=f"{_instead(kind, place.path.stem)}; in Python, musicvae.{PLAYERS[info.kind]} "
            "opens it",
        )
    session = open_session(data, threads, name)
    check_ports(session, info, name)
    digest = info.graph_sha256 or graph_digest(data)
    return Opened(session, info, name, digest, loops=b"Loop" in data)


def _instead(kind: Kind, stem: str) -> str:
    """What to do where an artifact of a kind is wanted and the file ``stem.onnx`` is of another."""
    if kind == "encoder":
        return (
            f"export its encoder: musicvae export RUN --encoder --out {stem}{ENCODER_ENDING}, or "
            "give the name of a ready model"
        )
    if kind == "prior":
        return "train one: musicvae prior RUN, then musicvae export it"
    return f"give {_A[kind]}, as musicvae export RUN --out NAME.onnx makes it of a run of that kind"


#: The sessions in use, by the digest of their file and their threads.
_sessions: WeakValueDictionary[tuple[bytes, int], Any] = WeakValueDictionary()


def open_session(data: bytes, threads: int, name: str) -> Any:
    """An ``onnxruntime.InferenceSession`` of a file that was checked.

    The same bytes give the same session as long as somebody uses it, so that its weights are in
    memory once. A session has no state, and any number of threads may run it at the same time.

    Args:
        data: the whole file.
        threads: CPU threads for one call.
        name: the file's name, for messages.

    Raises:
        CorruptArtifactError: onnxruntime cannot load it.
    """
    key = (blake2b(data, digest_size=16).digest(), threads)
    session = _sessions.get(key)
    if session is None:
        session = _sessions[key] = _new_session(data, threads, name)
    return session


def _new_session(data: bytes, threads: int, name: str) -> Any:
    """A session of its own; see :func:`open_session`."""
    import onnxruntime  # late: takes 0.1 s, and reading a description does without it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Spinning threads burn a core that the audio thread or the patch may need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The checks read the file as ONNX. Left to itself, onnxruntime would first look for its own
    # format, of which the same bytes may hold another model.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.log_severity_level = 3  # errors only
    try:
        with _in_memory(data) as model:
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base but this
        raise CorruptArtifactError(
            f"onnxruntime cannot load {name!r}",
            expected="an ONNX file that onnxruntime can run",
            received=first_line(error),
            hint=f"pip install --upgrade onnxruntime, or {_EXPORT_AGAIN}",
        ) from error


@contextmanager
def _in_memory(data: bytes) -> Iterator[str | bytes]:
    """Large models as a file that exists in memory alone, where the system knows such files.

    While onnxruntime takes over ``bytes`` no other thread runs, for 2 to 3 ms a megabyte; while it
    reads a file, others go on. The artifact's own file may have been replaced since it was checked.
    """
    known = hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir()
    if len(data) >= _LARGE and known:
        with os.fdopen(os.memfd_create("artifact"), "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        yield data


def check_ports(session: Any, info: ArtifactInfo, name: str) -> None:
    """Refuse a graph whose inputs and outputs are not those that its description demands.

    Raises:
        CorruptArtifactError: a port is missing, or has another type, or another size where the
            description fixes it, or a fixed size where it must be free.
    """
    ports = ports_of(info)
    for side, expected, actual in (
        ("inputs", ports.inputs, session.get_inputs()),
        ("outputs", ports.outputs, session.get_outputs()),
    ):
        found = {port.name: tuple(port.shape) for port in actual}
        types = [port.type for port in actual]
        alike = found.keys() == expected.keys() and all(
            _fits(found[port], shape) for port, shape in expected.items()
        )
        if not alike or set(types) != {"tensor(float)"}:
            raise CorruptArtifactError(
                f"the graph of {name!r} does not fit its description",
                expected=f"{side} {_shown(expected)} of type tensor(float)",
                received=f"{side} {_shown(found)} of type {', '.join(types)}",
                hint=_EXPORT_AGAIN,
            )


def broken(name: str, largest: float) -> CorruptArtifactError:
    """The error for a model whose result is not finite though nothing unusual was asked of it.

    Args:
        name: the file's name.
        largest: the largest magnitude in the input.
    """
    return CorruptArtifactError(
        f"the model {name!r} itself computes NaN or infinite numbers",
        expected=f"finite numbers for inputs up to {largest:.3g}, from the start state",
        received="numbers that are not finite, as from weights that are NaN",
        hint=f"see how its training ended (history.csv), and {_EXPORT_AGAIN}",
    )


def first_line(error: Exception) -> str:
    """The first line of an error's message, or the name of its class where it has no message.

    onnxruntime names parts of the graph as they are named there; control characters are replaced.
    """
    lines = str(error).strip().splitlines()
    return printable(lines[0]) if lines else type(error).__name__


def _fits(found: tuple[object, ...], expected: Shape) -> bool:
    return len(found) == len(expected) and all(
        not isinstance(axis, int) if isinstance(wanted, str) else axis == wanted
        for axis, wanted in zip(found, expected, strict=True)
    )


def _shown(shapes: Mapping[str, tuple[object, ...]]) -> str:
    """Shapes as text, such as ``latent (1, frames, 32), state (1, 100)``."""
    return ", ".join(
        f"{port} ({', '.join('free' if axis is None else str(axis) for axis in shape)})"
        for port, shape in shapes.items()
    )
