"""Gives the sample frame that a time tag means."""

from __future__ import annotations

import time
from collections.abc import Callable

from musicvae.live.engine.engine import Engine
from musicvae.live.osc.timetags import due, ntp


def frame_clock(engine: Engine) -> Callable[[int], int | None]:
    """A function that gives the frame which a time tag means; ``None`` means at once."""

    def frame_of(time_tag: int) -> int | None:
        # Between two blocks the engine's position is known to within a block.
        seconds = due(time_tag, ntp(time.time()))
        return engine.frame + round(seconds * engine.sample_rate) if seconds else None

    return frame_of
