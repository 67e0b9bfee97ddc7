"""Helpers of the outputs' tests, by path: the import mode of the tests keeps them off sys.path."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

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
def jacks() -> ModuleType:
    """The module tests/live/jack.py."""
    return _load(HERE.parent / "jack.py")


@pytest.fixture(scope="session")
def hearing() -> ModuleType:
    """The module hearing.py beside this file."""
    return _load(HERE / "hearing.py")
