"""Maps the channels of a decoder to the channels of the engine, without allocating."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples

#: Decoders are trained to stay within ±1; this bound only keeps extreme values from overflowing.
SANE = 16.0


def spread(sound: Samples, out: Samples) -> None:
    """Fill all channels of ``out`` from those of ``sound``.

    Mono goes to every channel and stereo to each pair; a single channel gets the mean.

    Args:
        sound: float32, shape (sample frames, any number of channels).
        out: float32, shape (as many sample frames, any number of channels).
    """
    have, want = sound.shape[1], out.shape[1]
    if have == want:
        np.copyto(out, sound)
        return
    if want == 1 and have > 1:
        # A channel at a time, because a mean over an axis allocates.
        out[:, 0] = sound[:, 0]
        for channel in range(1, have):
            np.add(out[:, 0], sound[:, channel], out=out[:, 0])
        np.multiply(out[:, 0], np.float32(1 / have), out=out[:, 0])
        return
    for channel in range(want):
        out[:, channel] = sound[:, channel % have]
