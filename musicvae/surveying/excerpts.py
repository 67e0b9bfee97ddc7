"""Makes short sounds for a page: as MP3 in base64."""

from __future__ import annotations

import base64
import io

import numpy as np

from musicvae.audio import Sound, resample

#: What every browser plays.
MIME = "audio/mpeg"
#: Length of an excerpt in seconds, and its rate in Hz at most: about 35 kB in base64.
SECONDS, RATE = 4.0, 22_050
#: Rates in Hz below that which the format has.
_RATES = (8_000, 11_025, 12_000, 16_000)


def excerpt(sound: Sound) -> str:
    """The middle of a sound in mono, with short fades; ``""`` where there is nothing to hear."""
    length = round(SECONDS * sound.sample_rate)
    start = max(0, (len(sound.samples) - length) // 2)
    mono = Sound.of(sound.mono()[start : start + length], sound.sample_rate)
    if not mono.samples.any():
        return ""
    rate = next((rate for rate in _RATES if rate >= sound.sample_rate), RATE)
    samples = np.array(resample(mono, rate).samples)
    fade = min(len(samples) // 4, rate // 50)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)[:, None]
    samples[:fade] *= ramp
    samples[len(samples) - fade :] *= ramp[::-1]
    return base64.b64encode(_mp3(samples / max(1.0, np.abs(samples).max()), rate)).decode("ascii")


def _mp3(samples: np.ndarray, rate: int) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="MP3", subtype="MPEG_LAYER_III")
    return buffer.getvalue()
