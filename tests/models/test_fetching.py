from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import musicvae
from musicvae.errors import ArtifactError, DuplicateNameError, SettingError
from musicvae.models.fetching import fetch
from musicvae.models.index import Index

Make = Callable[..., Any]


@pytest.fixture
def shop(ready_site: Any, index: Make, offer: Make, tmp_path: Path) -> Callable[..., Path]:
    """Writes an index of a decoder with a card, and of an encoder; changes the decoder's entry."""
    folder = tmp_path / "shop"
    folder.mkdir()
    jazz = ready_site.makers.write_stream_artifact(folder / "jazz.onnx")
    ears = ready_site.makers.write_encoder_artifact(folder / "ears.onnx")
    card = ready_site.card(jazz, "jazz").save(folder / "jazz.card.json")

    def write(**changes: Any) -> Path:
        entry = offer(jazz, "jazz", card=card, encoder="ears") | changes
        file: Path = index(entry, offer(ears, "ears"))
        return file

    return write


def fetched(place: object) -> list[tuple[str, bool]]:
    return [(file.name, new) for file, new in fetch("jazz", Index.read(str(place)))]


def test_a_model_comes_with_its_card_and_its_encoder_and_is_played_by_name(
    shop: Callable[..., Path],
) -> None:
    assert fetched(shop()) == [
        *(("ears.onnx", True), ("jazz.card.json", True), ("jazz.onnx", True)),
    ]
    assert fetched(shop()) == [
        *(("ears.onnx", False), ("jazz.card.json", False), ("jazz.onnx", False)),
    ]
    assert musicvae.StreamDecoder("jazz").info.kind == "stream"
    assert musicvae.Encoder("jazz").info.kind == "encoder"


def test_it_comes_from_a_server(shop: Callable[..., Path], server: Any, ready_site: Any) -> None:
    for file in shop().parent.iterdir():
        server.files[f"/{file.name}"] = file.read_bytes()
    assert len(fetched(f"{server.address}/index.json")) == 3
    names = sorted(path.name for path in ready_site.folder.iterdir())
    assert names == ["ears.onnx", "jazz.card.json", "jazz.onnx"]


def kept(ready_site: Any) -> list[str]:
    """The files of the user's folder, without the encoder."""
    there = ready_site.folder.iterdir() if ready_site.folder.is_dir() else ()
    return sorted({path.name for path in there} - {"ears.onnx"})


def remote(file: Path, **changes: object) -> dict[str, object]:
    values = json.loads(file.read_text("utf-8"))["models"][0]["artifact"]
    return {**values, **changes}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sha256": "0" * 64}, "is not what the index says"),
        ({"bytes": 10}, "more than 10 bytes"),
        ({"bytes": 10**6}, "Expected: 1000000 bytes"),
        ({"url": "ears.onnx"}, "is not"),
    ],
)
def test_a_file_of_another_size_or_digest_gets_no_name(
    shop: Callable[..., Path], ready_site: Any, change: dict[str, object], reason: str
) -> None:
    file = shop(artifact=remote(shop(), **change))
    with pytest.raises((ArtifactError, SettingError), match=reason):
        fetched(file)
    assert kept(ready_site) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"licence": "MIT"}, "licence is 'CC0-1.0', not 'MIT'"),
        ({"latent_space": "f" * 16}, "latent_space is '0123456789abcdef'"),
        ({"kind": "clip"}, "kind is 'stream', not 'clip'"),
    ],
)
def test_an_artifact_that_says_something_else_gets_no_name(
    shop: Callable[..., Path], ready_site: Any, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(ArtifactError, match=reason):
        fetched(shop(**change))
    assert kept(ready_site) == []


def test_what_is_no_artifact_gets_no_name(
    shop: Callable[..., Path], ready_site: Any, offer: Make
) -> None:
    file = shop()
    (file.parent / "jazz.onnx").write_bytes(b"a virus")
    digest = hashlib.sha256(b"a virus").hexdigest()
    with pytest.raises(ArtifactError, match="not an ONNX file"):
        fetched(shop(artifact={"url": "jazz.onnx", "bytes": 7, "sha256": digest}))
    assert kept(ready_site) == []


def test_nothing_is_replaced(shop: Callable[..., Path], ready_site: Any) -> None:
    mine = ready_site.own("jazz", genre="mine")
    before = mine.read_bytes()
    with pytest.raises(SettingError, match="is there, and is another file"):
        fetched(shop())
    assert mine.read_bytes() == before


def test_a_name_that_a_plugin_has_is_refused_before_anything_is_received(
    shop: Callable[..., Path], ready_site: Any
) -> None:
    file = shop()
    ready_site.bring("jazz", "my-jazz")
    with pytest.raises(DuplicateNameError, match=r"'jazz' is that of an installed.*my-jazz 1\.0"):
        fetched(file)
    assert not ready_site.folder.exists()


def test_a_file_that_appears_meanwhile_is_kept(
    shop: Callable[..., Path], ready_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.models import fetching

    write = fetching._write_new

    def late(file: Path, data: bytes) -> None:
        if file.name == "jazz.onnx":
            file.write_bytes(b"another's")
        write(file, data)

    monkeypatch.setattr(fetching, "_write_new", late)
    with pytest.raises(SettingError, match="is there by now"):
        fetched(shop())
    assert (ready_site.folder / "jazz.onnx").read_bytes() == b"another's"
    assert not [path for path in ready_site.folder.iterdir() if path.name.startswith(".")]
