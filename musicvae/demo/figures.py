"""Measures of the demo's take, beside those of music that the model knows, and of noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.audio import Sound, Sounds, read, resample
from musicvae.measures import describe, frechet_log_mel_distance

#: Seconds of each track that are measured.
SECONDS = 10.0


def beginning(path: Path, sample_rate: int) -> Sound:
    """The first seconds of a track, at a rate in Hz."""
    return resample(read(path, seconds=SECONDS), sample_rate)


def figures(
    take: Sound, learnt: Sequence[Sound], unheard: Sequence[Sound], status: dict[str, Any]
) -> list[str]:
    """Lines that compare a take with music and with noise, and say how the daemon fared.

    Args:
        take: the recording.
        learnt: training tracks, at the rate and with the channels of the take.
        unheard: test tracks, in the same form.
        status: the daemon's last status.
    """
    noise = np.random.default_rng(0).standard_normal(take.samples.shape)
    noise *= np.sqrt(np.mean(take.samples**2))
    heard, music = describe(take), [describe(sound) for sound in learnt]
    known = Sounds(learnt)
    far = [
        frechet_log_mel_distance(known, Sounds(sounds))
        for sounds in ([take], unheard, [Sound.of(noise, take.sample_rate)])
    ]
    level, band = [m.level for m in music], [m.bandwidth for m in music]
    onset = [m.onset_rate for m in music]
    return [
        f"level      {heard.level:6.1f} dBFS     training tracks {_range(level)}",
        f"bandwidth  {heard.bandwidth:6.0f} Hz       training tracks {_range(band)}",
        f"onsets     {heard.onset_rate:6.1f} /s       training tracks {_range(onset)}",
        f"clicks     {heard.clicks:6d}",
        f"distance   {far[0]:6.1f}          unheard tracks {far[1]:.1f}, white noise {far[2]:.1f}"
        "  (Fréchet, log-mel, to training tracks)",
        f"OSC        {status['packets_received']:6d} packets  refused {status['packets_refused']}, "
        f"underruns {status['underruns']}, one decode {status['decode_ms']:.1f} ms",
    ]


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}"
