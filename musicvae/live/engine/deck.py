"""A deck: renders one voice, cross-fades to the next one, and applies gain, mute and fades."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples
from musicvae.live.commands.address import Address, Command, Target
from musicvae.live.commands.arguments import Shape
from musicvae.live.engine.guard import Guard
from musicvae.live.engine.voice import Voice
from musicvae.live.fades import Glide, amplitude, equal_power, raised_cosine, scale
from musicvae.live.faults import Faults
from musicvae.live.hearing.ear import Ear

#: Duration of the cross-fade from one model to the next.
SWAP_SECONDS = 0.1
#: Duration of the fades of play, pause, mute and panic.
PLAY_SECONDS = 0.01
GAIN_SECONDS = 0.02
#: A gain at or below this, in dB, is silence.
SILENT_DB = -96.0


class Deck:
    """Renders its voice. The methods run on the rendering thread; any thread may read attributes.

    Args:
        name: in addresses.
        sample_rate: in Hz.
        channels: number of channels that it renders.
        segment: the longest block, in sample frames.
        weight: amplitude of the deck in the mix, 0 to 1.
        faults: counts what its voices raise.
        rests: whether its voices rest while nobody hears them. Those of scores that are older than
            this must not: a decoder that has rested goes on from where it was.

    Attributes:
        gain_db: as last set, in dB.
        muted: as last set.
        shape: facts about its model that are needed to check commands.
    """

    def __init__(
        self,
        name: str,
        sample_rate: int,
        channels: int,
        segment: int,
        weight: float = 1.0,
        faults: Faults | None = None,
        *,
        rests: bool = False,
    ) -> None:
        self.name = name
        self._rests = rests
        self.gain_db = 0.0
        self.muted = False
        self.shape = Shape()
        self._voice: Guard | None = None
        self._next: Guard | None = None
        self._waiting: Guard | None = None
        self._faults = faults or Faults()
        self._away = 1 - raised_cosine(round(PLAY_SECONDS * sample_rate))
        self._channels = channels
        # The sounds of two models are uncorrelated, so their powers must add to one.
        self._rising, self._falling = equal_power(round(SWAP_SECONDS * sample_rate))
        self._fade_at = 0
        self._level = Glide(0.0, round(PLAY_SECONDS * sample_rate))
        self._mute = Glide(1.0, round(PLAY_SECONDS * sample_rate))
        self._gain = Glide(1.0, round(GAIN_SECONDS * sample_rate))
        self._fader = Glide(weight, round(GAIN_SECONDS * sample_rate))
        self._factors = (self._mute, self._gain, self._fader)
        self._glides = (self._level, *self._factors)
        self._panicking = False
        self._play = False  # the last /play; after a panic it takes effect once there is silence
        self._sound = np.zeros((segment, channels), np.float32)
        self._other = np.zeros((segment, channels), np.float32)
        self._envelope = np.zeros(segment, np.float32)
        self._factor = np.zeros(segment, np.float32)

    @property
    def voice(self) -> Voice | None:
        """The newest voice, which commands are applied to; it may still be fading in."""
        newest = self._newest
        return None if newest is None else newest.voice

    @property
    def _newest(self) -> Guard | None:
        return self._waiting or self._next or self._voice

    @property
    def playing(self) -> bool:
        """Whether it was last told to play."""
        return self._play

    @property
    def silent(self) -> bool:
        """Whether it is stopped and has faded out."""
        return _is_zero(self._level)

    @property
    def _unheard(self) -> bool:
        """Whether it goes on, but is muted or faded out."""
        return self._rests and any(map(_is_zero, self._factors))

    def listen(self, ears: dict[Ear, int]) -> None:
        """Add the ears through which the voices that sound hear the input, if they are new.

        Each with the sample frames until its voice begins a frame.
        """
        for guard in (self._voice, self._next):
            if guard is not None and (ear := guard.voice.controls.ear) is not None:
                ears.setdefault(ear, guard.voice.until_frame)

    def target_of(self, row: Address) -> object:
        """The object that a row of the address table changes; ``None`` if there is none now."""
        if row.target is Target.DECK:
            return self
        voice = self.voice
        if voice is None or row.target is Target.VOICE:
            return voice
        return voice.controls.target_of(row)

    def do(self, command: Command, payload: object = None) -> bool:
        """Apply a command to the deck, its voice or the settings of that voice.

        Args:
            command: for this deck.
            payload: what was loaded for it: the ``Voice`` of ``/model/load``, the ``Tape`` of
                ``/tape/load``, the ``Loop`` of ``/loop``.

        Returns:
            Whether it suits the model that plays here now; if not, nothing was changed.
        """
        row, voice = command.row, self.voice
        if not row.suits(command, self.shape, payload):
            return False
        if row.target is Target.CONTROLS or row.target is Target.SOURCE:
            if voice is not None:
                voice.controls.do(command, payload)
        elif (target := self.target_of(row)) is not None and row.apply is not None:
            row.apply(target, command, payload)
        return True

    def set_gain(self, db: float) -> None:
        """Fade to this gain in dB; -96 is silence."""
        self.gain_db = db
        self._gain.to(0.0 if db <= SILENT_DB else amplitude(db))

    def mute(self, on: bool) -> None:
        """Fade to silence or back, while the deck continues to play."""
        self.muted = on
        self._mute.to(0.0 if on else 1.0)

    def play(self, on: bool) -> None:
        """Fade in and continue, or fade out and pause; during a panic, as soon as it is silent."""
        self._play = on
        if not self._panicking:
            self._level.to(1.0 if on else 0.0)

    def panic(self) -> None:
        """Fade to silence, stop, and set all latents to 0."""
        self._panicking, self._play = True, False
        if self.voice is None:
            self._level.jump(0.0)
        else:
            self._level.to(0.0)
            self.voice.controls.panic()  # now, so that later settings are kept
        if self.silent:
            self._in_silence()

    def swap(self, voice: Voice) -> None:
        """Cross-fade to another model, which takes over all settings if the latent space is equal.

        A third voice waits until a cross-fade in progress is over.
        """
        before, info = self.voice, voice.controls.info
        names = tuple(attribute.name for attribute in info.attributes)
        if before is not None:  # first what may fail: then nothing has changed
            if same_space(before, voice):
                voice.controls.adopt(before.controls)
            before.leave()
        guard = Guard(voice, self._faults, self._away, self._channels)
        self.shape = Shape(info.latent_dim, names, info.latent_space, info.kind)
        if self._voice is None and not self.silent:
            # Nothing sounds yet, so the level can drop without a click, and the voice fades in.
            self._level.jump(0.0)
            self._level.to(float(self._play))
        if self._voice is None or self.silent:
            self._voice, self._next, self._waiting = guard, None, None
        elif self._next is None:
            self._next, self._fade_at = guard, 0
        else:
            self._waiting = guard

    def fade_to(self, weight: float) -> None:
        """Fade to this amplitude in the mix, 0 to 1."""
        self._fader.to(weight)

    def horizon(self, frames: int) -> int:
        """How many of the next ``frames`` sample frames can be rendered before a fade ends."""
        if self._next is not None:
            frames = min(frames, len(self._rising) - self._fade_at)
        if self._rests:  # from the end of a fade on nobody hears it
            for glide in self._factors:
                frames = min(frames, glide.remaining or frames)
        return min(frames, self._level.remaining or frames)

    def add_to(self, mix: Samples) -> None:
        """Render the next sample frames and add them to ``mix``.

        Args:
            mix: float32, shape (sample frames, channels), at most the :meth:`horizon` long.
        """
        frames, silent = len(mix), self.silent
        waits = self._panicking or self._next is not None
        if silent and not waits and not any(glide.remaining for glide in self._factors):
            return  # most of many decks are stopped or empty
        heard = not self._unheard
        envelope = self._move(frames)
        if self._voice is not None and not silent:
            sound = self._read(self._voice, frames, heard)
            if heard:
                scale(sound, envelope)
                np.add(mix, sound, out=mix)
        if self.silent and (self._panicking or self._next is not None):
            self._in_silence()

    def _move(self, frames: int) -> Samples | np.float32:
        """By what the next sample frames are multiplied: one number while nothing moves."""
        for glide in self._glides:
            if glide.remaining:
                break
        else:
            product = np.float32(1.0)
            for glide in self._glides:
                if glide.target != 1:
                    product *= np.float32(glide.target)
            return product
        envelope, factor = self._envelope[:frames], self._factor[:frames]
        self._level.fill(envelope)
        for glide in self._factors:
            glide.fill(factor)
            np.multiply(envelope, factor, out=envelope)
        return envelope

    def _in_silence(self) -> None:
        """Do what had to wait for silence: change voices, and end a panic."""
        self._voice, self._next, self._waiting, self._fade_at = self._newest, None, None, 0
        if self._panicking:
            self._panicking = False
            if self._voice is not None:
                self._voice.forget()
            self.play(self._play)

    def _read(self, voice: Guard, frames: int, heard: bool) -> Samples:
        """The next sample frames of the voice, cross-faded with the next one if there is one.

        Returns:
            float32, shape (sample frames, channels), overwritten by the next call.
        """
        sound = self._sound[:frames]
        voice.read(sound, heard=heard)
        if self._next is not None:
            other = self._other[:frames]
            self._next.read(other, heard=heard)
            scale(sound, self._falling[self._fade_at : self._fade_at + frames])
            scale(other, self._rising[self._fade_at : self._fade_at + frames])
            np.add(sound, other, out=sound)
            self._fade_at += frames
            if self._fade_at == len(self._rising):
                self._voice, self._next = self._next, self._waiting
                self._waiting, self._fade_at = None, 0
        return sound


def same_space(one: Voice, other: Voice) -> bool:
    """Whether the latents of both mean the same, so that settings are taken over."""
    a, b = one.controls.info, other.controls.info
    return bool(a.latent_space) and (a.latent_space, a.latent_dim) == (b.latent_space, b.latent_dim)


def _is_zero(glide: Glide) -> bool:
    """Whether it has come to 0."""
    return glide.target == 0 and not glide.remaining
