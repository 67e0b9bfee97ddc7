"""The spectrum of what sounds, for whoever draws it: levels of bands of pitch, 20 times a second.

The rendering thread only copies what it has rendered; another thread transforms it, and only while
somebody has asked for it. What it reads may be written meanwhile, so that a spectrum can be wrong
in a block of its window: it is for eyes alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from musicvae.audio import Samples
from musicvae.latents.arrays import Float32
from musicvae.live.engine.engine import Engine
from musicvae.live.network.clients import Subscribers

#: How many bands there are, and where the lowest and the highest lie in Hz; of low sample rates the
#: highest lies lower.
BANDS, LOWEST, HIGHEST = 64, 40.0, 16_000.0
#: The level of silence, in dBFS.
SILENCE = -120.0
#: Seconds that are heard at once, about: fine enough for the bass, and short enough for onsets.
_WINDOW = 0.08
#: Channels that are heard; their powers are averaged.
_CHANNELS = 2


class Spectrum:
    """Hears blocks of sound, and tells the levels of their last moments.

    Args:
        sample_rate: in Hz.
        channels: of the blocks.

    Attributes:
        centres: of the bands in Hz, evenly apart in pitch, float32 (BANDS,).
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        size = 2 ** round(np.log2(_WINDOW * sample_rate))
        self.centres, self._shapes = _bands(sample_rate, size)
        self._ring: Samples = np.zeros((2 * size, min(channels, _CHANNELS)), np.float32)
        window = np.hanning(size + 1)[:-1]
        self._window = (window * 2 / window.sum()).astype(np.float32)[:, None]
        self._back = np.arange(-size, 0)
        self._heard = 0

    def note(self, block: Samples) -> None:
        """Copy a block, float32 (sample frames, channels); on the rendering thread."""
        size = len(self._ring)
        some = block[-size:, : self._ring.shape[1]]
        at = self._heard % size
        first = min(len(some), size - at)
        self._ring[at : at + first] = some[:first]
        self._ring[: len(some) - first] = some[first:]
        self._heard += len(some)  # last: what is read lies before it

    def levels(self) -> tuple[float, ...]:
        """The level of each band in dBFS, ``BANDS`` numbers: a sine of full scale has 0."""
        sound = self._ring[(self._heard + self._back) % len(self._ring)] * self._window
        power = np.square(np.abs(np.fft.rfft(sound, axis=0))).mean(axis=1)
        found = 10 * np.log10(np.maximum(self._shapes @ power, 10 ** (SILENCE / 10)))
        # Some processors round a logarithm otherwise.
        return tuple(np.maximum(found, SILENCE).tolist())


class Spectra:
    """Tells subscribers the spectrum of an engine; while there are none, nothing is computed.

    Args:
        engine: whose mix is heard.
        subscribers: who is told.
        send: sends a message to one of them.
    """

    def __init__(self, engine: Engine, subscribers: Subscribers, send: Callable[..., None]) -> None:
        self._engine = engine
        self._subscribers = subscribers
        self._send = send
        self._spectrum: Spectrum | None = None
        self._told = -1

    def look(self) -> None:
        """Tell what sounds now, where something was rendered since the last time."""
        engine = self._engine
        peers = self._subscribers.current(time.monotonic())
        if not peers:
            engine.spectrum_tap = self._spectrum = None
            return
        if self._spectrum is None:
            self._spectrum = Spectrum(engine.sample_rate, engine.channels)
            engine.spectrum_tap = self._spectrum.note
        if engine.frame == self._told:
            return
        self._told = engine.frame
        levels = self._spectrum.levels()
        for peer in peers:
            self._send(peer, "/spectrum.reply", *levels)


def _bands(sample_rate: int, size: int) -> tuple[Float32, Float32]:
    """The centres of the bands, float32 (BANDS,), and their weights, float32 (BANDS, bins).

    A band reaches over half the way to its neighbours, and over a bin at least. Of a sine, whose
    power a Hann window spreads over three bins, it takes the whole.
    """
    highest = min(HIGHEST, 0.45 * sample_rate)
    centres = np.geomspace(LOWEST, highest, BANDS)
    ratio = np.sqrt(centres[1] / centres[0])
    width = sample_rate / size
    bins = np.arange(size // 2 + 1) * width
    reach = np.maximum(centres * (ratio - 1), width / 2)[:, None]
    away = np.abs(bins - centres[:, None])
    weights = np.clip((reach + width - away) / width, 0, 1)
    # Three bins of a sine of full scale at the centre have 1.5 times the power of the middle one.
    return centres.astype(np.float32), (weights / 1.5).astype(np.float32)
