from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


def test_a_moment_of_it(
    benchmark: Callable[[str], ModuleType],
    make_stream: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    reason = "playwright, which drives Chromium, is not installed"
    pytest.importorskip("playwright.sync_api", reason=reason)
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        pytest.skip("Chromium is not installed")
    model, picture = make_stream(sample_rate=44_100, hop=256), tmp_path / "page.png"
    options = ["--seconds", "1", "--hands", "1", "--picture", str(picture)]
    benchmark("web_instrument").main([str(model), *options])
    said = capsys.readouterr().out
    assert re.search(r"\| speed without a pause, 8 frames at once \| \d+\.\d × real time \|", said)
    difference = re.search(r"\| largest difference to Python \| (\S+) of full scale \|", said)
    assert difference is not None
    assert float(difference[1]) < 1e-4
    assert re.search(r"\| from a hand to samples, p50 \| \d+ ms \|", said)
    assert picture.is_file()
