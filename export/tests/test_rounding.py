"""Exported decoders are rounded to 8 bits from their files, with music from beside them."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from musicvae_export import export_model, round_decoder
from musicvae_export.graph import half, small
from musicvae_export.graph.widen import widened
from musicvae_export.rounding import spread
from onnx import TensorProto
from onnxruntime import InferenceSession

import musicvae as mv
from musicvae.artifact.reading import inspect
from musicvae.cli.main import main
from musicvae.errors import (
    ExportError,
    LatentError,
    MemoryBankError,
    ParityError,
    RunError,
    TapeError,
    UnknownNameError,
)
from musicvae.runtime.stream_decoder import StreamDecoder

SPACE, D = "0123456789abcdef", 6
MEMORIES = Path(__file__).resolve().parents[2] / "tests" / "latents" / "memories.py"
make_memory = runpy.run_path(str(MEMORIES))["make_memory"]


@pytest.fixture(autouse=True)
def _small_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "LEFT", 64)  # the small stream has no larger ones
    monkeypatch.setattr(half, "LEFT", 64)


@pytest.fixture(params=["float32", "float16"])
def source(request: Any, small_stream: Any, tmp_path: Path) -> Path:
    """The small stream's decoder, in a folder of its own."""
    file = tmp_path / "jazz.onnx"
    export_model(small_stream, file, half=request.param == "float16")
    return file


@pytest.fixture
def decoder(export_stream: Callable[..., Path], tmp_path: Path) -> Path:
    """The same with weights of float32, copied: nothing is beside it."""
    return Path(shutil.copy(export_stream(), tmp_path / "jazz.onnx"))


def a_tape(space: str = SPACE, width: int = D, steps: int = 300) -> mv.Tape:
    rows = np.random.default_rng(4).standard_normal((steps, width), np.float32)
    return mv.Tape(rows, 16_000, 64, 2, steps * 128, space)


def test_a_decoder_is_rounded_by_a_tape(source: Path, tmp_path: Path) -> None:
    before, data = inspect(source), source.read_bytes()
    out = tmp_path / "new" / "small.onnx"
    made = round_decoder(source, out, tape=a_tape())
    assert source.read_bytes() == data
    assert made == inspect(out)
    assert (made.precision, made.schema, before.schema) == ("int8", 3, 2)
    assert set(made.parity) == {"int8", "snr", "log_mel", "onsets", "streamed"}
    assert made.parity["snr"] >= 20
    assert made.parity["streamed"] == 0
    origin = made.provenance["rounded_from"]
    assert origin["graph_sha256"] == before.graph_sha256 != made.graph_sha256
    assert (origin["precision"], origin["parity"]) == (before.precision, before.parity)
    assert origin["export"] == before.provenance["export"]
    for name in ("genre", "latent_space", "licence", "latents", "dynamics", "attributes", "stride"):
        assert getattr(made, name) == getattr(before, name)
    assert made.provenance["steps"] == 3
    latents = np.random.default_rng(0).standard_normal((50, D), np.float32)
    fine, rough = StreamDecoder(source).decode(latents), StreamDecoder(out).decode(latents)
    assert 1e-8 < np.square(rough - fine).sum() / np.square(fine).sum() < 0.01


def test_the_memory_beside_it_is_its_music(decoder: Path, tmp_path: Path) -> None:
    make_memory(width=D).save(tmp_path / "jazz.memory")
    made = mv.export(decoder, tmp_path / "small.onnx", int8=True, licence="CC-BY-4.0")
    assert made.licence == "CC-BY-4.0"
    assert made.parity["snr"] >= 20


def test_the_graph_that_is_compared_has_the_weights_that_the_file_plays(source: Path) -> None:
    graph = widened(onnx.load(source)).graph
    assert TensorProto.FLOAT16 not in {tensor.data_type for tensor in graph.initializer}
    model = onnx.load(source)
    model.graph.CopyFrom(graph)
    session = InferenceSession(model.SerializeToString())
    latents = np.random.default_rng(0).standard_normal((1, 30, D), np.float32)
    start = np.zeros((1, inspect(source).state_size), np.float32)
    audio = session.run(["audio"], {"latent": latents, "state": start})[0]
    np.testing.assert_array_equal(audio[0], StreamDecoder(source).decode(latents[0]))


