"""The rows of instruments.py: quality beside a baseline, bits beside Opus, and speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import opus

from musicvae.audio import Sound
from musicvae.cards.measuring import Likeness, figures_of
from musicvae.models.card_parts import Figures
from musicvae.runtime.stream_decoder import StreamDecoder

#: What is asked of a shipped model: log-mel L1 and STFT relative to the baseline, onset
#: correlation, and the difference of level and of width in dB.
LOG_MEL, STFT, LEVEL, WIDTH = 1.05, 0.85, 0.5, 1.0
ONSETS = {"classical": 0.97}
ONSETS_OTHERWISE = 0.98

QUALITY = (
    "| model | log-mel L1, (b) | ratio | STFT, (b) | ratio | onsets, (b) | level, dB (worst) "
    "| width, dB (worst) | texture, dB, (b) | roughness, dB |\n"
    "| --- |" + " ---: |" * 9
)
#: Samples in a block that is timed.
BLOCK = 1024


def figures(tracks: Sequence[Sound], made: Iterable[Sound]) -> Figures:
    """The means over tracks of how like what was made of them is."""
    rows = [Likeness.of(track, sound) for track, sound in zip(tracks, made, strict=True)]
    return figures_of(rows, sum(track.seconds for track in tracks), "0" * 64)


def quality_row(name: str, ours: Figures, other: Figures) -> tuple[str, bool]:
    """A model beside its baseline, and whether it is within all limits; what is not is bold."""
    mel, stft = ours.log_mel / other.log_mel, ours.stft / other.stft
    onsets = ONSETS.get(name, ONSETS_OTHERWISE)
    checks = [
        (f"{mel:.2f} ×", mel <= LOG_MEL),
        (f"{stft:.2f} ×", stft <= STFT),
        (f"{ours.onsets:.3f}", ours.onsets >= onsets),
        (f"{ours.level:+.2f}", abs(ours.level) <= LEVEL),
        (_width(ours.width), ours.width is None or abs(ours.width) <= WIDTH),
    ]
    shown = [text if good else f"**{text}**" for text, good in checks]
    cells = [
        name,
        f"{ours.log_mel:.3f}, {other.log_mel:.3f}",
        shown[0],
        f"{ours.stft:.3f}, {other.stft:.3f}",
        shown[1],
        f"{shown[2]}, {other.onsets:.3f}",
        f"{shown[3]} ({ours.level_worst:.2f})",
        shown[4] if ours.width_worst is None else f"{shown[4]} ({ours.width_worst:.2f})",
        f"{_number(ours.texture)}, {_number(other.texture)}",
        _number(ours.roughness),
    ]
    return f"| {' | '.join(cells)} |", all(good for _, good in checks)


def bits_rows(
    name: str, kbits: float | None, tracks: Sequence[Sound], remake: Callable[[Sound], Sound]
) -> Iterator[str]:
    """A model, and Opus at the rate nearest to what its latents carry and at twice that."""
    ours = figures(tracks, map(remake, tracks))
    yield _bits_row(name, kbits, ours)
    if kbits is None:
        return  # the artifact does not say what they carry
    for times, said in ((1, "Opus, nearest"), (2, "Opus, twice")):
        coded, rate = opus.nearest(tracks, times * kbits)
        yield _bits_row(f"{name}: {said}", rate, figures(tracks, coded))


def speed(decoder: StreamDecoder, blocks: int) -> tuple[float, float]:
    """Times real time at the median block of 1024 samples, and 99th percentile by median."""
    info = decoder.info
    frames = max(1, BLOCK // info.hop)
    latents = np.random.default_rng(0).standard_normal((frames, info.latent_dim), np.float32)
    out = np.empty((frames * info.hop, info.channels), np.float32)
    decoder.push(latents, out)
    spent = []
    for _ in range(blocks):
        begin = time.perf_counter()
        decoder.push(latents, out)
        spent.append(time.perf_counter() - begin)
    median, late = np.percentile(spent, [50, 99])
    return frames * info.hop / info.sample_rate / float(median), float(late / median)


def _bits_row(name: str, kbits: float | None, found: Figures) -> str:
    cells = [
        name,
        "unknown" if kbits is None else f"{kbits:.1f}",
        f"{found.log_mel:.3f}",
        f"{found.stft:.3f}",
        f"{found.onsets:.3f}",
        _width(found.width),
        _number(found.texture),
    ]
    return f"| {' | '.join(cells)} |"


def _width(width: float | None) -> str:
    return "mono" if width is None else f"{width:+.2f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
