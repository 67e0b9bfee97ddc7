"""A prior, and what the tests of a deck that plays it do with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.artifact.prior import KnobInfo, PriorInfo
from musicvae.live.engine.controls import Controls
from musicvae.live.table import ADDRESSES

STRIDE = 2
LIKE = PriorInfo(
    "tiny", 4, 2, ("jazz", "metal"), (KnobInfo("loudness", "dB", -20.0, 6.0),), hints=True
)


def do(controls: Controls, address: str, *values: Any, key: str = "", payload: Any = None) -> None:
    controls.do(ADDRESSES.command(address, "a", key, values), payload)


def frames(controls: Controls, count: int) -> np.ndarray:
    return np.stack([controls.next().copy() for _ in range(count)])


def steps(controls: Controls, count: int) -> np.ndarray:
    rows = frames(controls, count * STRIDE)
    np.testing.assert_array_equal(rows[::STRIDE], rows[1::STRIDE])
    return rows[::STRIDE]
