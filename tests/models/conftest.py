"""Fixtures of the tests of ready models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from musicvae.artifact.reading import read_info


@pytest.fixture(scope="session")
def serving_module(helper: Callable[[str], ModuleType]) -> ModuleType:
    """The module serving.py beside this file."""
    return helper("models/serving")


@pytest.fixture
def server(serving_module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A web server on this machine."""
    monkeypatch.setenv("no_proxy", "*")
    with serving_module.serving() as server:
        yield server


@pytest.fixture
def offer() -> Callable[..., dict[str, Any]]:
    """Makes the entry of an index for an artifact, as JSON: ``offer(file, "jazz", …)``."""

    def remote(file: Path, url: str) -> dict[str, object]:
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        return {"url": url or file.name, "bytes": len(data), "sha256": sha256}

    def make(file: Path, name: str, url: str = "", card: Path | None = None, **more: Any) -> Any:
        info = read_info(file)
        told = {key: getattr(info, key) for key in ("kind", "genre", "licence", "latent_space")}
        entry = {"name": name, **told, "artifact": remote(file, url)}
        return entry | ({"card": remote(card, "")} if card else {}) | more

    return make


@pytest.fixture
def index(tmp_path: Path) -> Callable[..., Path]:
    """Writes an index of these entries into a folder of its own: ``index(entry, …)``."""

    def write(*entries: Any) -> Path:
        file = tmp_path / "shop" / "index.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"schema": 1, "models": list(entries)}), "utf-8")
        return file

    return write
