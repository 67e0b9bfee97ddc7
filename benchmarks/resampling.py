"""Measures delay and error when a hop is resampled to a device's rate: musicvae beside soxr.

    python benchmarks/resampling.py

Late is what a hop that was put in still owes: the samples that its duration is worth, less those
that came out, over two hundred hops. Exact is the largest error of a sine of 5 kHz.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import soxr

from musicvae.live.resampling import Resampler

HOP = 256
HOPS = 200
RATES = ((22_050, 48_000), (44_100, 48_000), (48_000, 44_100))
PITCH = 5_000.0

Push = Callable[[np.ndarray], np.ndarray]


def ours(source: int, target: int) -> Push:
    """The resampler of the live engine."""
    resampler = Resampler(source, target, 1, HOP)
    out = np.zeros((resampler.most, 1), np.float32)
    return lambda block: out[: resampler.push(block, out)].copy()


def theirs(quality: str) -> Callable[[int, int], Push]:
    """The streaming resampler of soxr, of this quality."""

    def make(source: int, target: int) -> Push:
        stream = soxr.ResampleStream(source, target, 1, dtype="float32", quality=quality)
        push: Push = stream.resample_chunk
        return push

    return make


def measure(push: Push, source: int, target: int) -> tuple[float, float]:
    """The largest delay in ms, and the largest error in dB of full scale."""
    sound = np.sin(2 * np.pi * PITCH * np.arange(HOP * HOPS) / source).astype(np.float32)[:, None]
    parts, late, came = [], [], 0
    for number in range(HOPS):
        parts.append(push(sound[number * HOP : (number + 1) * HOP]))
        came += len(parts[-1])
        late.append((number + 1) * HOP / source - came / target)
    heard = np.concatenate(parts)[:, 0]
    error = heard - np.sin(2 * np.pi * PITCH * np.arange(len(heard)) / target)
    middle = error[target // 10 : -target // 10]
    return 1000 * max(late[HOPS // 4 :]), 20 * float(np.log10(np.abs(middle).max()))


def main() -> None:
    """Print the table."""
    makers = {"musicvae": ours} | {f"soxr {name}": theirs(name) for name in ("LQ", "MQ", "HQ")}
    print("| from, to, Hz | " + " | ".join(makers) + " |")
    print("|---|" + "---|" * len(makers))
    for source, target in RATES:
        cells = []
        for make in makers.values():
            late, error = measure(make(source, target), source, target)
            cells.append(f"{late:.1f} ms, {error:.0f} dB")
        print(f"| {source}, {target} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
