from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.mark.usefixtures("artifacts")
def test_a_moment_of_it(
    benchmark: Callable[[str], ModuleType],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp, which serves the page, is not installed")
    page = benchmark("page")
    monkeypatch.setattr(page, "in_chromium", lambda url, count: [])
    monkeypatch.setattr(page, "print_paints", lambda url: None)
    page.main(["--seconds", "0.2", "--pages", "2", "--questions", "3"])
    said = capsys.readouterr().out
    assert re.search(r"\| OSC over TCP \| [\d.]+ \| [\d.]+ \|", said)
    assert re.search(r"\| through the page, from Python \| [\d.]+ \|", said)
    assert re.search(r"\| 2 pages \| [1-9]\d* \|", said)
