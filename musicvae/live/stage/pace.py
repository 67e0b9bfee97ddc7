"""Times a model when it is loaded, and refuses one that cannot be decoded in time.

A model that is too slow would be swapped in, and the sound would be gone. What is timed is what the
rendering thread does for one frame: latents, decoder, resampler, channels. Another program may
disturb any one measurement but only makes it longer, so the shortest of several counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from musicvae.errors import ArtifactError
from musicvae.live.engine.engine import SEGMENT
from musicvae.live.engine.voice import Voice
from musicvae.live.engine.work import Work

if TYPE_CHECKING:
    from musicvae.runtime.encoder import Encoder
    from musicvae.runtime.prior import Prior

#: Most measurements; the first one that is well in time is the last.
TRIES = 8
#: Share of a frame's duration that decoding it may take. Two decks need twice as much.
MOST_SHARE = 0.9
#: The same of a step of a prior or an encoder, which is made within a frame, beside decoding it.
MOST_STEP_SHARE = 0.5
#: Sample frames that are timed at least.
_SHORTEST = 64
#: Seconds that one frame may take however long it lasts: sound for no longer waits for the device.
LONGEST = 0.04


class Pace:
    """Checks whether voices of streams are decoded in time.

    Args:
        sample_rate: of the engine, in Hz.
        channels: number of channels of the engine.
        clock: seconds.
    """

    def __init__(
        self, sample_rate: int, channels: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._rate = sample_rate
        self._clock = clock
        self._block = np.zeros((SEGMENT, channels), np.float32)

    def check(self, voice: Voice) -> None:
        """Refuse a voice of a stream that is too slow; it is as if new afterwards.

        Args:
            voice: that does not sound yet, with a decoder of its own.

        Raises:
            ArtifactError: it is too slow; says by how much.
        """
        info = voice.controls.info
        frames = max(_SHORTEST, ceil(info.hop * self._rate / info.sample_rate))
        lasts = frames / self._rate
        most = min(MOST_SHARE * lasts, LONGEST)
        self._read(voice, frames)  # the first time, memory is allocated
        taken = self._read(voice, frames)
        for _ in range(TRIES - 1):
            if taken <= most / 2:
                break
            taken = min(taken, self._read(voice, frames))
        voice.forget()
        voice.work = Work()
        if taken > most:
            raise ArtifactError(
                f"{voice.name!r} is too slow for this machine",
                expected=f"at most {most * 1e3:.3g} ms for {lasts * 1e3:.3g} ms of sound",
                received=f"{taken * 1e3:.3g} ms",
                hint="a smaller recipe, or `musicvae live --allow-slow`, to hear it with gaps",
            )

    def check_prior(self, name: str, prior: Prior) -> None:
        """Refuse a prior whose steps take too long; the step that is timed is dropped.

        Args:
            name: name of the prior.
            prior: that does not play yet.

        Raises:
            ArtifactError: it is too slow; says by how much.
        """
        info = prior.info
        self._check_step("prior", name, info.hop / max(1, info.stride) / info.sample_rate, prior)

    def check_encoder(self, name: str, encoder: Encoder) -> float:
        """The same of an encoder, which hears a step within the frame in which it is complete.

        Returns:
            How long it takes, as a share of the step.
        """
        info = encoder.info
        lasts = info.hop / info.sample_rate
        return self._check_step("encoder", name, lasts, encoder) / lasts

    def _check_step(self, kind: str, name: str, lasts: float, part: Prior | Encoder) -> float:
        """Refuse a part of which one step takes too long for so many seconds of sound.

        Returns:
            Seconds that a step takes.
        """
        most = min(MOST_STEP_SHARE * lasts, LONGEST)
        taken = float("inf")
        for _ in range(TRIES):
            started = self._clock()
            part.warm_up()
            taken = min(taken, self._clock() - started)
            if taken <= most / 2:
                break
        if taken > most:
            raise ArtifactError(
                f"the {kind} {name!r} is too slow for this machine",
                expected=f"at most {most * 1e3:.3g} ms for a step",
                received=f"{taken * 1e3:.3g} ms",
                hint=f"a smaller {kind}, or `musicvae live --allow-slow`, to hear it with gaps",
            )
        return taken

    def _read(self, voice: Voice, frames: int) -> float:
        """Render sample frames as the engine does; the seconds it took."""
        started = self._clock()
        for start in range(0, frames, SEGMENT):
            voice.read(self._block[: min(SEGMENT, frames - start)])
        return self._clock() - started
