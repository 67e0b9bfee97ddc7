"""Encodes sounds with Opus at a bitrate, and decodes them: the codec to compare latents with."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from musicvae.audio import Sound, read, resample

#: Range of bitrates that are asked for, in kbit/s: the encoder takes none below.
LOWEST, HIGHEST = 6.0, 64.0
#: How often the range is halved: to a quarter of a kbit/s.
HALVINGS = 8


def is_installed() -> bool:
    """Whether ``opusenc`` and ``opusdec`` are there."""
    return all(map(shutil.which, ("opusenc", "opusdec")))


def code(sound: Sound, bitrate: float) -> tuple[Sound, float]:
    """A sound after Opus, aligned with what it was and as long, at the same rate and channels.

    Args:
        sound: at any rate.
        bitrate: asked for, in kbit/s; variable, which is the encoder's best.

    Returns:
        The sound, and the bitrate without the container, in kbit/s, as the encoder prints it.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, packed, out = (Path(folder) / name for name in ("a.wav", "a.opus", "b.wav"))
        sound.write(source)
        said = _run("opusenc", "--music", "--bitrate", f"{bitrate:.3f}", source, packed)
        _run("opusdec", "--quiet", "--rate", sound.sample_rate, packed, out)
        decoded = resample(read(out), sound.sample_rate).samples[: len(sound.samples)]
    missing = len(sound.samples) - len(decoded)
    samples = np.pad(decoded, ((0, missing), (0, 0)))
    return Sound.of(samples[:, : sound.samples.shape[1]], sound.sample_rate), printed_bitrate(said)


def printed_bitrate(said: str) -> float:
    """The bitrate without overhead, in kbit/s, in what ``opusenc`` prints at its end."""
    found = re.search(r"Bitrate:\s*([\d.]+)\s*kbit/s \(without overhead\)", said)
    if found is None:
        raise SystemExit(f"opusenc does not say its bitrate:\n{said[-500:]}")
    return float(found[1])


def nearest(
    sounds: Sequence[Sound],
    kbits: float,
    coded: Callable[[Sound, float], tuple[Sound, float]] = code,
) -> tuple[list[Sound], float]:
    """The sounds after Opus at the mean bitrate that is nearest to one.

    Its modes change with the bitrate, so that there are rates which no setting gives.

    Args:
        sounds: coded with one setting.
        kbits: what the mean bitrate should be, in kbit/s.
        coded: how one sound is coded at a setting.

    Returns:
        The sounds, and their mean bitrate in kbit/s.
    """
    low, high = LOWEST, HIGHEST
    best = _all(sounds, low, coded)
    for _ in range(HALVINGS if best[1] < kbits else 0):  # none where the lowest is not below
        middle = (low + high) / 2
        found = _all(sounds, middle, coded)
        if abs(found[1] - kbits) < abs(best[1] - kbits):
            best = found
        low, high = (middle, high) if found[1] < kbits else (low, middle)
    return best


def _all(
    sounds: Sequence[Sound],
    bitrate: float,
    coded: Callable[[Sound, float], tuple[Sound, float]],
) -> tuple[list[Sound], float]:
    pairs = [coded(sound, bitrate) for sound in sounds]
    return [sound for sound, _ in pairs], float(np.mean([rate for _, rate in pairs]))


def _run(*command: object) -> str:
    """What a program prints on standard error."""
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
    return done.stderr
