"""Shows what the distance of texture prefers, on sounds that are known to be good or bad.

python benchmarks/texture_ranking.py song.wav [more files]

Of each file: itself later (the same texture at other moments); Opus at falling rates; the baseline
of griffin_lim.py; magnitudes averaged over 46 and 93 ms, with the phases kept, which are the smears
that distances of spectrograms reward; noise with the smoothed spectrum of the sound. Last, noise
against another draw of the same noise and against its own average: a distance of spectrograms
prefers the average, a distance of texture must prefer the draw. Prints Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import opus
from griffin_lim import MelBaseline
from numpy.typing import NDArray

import musicvae as mv
from musicvae.audio import Samples, Sound
from musicvae.measures import (
    log_mel_distance,
    multi_resolution_stft_distance,
    roughness_difference,
    texture_distance,
)
from musicvae.measures.spectra import COMPARISON_RATE, comparable, librosa

#: FFT size and hop in samples at 22 050 Hz of what is done to spectra.
SIZE, HOP = 1024, 256
#: Seconds of each file.
SECONDS = 10.0
BITRATES = (64.0, 24.0, 12.0, 6.0)


def variants(sound: Sound) -> Iterator[tuple[str, Sound]]:
    """What is compared with a sound, by name."""
    later = np.roll(sound.samples, round(0.037 * sound.sample_rate), axis=0)
    yield "37 ms later", Sound(later, sound.sample_rate)
    if opus.is_installed():
        for bitrate in BITRATES:
            coded, kbits = opus.code(sound, bitrate)
            yield f"Opus, {kbits:.1f} kbit/s", coded
    yield "32 PCA-mel numbers, Griffin-Lim", MelBaseline.fit([sound], 32).reconstruct(sound)
    for frames in (4, 8):
        yield f"smeared over {1000 * frames * HOP / COMPARISON_RATE:.0f} ms", smeared(sound, frames)
    yield "noise with its spectrum", vocoded(sound)


def smeared(sound: Sound, frames: int) -> Sound:
    """The sound with magnitudes averaged over so many frames, and its own phases."""
    spectrum = _spectrum(comparable(sound))
    smooth = _averaged(np.abs(spectrum), frames)
    return _sound(smooth * spectrum / np.maximum(np.abs(spectrum), 1e-9), len(comparable(sound)))


def vocoded(sound: Sound) -> Sound:
    """Noise with the magnitudes of the sound, averaged over 11 bins."""
    mono = comparable(sound)
    power = _averaged(np.abs(_spectrum(mono)).T ** 2, 11).T
    draw = np.random.default_rng(0).standard_normal(len(mono)).astype(np.float32)
    noise = _spectrum(draw)
    return _sound(np.sqrt(power) * noise / np.sqrt(np.mean(np.abs(noise) ** 2)), len(mono))


def noise(seed: int) -> Sound:
    """Noise that grows louder and quieter, the same way with every seed."""
    length = round(SECONDS * COMPARISON_RATE)
    steps = np.repeat(0.3 + np.random.default_rng(9).random(100), length // 100)
    draw = np.random.default_rng(seed).standard_normal(length)
    return Sound.of(0.1 * draw[: len(steps)] * steps, COMPARISON_RATE)


def row(name: str, reference: Sound, sound: Sound) -> str:
    """One comparison."""
    return (
        f"| {name} | {log_mel_distance(reference, sound):.3f} "
        f"| {multi_resolution_stft_distance(reference, sound):.3f} "
        f"| {texture_distance(reference, sound):.2f} "
        f"| {roughness_difference(reference, sound):+.2f} |"
    )


def _spectrum(samples: Samples) -> NDArray[np.complex64]:
    spectrum: NDArray[np.complex64] = librosa().stft(samples, n_fft=SIZE, hop_length=HOP)
    return spectrum


def _averaged(rows: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    """Each row (rows, n) averaged over so many of its values."""
    kernel = np.ones(count) / count
    return np.array([np.convolve(each, kernel, "same") for each in rows])


def _sound(spectrum: NDArray[np.complexfloating], length: int) -> Sound:
    samples = librosa().istft(spectrum.astype(np.complex64), hop_length=HOP, length=length)
    return Sound.of(samples, COMPARISON_RATE)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="sound files, of some 10 s")
    options = parser.parse_args()
    print("| | log-mel L1 | STFT | texture, dB | roughness, dB |")
    print("| --- |" + " ---: |" * 4)
    for path in options.files:
        whole = mv.read(path)
        sound = Sound(whole.samples[: round(SECONDS * whole.sample_rate)], whole.sample_rate)
        for name, other in variants(sound):
            print(row(f"{path.stem}: {name}", sound, other), flush=True)
    print(row("noise: another draw", noise(1), noise(2)))
    print(row("noise: its average over 93 ms", noise(1), smeared(noise(1), 8)))


if __name__ == "__main__":
    main()
