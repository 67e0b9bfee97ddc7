from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest


def test_a_picture_is_taken(
    benchmark: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("aiohttp", "playwright.sync_api"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    if shutil.which("chromium") is None and shutil.which("google-chrome") is None:
        pytest.skip("Chromium is not installed")
    if find_spec("musicvae_gtzan") is None:
        pytest.skip("musicvae-gtzan, whose models are seen, is not installed")
    page_picture = benchmark("page_picture")
    monkeypatch.setattr(page_picture, "PICTURES", page_picture.PICTURES[1:])
    page_picture.main(["--seconds", "0.5", "--out", str(tmp_path)])
    for name, width, height, scale in page_picture.PICTURES:
        data = (tmp_path / name).read_bytes()
        assert struct.unpack(">II", data[16:24]) == (width * scale, height * scale)
        assert len(data) > 60_000  # it shows something
