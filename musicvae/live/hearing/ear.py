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

    A step is ``hop`` samples long, so a sound waits for half of one on average. Where several
    encoders hear in turns, each a part of a step after the one before, it waits for half a part.

    Args:
        encoders: of one artifact, each with a state of its own; nobody else uses them. Their number
            divides the hop.
        sample_rate: of the engine, in Hz.
        segment: sample frames that the engine renders at once, at most.
        note: counts an error of the encoder: where, and what.

    Attributes:
        info: description of the encoder.
        rest: the latents of silence, float32 (D,).
        start: sample frame of the engine at which the present block begins.
        hears: whether it heard the last block.
        taker: called with each step of the first encoder, float32 (D,), which it may not keep;
            ``None`` for nobody.
        broken: whether the encoder has no end, so that it is not asked again.
    """

    def __init__(
        self,
        encoders: Sequence[StepEncoder],
        sample_rate: int,
        segment: int,
        note: Callable[[str, BaseException], None],
    ) -> None:
        self.info = info = encoders[0].info
        self.start, self._rate = 0, sample_rate
        self.hears = self.broken = False
        self.taker: Callable[[Latents], None] | None = None
        self._encoders, self._note = tuple(encoders), note
        most, delay = segment + WINDOW, 0.0
        self._channels = np.zeros((most, info.channels), np.float32)
        self._resampler: Resampler | None = None
        if info.sample_rate != sample_rate:
            self._resampler = Resampler(sample_rate, info.sample_rate, info.channels, most)
            most, delay = self._resampler.most, self._resampler.delay / sample_rate
        self._resampled = np.zeros((most, info.channels), np.float32)
        self._delay = info.latency / info.sample_rate + delay
        self._part = info.hop // len(encoders)
        self._parts = np.zeros((len(encoders), self._part, info.channels), np.float32)
        self._hop = np.zeros((info.hop, info.channels), np.float32)
        self._filled = self._turn = 0
        #: How many steps each encoder must still hear until its latents are those of one that
        #: heard all; they are not played before.
        self._catching_up = [0] * len(encoders)
        self._to_catch_up = ceil(info.receptive_field / info.hop) + 1
        self._overlap = False
        # As many steps as one block may ask for, and the one before them.
        steps = ceil(segment * info.sample_rate / sample_rate / self._part) + 2
        self._steps = np.zeros((steps, info.latent_dim), np.float32)
        self._aside = np.zeros((1, info.latent_dim), np.float32)
        self._ends = [0] * steps
        self._newest = 0
        self._windows = segment // WINDOW + 2
        self._open = [False] * self._windows
        self.rest = self._of_silence()
        self.begin()

    def latency(self, *, overlap: bool) -> float:
        """From a sound to the latents that describe it, in seconds: the encoder's own, the
        resampler's, and the wait until a step is complete, or a part of one where they overlap.
        """
        wait = self._part if overlap else self.info.hop
        return wait / self.info.sample_rate + self._delay

    def begin(self, until: int = 0, waiting: int = 0) -> None:
        """Hear silence until now: a deck begins to follow.

        Args:
            until: sample frames of the engine until its model begins a frame. Where steps overlap,
                they are complete shortly before it does.
            waiting: sample frames that wait for the rest of their window.
        """
        for encoder in self._encoders:
            encoder.reset()
        if self._resampler is not None:
            self._resampler.reset()
        self._parts[:] = 0.0
        self._turn, self._filled = 0, self._begun(until + waiting) if self._overlap else 0
        self._catching_up[:] = [0] * len(self._catching_up)
        self._steps[:] = self.rest
        self._ends[:] = [0] * len(self._ends)
        self._open[:] = [False] * self._windows

    def _begun(self, until: int) -> int:
        """How much of a part must be there now so that parts end shortly before frames begin.

        Args:
            until: sample frames of the engine from the beginning of a window until one does.
        """
        frames, resampler = WINDOW * (until // WINDOW), self._resampler
        if resampler is not None:
            # They end anywhere within a window, so one window is spared; and the frame after the
            # next one is meant, since the resampler gives nothing at first.
            frame = self._part * self._rate // self.info.sample_rate
            frames = resampler.given(WINDOW * ((until + frame) // WINDOW - 1))
        return -frames % self._part

    def overlap(self, on: bool) -> None:
        """Let all encoders hear, in turns, or the first one alone."""
        if on and not self._overlap:
            for number, encoder in enumerate(self._encoders[1:], 1):
                encoder.reset()
                self._catching_up[number] = self._to_catch_up
        self._overlap = on and len(self._encoders) > 1

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
            count = min(self._until_part(), len(windows) - done)
            sound = windows[done : done + count].reshape(count * WINDOW, -1)
            done += count
            self._listen(sound, start + done * WINDOW)

    def _until_part(self) -> int:
        """How many windows complete the next part of a step."""
        missing = self._part - self._filled
        if self._resampler is None:
            return -(-missing // WINDOW)
        return self._resampler.blocks(missing, WINDOW)

    def _listen(self, sound: Samples, end: int) -> None:
        """Hear whole windows, float32 (sample frames, channels); a part is complete in the last."""
        heard = self._channels[: len(sound)]
        spread(sound, heard)
        if self._resampler is not None:
            heard = self._resampled[: self._resampler.push(heard, self._resampled)]
        done = 0
        while done < len(heard):
            count = min(len(heard) - done, self._part - self._filled)
            part = self._parts[self._turn]
            part[self._filled : self._filled + count] = heard[done : done + count]
            self._filled += count
            done += count
            if self._filled == self._part:
                self._filled = 0
                self._turn = (self._turn + 1) % len(self._parts)
                if self._overlap or not self._turn:
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
        """Encode the step that ends with the part that is complete now."""
        turn = self._turn
        np.concatenate((*self._parts[turn:], *self._parts[:turn]), out=self._hop)
        if self._catching_up[turn]:
            self._catching_up[turn] -= 1
            self._make(self._encoders[turn], self._aside)
            return
        self._newest = (self._newest + 1) % len(self._ends)
        self._ends[self._newest] = end
        row = self._steps[self._newest : self._newest + 1]
        self._make(self._encoders[turn], row)
        if self.taker is not None and not turn:
            self.taker(row[0])

    def _make(self, encoder: StepEncoder, row: Latents) -> None:
        """Encode the sound of a step into ``row``, float32 (1, D)."""
        try:
            if not self.broken:
                encoder.push(self._hop, out=row)
                return
        except Exception as error:  # noqa: BLE001 - any operator of a graph may raise any error
            self._note("the encoder of the input", error)
            self.broken = isinstance(error, RunStoppedError)
            encoder.reset()
        row[:] = self.rest

    def _of_silence(self) -> Latents:
        info, row = self.info, np.zeros((1, self.info.latent_dim), np.float32)
        encoder = self._encoders[0]
        encoder.reset()
        for _ in range(ceil(info.receptive_field / info.hop) + 2):
            encoder.push(self._hop, out=row)
        rest: Latents = row[0]
        return rest
