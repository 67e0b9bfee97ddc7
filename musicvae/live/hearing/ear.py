"""An ear: an encoder that hears the windows of the input, and the latents that it made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Protocol

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.audio import Samples
from musicvae.errors import RunStoppedError
from musicvae.latents.arrays import Latents
from musicvae.live.channels import spread
from musicvae.live.resampling import Resampler

#: Sample frames of the engine that are looked at together.
WINDOW = 64


class StepEncoder(Protocol):
    """The methods of :class:`musicvae.Encoder` that the daemon uses."""

    @property
    def info(self) -> ArtifactInfo:
        """The description in the artifact."""

    def push(self, audio: Samples, out: Latents) -> Latents:
        """Encode sound, float32 (steps · hop, channels), into ``out``, float32 (steps, D)."""

    def reset(self) -> None:
        """Return to the state before the first step."""


class Ear:
    """Encodes what the engine hears. Both decks may hear through the same one.

    All but the constructor runs on the rendering thread. The engine lets it hear while a deck
    follows it; whoever asks for its latents names a sample frame, and gets the newest step that was
    complete then. So it does not matter in which order decks ask, and how blocks are cut.

    Args:
        encoder: nobody else uses it.
        sample_rate: of the engine, in Hz.
        segment: sample frames that the engine renders at once, at most.
        note: counts an error of the encoder: where, and what.

    Attributes:
        info: description of the encoder.
        rest: the latents of silence, float32 (D,).
        latency: from a sound to the latents that describe it, in seconds: the encoder's own, the
            resampler's, and the wait until a step is complete.
        start: sample frame of the engine at which the present block begins.
        hears: whether it heard the last block.
        taker: called with each step, float32 (D,), which it may not keep; ``None`` for nobody.
        broken: whether the encoder has no end, so that it is not asked again.
    """

    def __init__(
        self,
        encoder: StepEncoder,
        sample_rate: int,
        segment: int,
        note: Callable[[str, BaseException], None],
    ) -> None:
        self.info = info = encoder.info
        self.start = 0
        self.hears = self.broken = False
        self.taker: Callable[[Latents], None] | None = None
        self._encoder, self._note = encoder, note
        most, delay = segment + WINDOW, 0.0
        self._channels = np.zeros((most, info.channels), np.float32)
        self._resampler: Resampler | None = None
        if info.sample_rate != sample_rate:
            self._resampler = Resampler(sample_rate, info.sample_rate, info.channels, most)
            most, delay = self._resampler.most, self._resampler.delay / sample_rate
        self._resampled = np.zeros((most, info.channels), np.float32)
        self._hop = np.zeros((info.hop, info.channels), np.float32)
        self._filled = 0
        self.latency = (info.hop + info.latency) / info.sample_rate + delay
        # As many steps as one block may ask for, and the one before them.
        steps = ceil(segment * info.sample_rate / sample_rate / info.hop) + 2
        self._steps = np.zeros((steps, info.latent_dim), np.float32)
        self._ends = [0] * steps
        self._newest = 0
        self._windows = segment // WINDOW + 2
        self._open = [False] * self._windows
        self.rest = self._of_silence()
        self.begin()

    def begin(self) -> None:
        """Hear silence until now: a deck begins to follow."""
        self._encoder.reset()
        if self._resampler is not None:
            self._resampler.reset()
        self._filled = 0
        self._steps[:] = self.rest
        self._ends[:] = [0] * len(self._ends)
        self._open[:] = [False] * self._windows

    def hear(self, windows: Samples, start: int, are_open: Sequence[bool]) -> None:
        """Hear the next windows.

        Args:
            windows: float32 (windows, 64, any number of channels); at most as many as begin in a
                segment.
            start: sample frame of the engine at which the first begins, a multiple of 64.
            are_open: for each, whether the gate lets it through.
        """
        first = start // WINDOW + 1
        for number, is_open in enumerate(are_open, first):
            self._open[number % self._windows] = is_open
        done = 0
        while done < len(windows):
            count = min(self._until_step(), len(windows) - done)
            sound = windows[done : done + count].reshape(count * WINDOW, -1)
            done += count
            self._listen(sound, start + done * WINDOW)

    def _until_step(self) -> int:
        """How many windows complete the next step."""
        missing = len(self._hop) - self._filled
        if self._resampler is None:
            return -(-missing // WINDOW)
        return self._resampler.blocks(missing, WINDOW)

    def _listen(self, sound: Samples, end: int) -> None:
        """Hear whole windows, float32 (sample frames, channels); a step is complete in the last."""
        heard = self._channels[: len(sound)]
        spread(sound, heard)
        if self._resampler is not None:
            heard = self._resampled[: self._resampler.push(heard, self._resampled)]
        done = 0
        while done < len(heard):
            count = min(len(heard) - done, len(self._hop) - self._filled)
            self._hop[self._filled : self._filled + count] = heard[done : done + count]
            self._filled += count
            done += count
            if self._filled == len(self._hop):
                self._filled = 0
                self._encode(end)

    def latents(self, ahead: int) -> Latents:
        """What was heard last, float32 (D,), not a copy.

        Args:
            ahead: sample frames of the engine from the beginning of its present block to the moment
                that is meant.
        """
        number, moment = self._newest, self.start + ahead
        while self._ends[number] > moment:
            number = (number - 1) % len(self._ends)
            if number == self._newest:
                break
        row: Latents = self._steps[number]
        return row

    def is_open(self, ahead: int) -> bool:
        """Whether the gate was open at a moment; see :meth:`latents`."""
        return self._open[(self.start + ahead) // WINDOW % self._windows]

    def _encode(self, end: int) -> None:
        self._newest = (self._newest + 1) % len(self._ends)
        self._ends[self._newest] = end
        self._make(self._steps[self._newest : self._newest + 1])
        if self.taker is not None:
            self.taker(self._steps[self._newest])

    def _make(self, row: Latents) -> None:
        """Encode the sound of a step into ``row``, float32 (1, D)."""
        try:
            if not self.broken:
                self._encoder.push(self._hop, out=row)
                return
        except Exception as error:  # noqa: BLE001 - any operator of a graph may raise any error
            self._note("the encoder of the input", error)
            self.broken = isinstance(error, RunStoppedError)
            self._encoder.reset()
        row[:] = self.rest

    def _of_silence(self) -> Latents:
        info, row = self.info, np.zeros((1, self.info.latent_dim), np.float32)
        self._encoder.reset()
        for _ in range(ceil(info.receptive_field / info.hop) + 2):
            self._encoder.push(self._hop, out=row)
        rest: Latents = row[0]
        return rest
