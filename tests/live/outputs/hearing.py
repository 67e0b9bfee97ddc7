"""A sound whose every frame says which it is, and what was heard of it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

#: Frames of each fade, at 48 kHz.
FADE = 480
_STEP = 2.0**-22
_LOW = 0.25
#: No louder than this.
LOUDEST = 0.75


def frames(start: int, count: int) -> Any:
    """Frames ``start`` and so on, float32, exactly representable up to frame 2^21."""
    return (_LOW + _STEP * np.arange(start, start + count)).astype(np.float32)


def number(value: float) -> int:
    """Which frame this is; only where no fade changed it."""
    return round((float(value) - _LOW) / _STEP)


class Counting:
    """Renders the sound; late, on demand.

    Attributes:
        rendered: frames so far.
        late: seconds to sleep in the next rendering, once.
    """

    def __init__(self) -> None:
        self.rendered = 0
        self.late = 0.0

    def __call__(self, out: Any) -> None:
        late, self.late = self.late, 0.0
        if late:
            time.sleep(late)
        out[:] = frames(self.rendered, len(out))[:, None]
        self.rendered += len(out)


def gaps(heard: Any, fade: int = FADE, *, begun: bool = False) -> int:
    """Check what was heard, shape (frames,), and count its gaps.

    Between silences it must rise under a raised cosine, go on frame by frame without one missing,
    doubled or changed, and fall under a mirrored raised cosine; behind a gap it must go on with
    the frame that would have come without it. What was heard may end anywhere; with ``begun`` it
    may begin in the midst of the sound, risen or not.
    """
    sounding = np.concatenate([[0], np.asarray(heard != 0, int), [0]])
    starts, ends = np.flatnonzero(np.diff(sounding) == 1), np.flatnonzero(np.diff(sounding) == -1)
    up = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
    steepest = LOUDEST * np.pi / 2 / fade + 2 * _STEP
    jumps = np.abs(np.diff(heard, prepend=heard[:1] if begun else 0.0))
    assert jumps.max() <= steepest
    expected = None if begun else 0
    for start, end in zip(starts, ends, strict=True):
        piece, fell = heard[start:end], end < len(heard)
        whole = piece[fade : len(piece) - fade if fell else None]
        if not len(whole):  # the tail mirrors no more than there was; or cut off by the end
            assert expected is not None, "too little was heard"
            expected += len(piece) - min(fade, len(piece) // 2)
            continue
        first = number(whole[0])
        np.testing.assert_array_equal(whole, frames(first, len(whole)))
        if expected is not None:
            assert first - fade == expected
            np.testing.assert_allclose(piece[:fade], frames(expected, fade) * up, atol=1e-6)
        if fell:
            last = piece[:-fade][-fade:]
            np.testing.assert_allclose(piece[-fade:], last[::-1] * up[::-1], atol=1e-6)
        expected = first + len(whole)
    return len(starts) - 1
