"""Artifacts from strangers: what is not ours or damaged is refused."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import musicvae
from musicvae.artifact import SCHEMA
from musicvae.artifact.parsing import MAX_DESCRIPTION
from musicvae.artifact.reading import MAX_BYTES, check, graph_digest, load, read_info
from musicvae.artifact.structure import read_structure
from musicvae.audio import Sound
from musicvae.errors import (
    ArtifactError,
    ArtifactSchemaError,
    CorruptArtifactError,
    ForeignArtifactError,
)

Make = Callable[..., Path]


@pytest.fixture(scope="module")
def whole(artifacts: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a small artifact, about 3 kB."""
    path = tmp_path_factory.mktemp("whole") / "jazz.onnx"
    return bytes(artifacts.write_clip_artifact(path, latent_dim=2, samples=128).read_bytes())


def test_a_good_artifact(make_artifact: Make) -> None:
    path = make_artifact(genre="blues", channels=2)
    info = read_info(path)
    assert (info.genre, info.channels, info.latent_dim, info.samples) == ("blues", 2, 4, 2048)
    assert musicvae.inspect(str(path)) == info
    assert load(path) == (path.read_bytes(), info)


def test_graph_digest_is_that_of_the_graph(make_artifact: Make) -> None:
    import onnx

    path = make_artifact()
    graph = onnx.load(path).graph.SerializeToString()
    assert graph_digest(path) == hashlib.sha256(graph).hexdigest() == read_info(path).graph_sha256
    assert graph_digest(path.read_bytes()) == graph_digest(path)


def test_missing_file(tmp_path: Path) -> None:
    for read in (read_info, graph_digest):
        with pytest.raises(ArtifactError, match="no file"):
            read(tmp_path / "absent.onnx")


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="a folder"):
        read_info(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.onnx")  # reading it would wait for ever
    for read in (read_info, graph_digest):
        with pytest.raises(ArtifactError, match="a pipe or a device"):
            read(tmp_path / "pipe.onnx")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(CorruptArtifactError, match="is empty"):
        read_info(tmp_path / "empty.onnx")


def test_file_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "huge.onnx"
    with path.open("wb") as file:
        file.write(b"\x08\x08\x12\x00\x1a\x00\x22\x00")
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room on disk
    with pytest.raises(ArtifactError, match=r"too large.*at most 512 MiB"):
        read_info(path)


def test_of_a_large_file_that_is_not_onnx_the_start_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "huge.onnx"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ForeignArtifactError, match="not an ONNX file"):
        read_info(path)


def test_text_and_random_bytes(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    noise = b"\x9f" + np.random.default_rng(0).bytes(4096)
    for content in (b"# not a model\n", b"\x08", noise, b"\0" * 64):
        path.write_bytes(content)
        with pytest.raises(ForeignArtifactError, match="not an ONNX file"):
            read_info(path)


def test_sound_file(tmp_path: Path) -> None:
    Sound.of(np.zeros(100), 16_000).write(tmp_path / "sound.wav")
    with pytest.raises(ForeignArtifactError, match="not an ONNX file"):
        read_info(tmp_path / "sound.wav")


def test_somebody_elses_model(artifacts: ModuleType) -> None:
    model = artifacts.clip_model(2, 128, 1, 16_000)
    model.metadata_props.add(key="author", value="somebody")
    with pytest.raises(ForeignArtifactError, match=r"not one that musicvae exported.*'author'"):
        check(model.SerializeToString())


def test_newer_schema(make_artifact: Make) -> None:
    with pytest.raises(ArtifactSchemaError, match="newer musicvae"):
        read_info(make_artifact(schema=SCHEMA + 1))


def test_two_descriptions(make_artifact: Make) -> None:
    import onnx

    model = onnx.load(make_artifact())
    model.metadata_props.append(model.metadata_props[0])
    with pytest.raises(CorruptArtifactError, match="2 descriptions"):
        check(model.SerializeToString())


def test_altered_weights(make_artifact: Make) -> None:
    import onnx
    from onnx import numpy_helper

    model = onnx.load(make_artifact())
    louder = numpy_helper.to_array(model.graph.initializer[0]) * 2
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(louder, "waves"))
    with pytest.raises(CorruptArtifactError, match="altered"):
        check(model.SerializeToString())


def test_without_a_digest_the_graph_is_taken_as_it_is(make_artifact: Make) -> None:
    assert read_info(make_artifact(graph_sha256="")).graph_sha256 == ""


def test_a_second_graph_is_refused(make_artifact: Make) -> None:
    # Protobuf merges repeated fields, so a second graph would add nodes behind the digest's back.
    data = make_artifact().read_bytes()
    with pytest.raises(CorruptArtifactError, match="a second field 7 of a model"):
        check(data + b"\x3a\x00")


def test_every_truncation_is_noticed(whole: bytes) -> None:
    # At one length only, between the graph and the description, the file is a whole model that
    # does not say that it is ours.
    foreign = 0
    for length in range(2, len(whole)):
        with pytest.raises((CorruptArtifactError, ForeignArtifactError)) as caught:
            check(whole[:length])
        foreign += caught.type is ForeignArtifactError
    assert foreign == 1


def test_every_damaged_byte_is_noticed_or_harmless(whole: bytes) -> None:
    digest = check(whole).graph_sha256
    ((start, end),) = read_structure(whole).graphs
    for offset in range(len(whole)):
        damaged = whole[:offset] + bytes([whole[offset] ^ 0x10]) + whole[offset + 1 :]
        try:
            info = check(damaged)
        except ArtifactError:
            continue
        assert not start <= offset < end
        assert info.graph_sha256 == digest


@given(st.data())
def test_any_damage_ends_in_an_artifact_error_or_nothing(whole: bytes, data: st.DataObject) -> None:
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        offset = data.draw(st.integers(2, len(broken) - 1))
        broken[offset : offset + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    with contextlib.suppress(ArtifactError):
        check(bytes(broken))


@given(st.binary(max_size=300))
def test_any_bytes_end_in_an_artifact_error(data: bytes) -> None:
    with pytest.raises(ArtifactError):
        check(b"\x08\x08" + data)


def test_a_file_that_onnxruntime_takes_for_its_own_format_is_refused(make_artifact: Make) -> None:
    data = make_artifact().read_bytes()
    # As protobuf: the IR version, an unknown number of four bytes, and the model.
    with pytest.raises(ForeignArtifactError, match="not an ONNX file"):
        check(b"\x08\x08\x8d\x00ORTM" + data[2:])


def test_a_description_beyond_its_limit_is_not_decoded(make_artifact: Make) -> None:
    path = make_artifact(licence="x" * MAX_DESCRIPTION)
    with pytest.raises(CorruptArtifactError, match=rf"at most {MAX_DESCRIPTION} bytes"):
        read_info(path)
