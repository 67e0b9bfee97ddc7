from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.live.storage.presets import Presets


@pytest.fixture
def fresh_modules() -> Callable[[str], set[str]]:
    """What importing a module brings with it, in an interpreter of its own."""

    def load(name: str) -> set[str]:
        script = f"import json, sys, {name}; print(json.dumps([*sys.modules]))"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout))

    return load


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "presets")
