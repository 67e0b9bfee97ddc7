"""Helpers of the outputs' tests, by path: the import mode of the tests keeps them off sys.path."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def hearing() -> ModuleType:
    """The module hearing.py beside this file."""
    return _load(HERE / "hearing.py")


@pytest.fixture(scope="session")
def fakes() -> ModuleType:
    """The module sounddevices.py beside this file."""
    return _load(HERE / "sounddevices.py")


@pytest.fixture
def machine(fakes: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A machine with these devices: ``machine(fakes.SPEAKERS, default=0)``; its sounddevice."""

    def with_devices(*found: dict[str, Any], default: int = -1) -> Any:
        return fakes.install(monkeypatch, *found, default=default)

    return with_devices
