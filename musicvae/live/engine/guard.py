"""Guards a voice: whatever it raises or gives, its deck goes on, and the sound has no click."""

from __future__ import annotations

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.arrays import all_finite
from musicvae.live.engine.voice import Voice
from musicvae.live.faults import Faults


class Guard:
    """Reads a voice. Once it fails, its last sample frame fades out, and then it is silent.

    A voice that has failed stays on its deck, with its settings, until another model is loaded or
    :meth:`forget` gives it another chance.

    Args:
        voice: to be read.
        faults: counts what it raises.
        fade: falls from below 1 to 0, float32 (sample frames,).
        channels: number of channels that it is read in.
    """

    def __init__(self, voice: Voice, faults: Faults, fade: Samples, channels: int) -> None:
        self.voice = voice
        self._faults = faults
        self._fade = fade
        self._last = np.zeros(channels, np.float32)
        self._fading: int | None = None  # position in the fade; ``None`` while all is well

    def read(self, out: Samples, *, heard: bool = True) -> None:
        """Write the next sample frames into ``out``, float32 (sample frames, channels).

        Args:
            out: float32 (sample frames, channels).
            heard: whether anybody hears them; see :meth:`Voice.rest`.
        """
        if self._fading is None and self._read(out, heard):
            self._last[:] = out[-1]
        else:
            self._fade_out(out)

    def forget(self) -> None:
        """See :class:`Voice`; while the deck is silent."""
        self._last[:] = 0.0
        self._fading = None
        try:
            self.voice.forget()
        except Exception as error:  # noqa: BLE001 - a voice may raise anything
            self._fail(error)

    def _read(self, out: Samples, heard: bool) -> bool:
        """Read the voice; whether it is well."""
        try:
            if heard:
                self.voice.read(out)
            else:
                self.voice.rest(out)
            if not all_finite(out):
                raise ArithmeticError("samples that are NaN or infinite")
        except Exception as error:  # noqa: BLE001 - a voice may raise anything
            self._fail(error)
            return False
        self._take()
        return True

    def _take(self) -> None:
        """Count what the voice itself has caught."""
        faults = self.voice.work.faults
        while faults:
            self._note(faults.pop(0))

    def _fail(self, error: Exception) -> None:
        self._fading = 0
        self._take()
        self._note(error)

    def _note(self, error: Exception) -> None:
        self._faults.note(f"the model {self.voice.name!r}", error)

    def _fade_out(self, out: Samples) -> None:
        at = self._fading or 0
        falling = self._fade[at : at + len(out)]
        for channel, level in enumerate(self._last):
            np.multiply(falling, level, out=out[: len(falling), channel])
        out[len(falling) :] = 0.0
        self._fading = at + len(falling)
