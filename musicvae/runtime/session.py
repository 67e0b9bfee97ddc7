"""An onnxruntime session on an artifact of one kind: checked, opened, and compared with its words.

One thread, no spinning, the CPU: what is steady beside an audio thread.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

from musicvae.artifact import ArtifactInfo, Kind
from musicvae.artifact.reading import graph_digest, load
from musicvae.errors import ArtifactKindError, CorruptArtifactError, SettingError

#: Which class of this package is for which kind.
PLAYERS: dict[str, str] = {"clip": "Decoder", "stream": "StreamDecoder", "encoder": "Encoder"}

_EXPORT_AGAIN = "export it again with `musicvae export`"


class Opened(NamedTuple):
    """An artifact that is ready to run.

    Attributes:
        session: an ``onnxruntime.InferenceSession``.
        info: what the artifact says about itself.
        name: the file's name without its folder, for messages.
        digest: SHA-256 of the graph, 64 hex digits, whether or not the description states it.
    """

    session: Any
    info: ArtifactInfo
    name: str
    digest: str


def open_artifact(path: str | os.PathLike[str], kind: Kind, threads: int) -> Opened:
    """Read, check and open an artifact.

    Args:
        path: the file, which is read once; what was checked is what is loaded.
        kind: what it must be.
        threads: CPU threads for one call, at least 1.

    Raises:
        ArtifactError: as :func:`musicvae.artifact.reading.read_info`; or it is of another kind, or
            its graph does not fit its description.
        SettingError: ``threads`` is less than 1.
    """
    if threads < 1:
        raise SettingError("too few threads", expected="at least 1", received=threads)
    name = Path(path).name
    data, info = load(path)
    if info.kind != kind:
        raise ArtifactKindError(
            f"{name!r} is not for {PLAYERS[kind]}",
            expected=f"an artifact of kind {kind!r}",
            received=f"kind {info.kind!r}",
            hint=f"open it with musicvae.{PLAYERS[info.kind]}",
        )
    session = open_session(data, threads, name)
    check_ports(session, info, name)
    return Opened(session, info, name, info.graph_sha256 or graph_digest(data))


def open_session(data: bytes, threads: int, name: str) -> Any:
    """An ``onnxruntime.InferenceSession`` on a file that was checked.

    Raises:
        CorruptArtifactError: onnxruntime cannot load it.
    """
    import onnxruntime  # late: it takes a tenth of a second and is not needed to read a description

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Spinning threads burn a core that the audio thread or the patch may need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3  # errors only
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base but this
        raise CorruptArtifactError(
            f"onnxruntime cannot load {name!r}",
            expected="an ONNX file that onnxruntime can run",
            received=first_line(error),
            hint=f"pip install --upgrade onnxruntime, or {_EXPORT_AGAIN}",
        ) from error


def check_ports(session: Any, info: ArtifactInfo, name: str) -> None:
    """Refuse a graph whose inputs and outputs are not those of its kind.

    Raises:
        CorruptArtifactError: a port is missing, or has another type, or another size where the
            description fixes it, or a fixed size where it must be free.
    """
    ports = {"inputs": session.get_inputs(), "outputs": session.get_outputs()}
    for side, expected in _ports(info).items():
        found = {port.name: tuple(port.shape) for port in ports[side]}
        types = [port.type for port in ports[side]]
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


def first_line(error: Exception) -> str:
    """The first line of an error's message, or its kind where it says nothing."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


_Shapes = dict[str, tuple[Any, ...]]


def _ports(info: ArtifactInfo) -> dict[str, _Shapes]:
    """Shapes by side and port; an axis with a name is free."""
    D, channels, state = info.latent_dim, info.channels, (1, info.state_size)
    if info.kind == "clip":
        return {
            "inputs": {"latent": ("batch", D)},
            "outputs": {"audio": ("batch", info.samples, channels)},
        }
    latent, audio = {"latent": (1, "frames", D)}, {"audio": (1, "samples", channels)}
    if info.kind == "stream":
        return {"inputs": latent | {"state": state}, "outputs": audio | {"next_state": state}}
    return {"inputs": audio | {"state": state}, "outputs": latent | {"next_state": state}}


def _fits(found: tuple[Any, ...], expected: tuple[Any, ...]) -> bool:
    return len(found) == len(expected) and all(
        not isinstance(axis, int) if isinstance(wanted, str) else axis == wanted
        for axis, wanted in zip(found, expected, strict=True)
    )


def _shown(shapes: _Shapes) -> str:
    """Such as ``latent (1, frames, 32), state (1, 100)``."""
    return ", ".join(
        f"{port} ({', '.join('free' if axis is None else str(axis) for axis in shape)})"
        for port, shape in shapes.items()
    )
