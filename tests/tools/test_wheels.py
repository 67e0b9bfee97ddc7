"""Which wheels are asked for, and that a missing one is told."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture
def tool(load: Callable[[str], ModuleType]) -> ModuleType:
    pytest.importorskip("packaging", reason="packaging is not installed")
    return load(".ci/wheels.py")


def test_markers_are_those_of_the_system_asked_about(tool: ModuleType) -> None:
    def names(system: str) -> set[str]:
        return {line.partition(">")[0] for line in tool.needed(system, "3.11")}

    assert {"numpy", "onnxruntime", "soundfile", "sounddevice", "soxr"} <= names("Linux aarch64")
    # A marker in pyproject.toml leaves it out there.
    assert "rtmixer" not in names("Linux aarch64")
    assert "rtmixer" in names("Linux x86-64") & names("macOS 14 arm64") & names("Windows x86-64")


def test_a_distribution_without_a_wheel_is_named(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(tool, "needed", lambda system, version: ["musicvae-no-such-thing>=1"])
    assert "musicvae-no-such-thing" in tool.missing("Linux aarch64", "3.14")


def test_one_that_is_missing_fails_the_check(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = ("macOS 14 arm64", "3.13")
    monkeypatch.setattr(tool, "missing", lambda *asked: "no soxr" if asked == lost else "")
    assert tool.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 16
    assert [line for line in lines if line.startswith("NOT")] == [
        "NOT macOS 14 arm64, Python 3.13 no soxr"
    ]
    monkeypatch.setattr(tool, "missing", lambda *asked: "")
    assert tool.main() == 0
