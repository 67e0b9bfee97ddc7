"""An engine with an input, without a device or a daemon."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES

RATE = 16_000
STEP = 128


class Stage:
    """An engine that is fed by hand."""

    def __init__(self, models: Path, rate: int = RATE) -> None:
        self.engine = Engine(rate, 1)
        loader = Loader(Library([models], models), rate, 1, InlineClips())
        loader.note = self.engine.faults.note
        self.handle = EngineHandle(self.engine, loader, ADDRESSES)
        self("/model/load", "jazz")
        self("/input/load", "jazz")
        self("/play", 1)
        self("/glide", 0)

    def __call__(self, address: str, *values: float | str, deck: str = "a") -> None:
        command = self.handle.restore([address, *values], deck)
        self.engine.post(command, payloads=(self.handle.payload(command),))
        self.engine.settle()

    def hear(self, sound: np.ndarray, *sizes: int) -> np.ndarray:
        out, at, turn = np.zeros((len(sound), 1), np.float32), 0, 0
        while at < len(out):
            size = (sizes or (512,))[turn % max(1, len(sizes))]
            self.engine.render(out[at : at + size], sound[at : at + size])
            at, turn = at + size, turn + 1
        return out


def noise(frames: int, level: float = 0.125) -> np.ndarray:
    rows = np.random.default_rng(1).standard_normal((frames, 1)) * level
    return np.repeat(rows, 2, axis=1).astype(np.float32)