def test_from_the_command_line(
    decoder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tape, out = a_tape().save(tmp_path / "song.tape"), tmp_path / "small.onnx"
    assert main(["export", str(decoder), "--int8", "--tape", str(tape), "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"wrote {out}: jazz, 6 latents, a stream of 64 samples a frame, ")
    assert lines[2].startswith("weights of 8 bits: noise ")


def test_a_mistyped_name_of_a_ready_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(given: str) -> None:
        raise UnknownNameError(given, hint="did you mean 'jazz'?")

    monkeypatch.setattr("musicvae.exporting.locate", unknown)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match="neither a run nor a ready model") as caught:
        mv.export("jaz", tmp_path / "small.onnx", int8=True)
    assert (caught.value.received, caught.value.hint) == ("jaz", "did you mean 'jazz'?")
    assert not list(tmp_path.iterdir())


def test_no_tensorflow_is_needed(decoder: Path, tmp_path: Path) -> None:
    tape = a_tape().save(tmp_path / "song.tape")
    program = (
        "import sys\n"
        "for name in ('tensorflow', 'keras', 'tf2onnx'): sys.modules[name] = None\n"
        "from musicvae.cli.main import main\n"
        "from musicvae_export.graph import small\n"
        "small.LEFT = 64\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = [
        "export",
        str(decoder),
        "--int8",
        "--tape",
        str(tape),
        "--out",
        str(tmp_path / "x.onnx"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def refused(source: Path, error: type[Exception], match: str, **options: Any) -> None:
    """Round over an existing file, which must fail and leave the file alone."""
    out = source.parent / "out" / "small.onnx"
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(b"what was there before")
    with pytest.raises(error, match=match):
        mv.export(source, out, **{"int8": True, "tape": a_tape(), **options})
    assert [entry.name for entry in out.parent.iterdir()] == ["small.onnx"]
    assert out.read_bytes() == b"what was there before"


@pytest.mark.parametrize(
    ("options", "received"),
    [
        ({"half": True}, "--half and --int8"),
        ({"encoder": True}, "--encoder and --int8"),
        ({"int8": False}, "no --int8"),
        ({"int8": False, "half": True}, "--half"),
    ],
)
def test_nothing_else_can_be_done_with_a_file(
    decoder: Path, options: dict[str, bool], received: str
) -> None:
    refused(decoder, ExportError, f"exported already.*Received: {received}", **options)


def test_only_streams_are_rounded(export_stream: Callable[..., Path], exported: Path) -> None:
    refused(exported, ExportError, "an artifact of kind 'clip'")
    refused(export_stream(encoder=True), ExportError, "an artifact of kind 'encoder'")
    refused(export_stream(int8=True), ExportError, "8 bits already")


def test_music_is_needed_and_has_to_fit(decoder: Path, tmp_path: Path) -> None:
    refused(decoder, ExportError, "without music.*musicvae tape", tape=None)
    refused(decoder, LatentError, "another encoder", tape=a_tape(space="f" * 16))
    refused(decoder, LatentError, "another number of latents", tape=a_tape(width=D + 1))
    refused(decoder, TapeError, "none.tape", tape=tmp_path / "none.tape")
    make_memory(width=D, space="f" * 16).save(tmp_path / "jazz.memory")
    refused(decoder, LatentError, "another encoder", tape=None)
    (tmp_path / "jazz.memory").write_bytes(b"no memory")
    refused(decoder, MemoryBankError, "is not a memory", tape=None)


def test_a_run_has_music_of_its_own(small_stream: Any, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="for the rounding of an exported decoder"):
        mv.export(small_stream, tmp_path / "x.onnx", int8=True, tape=a_tape())


def test_what_sounds_different_is_not_written(
    decoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicvae_export.verify_small.SNR", 201.0)  # equal sounds have 200
    refused(decoder, ParityError, "sounds different")


def test_music_is_taken_from_all_over_the_tracks() -> None:
    rows = np.arange(10_000, dtype=np.float32)[:, None]
    taken = spread(rows, 1_000)[:, 0]
    assert taken.shape == (1_000,)
    assert (taken[0], taken[-1] > 9_900) == (0, True)
    assert (np.diff(taken) == 1).mean() > 0.9
    np.testing.assert_array_equal(spread(rows[:3], 7)[:, 0], [0, 1, 2, 0, 1, 2, 0])
