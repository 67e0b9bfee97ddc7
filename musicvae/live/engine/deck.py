"""A deck: one voice that sounds, the cross-fade to the next one, and the level of both."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.audio import Samples
from musicvae.live.commands.address import Address, Command, Target
from musicvae.live.commands.arguments import Shape
from musicvae.live.engine.voice import Voice
from musicvae.live.fades import Glide, amplitude, equal_power

#: From one model to the next.
SWAP_SECONDS = 0.1
#: Play, pause, mute and panic.
PLAY_SECONDS = 0.01
GAIN_SECONDS = 0.02
#: At and below this gain there is silence.
SILENT_DB = -96.0


class Deck:
    """Renders its voice. All methods belong to the thread that renders, but for the properties.

    Args:
        name: that it is addressed by.
        sample_rate: in Hz.
        channels: of what it renders.
        segment: the longest block, in frames.
        weight: share of the mix, 0 to 1.

    Attributes:
        gain_db: as last set.
        muted: likewise.
        shape: what commands need to know of its model.
    """

    def __init__(
        self, name: str, sample_rate: int, channels: int, segment: int, weight: float = 1.0
    ) -> None:
        self.name = name
        self.gain_db = 0.0
        self.muted = False
        self.shape = Shape()
        self._voice: Voice | None = None
        self._next: Voice | None = None
        self._waiting: Voice | None = None
        # Two models have nothing in common, so their powers must add to one.
        self._rising, self._falling = equal_power(round(SWAP_SECONDS * sample_rate))
        self._fade_at = 0
        self._level = Glide(0.0, round(PLAY_SECONDS * sample_rate))
        self._mute = Glide(1.0, round(PLAY_SECONDS * sample_rate))
        self._gain = Glide(1.0, round(GAIN_SECONDS * sample_rate))
        self._fader = Glide(weight, round(GAIN_SECONDS * sample_rate))
        self._panicking = False
        self._again = False  # whether it plays, or will after a panic
        self._sound = np.zeros((segment, channels), np.float32)
        self._other = np.zeros((segment, channels), np.float32)
        self._envelope = np.zeros(segment, np.float32)
        self._factor = np.zeros(segment, np.float32)

    @property
    def voice(self) -> Voice | None:
        """The newest one, that commands go to."""
        return self._waiting or self._next or self._voice

    @property
    def playing(self) -> bool:
        """Whether it sounds, or will by itself."""
        return self._again

    @property
    def silent(self) -> bool:
        """Whether it is stopped and has faded out."""
        return self._level.target == 0 and self._level.remaining == 0

    def takes(self, command: Command, payload: Any = None) -> bool:
        """Whether a command, and what was loaded for it, fits the model that plays here now."""
        return command.row.suits(command, self.shape, payload)

    def target_of(self, row: Address) -> Any:
        """The object that a row of the address table changes; ``None`` where there is none now."""
        if row.target is Target.DECK:
            return self
        voice = self.voice
        if voice is None or row.target is Target.VOICE:
            return voice
        return voice.controls.target_of(row)

    def do(self, command: Command, payload: Any = None) -> None:
        """Apply a command that the deck :meth:`takes`.

        Args:
            command: to this deck.
            payload: what was loaded for it: the ``Voice`` of ``/model/load``, the ``Tape`` of
                ``/tape/load``, the loop of ``/loop``.
        """
        voice = self.voice
        if command.row.target in (Target.CONTROLS, Target.SOURCE):
            if voice is not None:
                voice.controls.do(command, payload)
            return
        target = self.target_of(command.row)
        if target is not None and command.row.apply is not None:
            command.row.apply(target, command, payload)

    def set_gain(self, db: float) -> None:
        """Glide to this gain in dB; -96 is silence."""
        self.gain_db = db
        self._gain.to(0.0 if db <= SILENT_DB else amplitude(db))

    def mute(self, on: bool) -> None:
        """Fade to silence, or back; the deck goes on."""
        self.muted = on
        self._mute.to(0.0 if on else 1.0)

    def play(self, on: bool) -> None:
        """Fade in and go on, or fade out and pause; after a panic, once there was silence."""
        self._again = on
        if not self._panicking:
            self._level.to(1.0 if on else 0.0)

    def panic(self) -> None:
        """Fade to silence at once, stop, and set all latents to 0."""
        self._panicking, self._again = True, False
        if self.voice is None:
            self._level.jump(0.0)
        else:
            self._level.to(0.0)
            self.voice.controls.panic()  # at once, so that what is set from now on holds
        if self.silent:
            self._in_silence()

    def swap(self, voice: Voice) -> None:
        """Cross-fade to another model; it goes on with what is set, in the same latent space."""
        before, info = self.voice, voice.controls.info
        names = tuple(attribute.name for attribute in info.attributes)
        self.shape = Shape(info.latent_dim, names, info.latent_space, info.kind)
        if before is not None:
            before.leave()
            if _same_space(before, voice):
                voice.controls.adopt(before.controls)
        if self._voice is None and not self.silent:
            # Nothing has sounded yet, so nobody hears the level drop, and the voice fades in.
            self._level.jump(0.0)
            self._level.to(float(self._again))
        if self._voice is None or self.silent:
            self._voice, self._next, self._waiting = voice, None, None
        elif self._next is None:
            self._next, self._fade_at = voice, 0
        else:
            self._waiting = voice

    def fade_to(self, weight: float) -> None:
        """Glide to this share of the mix, 0 to 1."""
        self._fader.to(weight)

    def horizon(self, frames: int) -> int:
        """How many of the next ``frames`` can be rendered before a fade ends."""
        if self._next is not None:
            frames = min(frames, len(self._rising) - self._fade_at)
        return min(frames, self._level.remaining or frames)

    def add_to(self, mix: Samples) -> None:
        """Render ``len(mix)`` frames, at most the :meth:`horizon`, onto ``mix``."""
        frames, silent = len(mix), self.silent
        envelope, factor = self._envelope[:frames], self._factor[:frames]
        self._level.fill(envelope)
        for glide in (self._mute, self._gain, self._fader):
            glide.fill(factor)
            np.multiply(envelope, factor, out=envelope)
        if self._voice is not None and not silent:
            sound = self._read(self._voice, frames)
            _scale(sound, envelope)
            np.add(mix, sound, out=mix)
        if self.silent and (self._panicking or self._next is not None):
            self._in_silence()

    def _in_silence(self) -> None:
        """What had to wait until nobody hears it."""
        self._voice, self._next, self._waiting, self._fade_at = self.voice, None, None, 0
        if self._panicking:
            self._panicking = False
            if self._voice is not None:
                self._voice.forget()
            self.play(self._again)

    def _read(self, voice: Voice, frames: int) -> Samples:
        sound = self._sound[:frames]
        voice.read(sound)
        if self._next is not None:
            other = self._other[:frames]
            self._next.read(other)
            _scale(sound, self._falling[self._fade_at : self._fade_at + frames])
            _scale(other, self._rising[self._fade_at : self._fade_at + frames])
            np.add(sound, other, out=sound)
            self._fade_at += frames
            if self._fade_at == len(self._rising):
                self._voice, self._next = self._next, self._waiting
                self._waiting, self._fade_at = None, 0
        return sound


def _same_space(one: Voice, other: Voice) -> bool:
    a, b = one.controls.info, other.controls.info
    return bool(a.latent_space) and (a.latent_space, a.latent_dim) == (b.latent_space, b.latent_dim)


def _scale(block: Samples, factors: Samples) -> None:
    # A channel at a time: where shapes differ, numpy allocates a buffer at every call.
    for channel in range(block.shape[1]):
        column = block[:, channel]
        np.multiply(column, factors, out=column)
