from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.stage.fed_by_hand import Stage


@pytest.fixture
def stage(models: Path) -> Stage:
    """An engine that hears what it is given and plays it with ``jazz``."""
    return Stage(models)
