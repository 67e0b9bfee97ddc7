from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import SettingError, UnknownNameError
from musicvae.models.index import Index

REMOTE = {"url": "jazz.onnx", "bytes": 10, "sha256": "0" * 64}
JAZZ = {"name": "jazz", "kind": "stream", "genre": "jazz", "licence": "MIT", "artifact": REMOTE}


def test_it_offers_models_by_name(index: Callable[..., Path]) -> None:
    found = Index.read(index(JAZZ))
    offer = found.offer("jazz")
    assert (offer.licence, offer.artifact.bytes, offer.card) == ("MIT", 10, None)
    with pytest.raises(UnknownNameError, match=r"no model named 'metal'.*Expected: jazz"):
        found.offer("metal")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "../jazz"}, "'../jazz' cannot be a name"),
        ({"name": "Jazz"}, "cannot be a name"),
        ({"kind": "song"}, "no kind of artifact"),
        ({"artifact": {**REMOTE, "bytes": 2**40}}, "bytes is 1099511627776"),
        ({"artifact": {**REMOTE, "sha256": "0"}}, "64 hex digits"),
        ({"artifact": None}, "artifact"),
        ({"encoder": "ears"}, "no encoder named 'ears'"),
        ({"encoder": "jazz"}, "no encoder named 'jazz'"),
        ({"card": {**REMOTE, "bytes": 2**20}}, "card is larger"),
        ({"surprise": 1}, "surprise is unknown"),
    ],
)
def test_what_cannot_be_is_refused(
    index: Callable[..., Path], change: dict[str, object], reason: str
) -> None:
    with pytest.raises(SettingError, match=reason):
        Index.read(index({**JAZZ, **change}))


def test_two_models_of_one_name_are_refused(index: Callable[..., Path]) -> None:
    with pytest.raises(SettingError, match="two models have one name"):
        Index.read(index(JAZZ, JAZZ))


@pytest.mark.parametrize("text", ["", "[]", "{", '{"models": 3}', '{"schema": 99, "models": 3}'])
def test_what_is_no_index_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "index.json"
    file.write_text(text)
    with pytest.raises(SettingError, match=r"no index of models.*docs/models\.md"):
        Index.read(file)


def test_it_is_read_from_a_server_of_this_machine(server: Any) -> None:
    server.files["/shop/index.json"] = json.dumps({"models": [JAZZ]}).encode()
    server.files["/shop/jazz.onnx"] = b"0123456789"
    found = Index.read(f"{server.address}/shop/index.json")
    with pytest.raises(UnknownNameError, match="did you mean 'jazz'"):
        found.offer("jzz")
    assert found.fetch(found.offer("jazz").artifact) == b"0123456789"
    assert server.asked == ["/shop/index.json", "/shop/jazz.onnx"]


@pytest.mark.parametrize("url", ["../secret", "/etc/hostname", "sub/../../secret"])
def test_a_file_of_an_index_names_only_files_in_its_folder(
    index: Callable[..., Path], url: str
) -> None:
    file = index({**JAZZ, "artifact": {**REMOTE, "url": url}})
    (file.parent.parent / "secret").write_text("secret")
    found = Index.read(file)
    with pytest.raises(SettingError, match="only files in its own folder"):
        found.fetch(found.offer("jazz").artifact)
