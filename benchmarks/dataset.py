"""Measures how fast tracks become training data, and the memory this takes; prints Markdown.

    python benchmarks/dataset.py [--data path/to/genre/folder] [--tracks 24] [--minutes 40]

Each measurement runs in a process of its own, so that its peak memory is its own. Speeds are ratios
to librosa.load over the same files in the same run; imports and librosa's compilation do not count.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS, RATE, TARGET = 30, 44_100, 22_050

LIBROSA = """
import warnings; warnings.simplefilter("ignore")
import librosa
librosa.load(paths[0], sr=target)
start = time.perf_counter()
heard = sum(len(librosa.load(path, sr=target)[0]) for path in paths) / target
finish(heard)
"""

BUILD = """
import numpy as np
from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.tracks import scan
start = time.perf_counter()
corpus = build(scan(folder).tracks, AudioSpec(target), cache, 1 if mode == "one" else None)
if mode == "cached":
    for number in range(len(corpus)):
        float(np.sum(corpus.audio(number)))  # every sample is fetched
finish(corpus.seconds)
"""

EPOCH = """
from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.tracks import scan
from musicvae.recipes import CLIP
from musicvae.vae.training.dataset import steps_per_epoch, training_batches
corpus = build(scan(folder).tracks, AudioSpec(target), cache)
batches = iter(training_batches(corpus, CLIP))
next(batches)
before = peak()
start = time.perf_counter()
steps = steps_per_epoch(corpus, CLIP)
for _ in range(steps):
    next(batches)
finish(steps * CLIP.batch_size * CLIP.seconds, before)
"""

FRAME = """
import json, resource, sys, time
folder, cache, target, mode = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
from pathlib import Path
paths = sorted(Path(folder).iterdir())

def peak():
    # Not ru_maxrss: a child starts with its parent's.
    status = Path("/proc/self/status").read_text()
    own = int(status.split("VmHWM:")[1].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024

def finish(heard, before=0.0):
    took = time.perf_counter() - start
    print(json.dumps({"speed": heard / took, "peak": peak(), "before": before}))
"""


def measure(body: str, folder: Path, cache: Path, mode: str = "") -> dict[str, float]:
    """Run one measurement in a fresh process."""
    command: list[str | Path] = [
        sys.executable,
        "-P",
        "-c",
        FRAME + body,
        folder,
        cache,
        str(TARGET),
        mode,
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(answer.stderr)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def synthesise(folder: Path, tracks: int, rate: int, suffix: str) -> None:
    """Write tracks of noise and tones, so that no two are alike."""
    import numpy as np
    import soundfile

    folder.mkdir()
    time = np.arange(SECONDS * rate) / rate
    for number in range(tracks):
        random = np.random.default_rng(number)
        tones = sum(np.sin(2 * np.pi * pitch * time) for pitch in random.uniform(60, 2000, 3))
        sound = 0.1 * tones + 0.05 * random.standard_normal(len(time), np.float32)
        soundfile.write(folder / f"{number:04}.{suffix}", sound, rate)


def speeds(folder: Path, scratch: Path) -> None:
    """Print the table of decoding speeds."""
    peer = measure(LIBROSA, folder, scratch / "none")
    rows = [("librosa.load, one file after the other", peer)]
    for name, cache, mode in (
        ("musicvae, cold, in one process", "one", "one"),
        ("musicvae, cold, on all cores", "all", "cold"),
        ("musicvae, cached: start and read all", "all", "cached"),
    ):
        rows.append((name, measure(BUILD, folder, scratch / cache, mode)))
    print("| from files to samples | s of audio per s | × librosa.load | largest process, MB |")
    print("| --- | ---: | ---: | ---: |")
    for name, row in rows:
        ratio = row["speed"] / peer["speed"]
        print(f"| {name} | {row['speed']:.0f} | {ratio:.1f} | {row['peak']:.0f} |")


def memory(folders: list[tuple[str, Path]], scratch: Path) -> None:
    """Print the table of an epoch's memory."""
    print("\n| an epoch of batches | audio, MB | before, MB | peak, MB | s of audio per s |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, folder in folders:
        cache = scratch / f"cache-{folder.name}"
        measure(BUILD, folder, cache, "cold")
        size = sum(path.stat().st_size for path in cache.rglob("*.npy")) / 2**20
        row = measure(EPOCH, folder, cache)
        print(
            f"| {name} | {size:.0f} | {row['before']:.0f} | {row['peak']:.0f} "
            f"| {row['speed']:.0f} |"
        )


def long_tracks(minutes: float, scratch: Path) -> None:
    """Print the table of the memory that one long track takes, and one of a tenth."""
    print("\n| one stereo track at 44 100 Hz | its sound, MB | peak, MB | s of audio per s |")
    print("| --- | ---: | ---: | ---: |")
    for length in (minutes / 10, minutes):
        folder = scratch / f"{length:g}"
        size = noise(folder, length) / 2**20
        row = measure(BUILD, folder, scratch / f"cache-{length:g}", "one")
        print(f"| {length:g} min | {size:.0f} | {row['peak']:.0f} | {row['speed']:.0f} |")


def noise(folder: Path, minutes: float) -> int:
    """Write a stereo track of noise, second by second; returns its size in memory, in bytes."""
    import numpy as np
    import soundfile

    folder.mkdir()
    random, seconds = np.random.default_rng(0), round(60 * minutes)
    with soundfile.SoundFile(folder / "long.wav", "w", RATE, 2) as file:
        for _ in range(seconds):
            file.write(0.1 * random.standard_normal((RATE, 2), np.float32))
    return seconds * RATE * 2 * np.dtype(np.float32).itemsize


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="a folder of sound files; default: made up")
    parser.add_argument("--tracks", type=int, default=24, help="how many to make up")
    parser.add_argument("--minutes", type=float, default=40, help="length of the long track")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        sources = options.data
        if sources is None:
            sources = scratch / "sources"
            synthesise(sources, 4 * options.tracks, RATE, "wav")
        speeds(sources, scratch)
        small, large = scratch / "small", scratch / "large"
        synthesise(small, options.tracks, TARGET, "wav")
        synthesise(large, 10 * options.tracks, TARGET, "wav")
        memory([("1 × the data", small), ("10 × the data", large)], scratch)
        long_tracks(options.minutes, scratch)


if __name__ == "__main__":
    main()
