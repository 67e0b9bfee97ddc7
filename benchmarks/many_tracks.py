"""Measures how a corpus of many tracks is begun: seconds and memory by the number of tracks.

    python benchmarks/many_tracks.py [--tracks 1000 3000 10000] [--distinct] [--steps 3]

The tracks are symbolic links to a few files of a second; with ``--distinct`` every one is a file of
its own sound. Each stage runs in a process of its own, so that its peak memory is its own, and all
see the same cache, in this order:

scan    finds the files
decode  the same, and fills an empty cache
again   the same, with the cache full: how every later start begins
train   the same, and split, report, run folder and the first steps of a small stream; the seconds
        are those until its network is built, the memory is that of the steps too
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

RATE, SECONDS, SOURCES, STAGES = 16_000, 1.1, 8, ("scan", "decode", "again", "train")
FOLDERS = 10

SMALL = {
    "sample_rate": RATE, "samples": 4_096, "latent_dim": 4, "batch_size": 4, "minutes": None,
    "model": {"width": 8, "hidden": 8, "blocks": 1, "encoder_width": 8, "encoder_blocks": 1,
              "fft": 256, "hop": 64, "stride": 2, "bands": 16},
}  # fmt: skip

FRAME = """
import json, resource, sys, time
from pathlib import Path
folder, cache, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])

def now():
    # Time that has passed, and what this and all processes that it awaited have computed.
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(each.ru_utime + each.ru_stime for each in used)
"""

SCAN = """
until = None
from musicvae.data.tracks import scan
start = now()
tracks = len(scan(folder).tracks)
"""

BUILD = f"""
until = None
from musicvae.audio import AudioSpec
from musicvae.data.cache import build
from musicvae.data.tracks import scan
start = now()
tracks = len(build(scan(folder).tracks, AudioSpec({RATE}), cache))
"""

TRAIN = f"""
from musicvae.vae.quiet import quieten_tensorflow
quieten_tensorflow()
from musicvae.vae.training import trainer
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.train import train

class Stopped(Exception):
    pass

class FirstSteps(Silent):
    def step(self, step, planned, figures):
        if step >= steps:
            raise Stopped

until = []
prepare = trainer.Trainer.__init__
def timed(self, *args, **options):
    until.extend(now())
    prepare(self, *args, **options)
    global tracks
    tracks = len(self.corpus) + len(self.test_corpus)
trainer.Trainer.__init__ = timed
start = now()
try:
    train(None, folder, cache + "-run", recipe="stream", settings={SMALL!r}, cache=cache,
          reporter=FirstSteps(), pictures=False)
except Stopped:
    pass
"""

END = """
end = until or now()
took, cpu = (after - before for after, before in zip(end, start))
# Not ru_maxrss: a child starts with its parent's.
own = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
print(json.dumps({"tracks": tracks, "seconds": took, "cpu": cpu, "peak": peak}))
"""

BODIES = {"scan": SCAN, "decode": BUILD, "again": BUILD, "train": TRAIN}


def make_corpus(folder: Path, tracks: int, distinct: bool) -> None:
    """Write ``tracks`` tracks into some folders below ``folder``, all with names of their own."""
    import numpy as np
    import soundfile

    random = np.random.default_rng(0)
    sources = folder.parent / f"{folder.name}-sources"
    for made in (sources, *(folder / f"{number:02d}" for number in range(FOLDERS))):
        made.mkdir(parents=True)

    def write(path: Path) -> None:
        noise = 0.1 * random.standard_normal(round(RATE * SECONDS)).astype(np.float32)
        soundfile.write(path, noise, RATE)

    for number in range(SOURCES):
        write(sources / f"{number}.wav")
    for number in range(tracks):
        path = folder / f"{number % FOLDERS:02d}" / f"track-{number:05d}.wav"
        if distinct:
            write(path)
        else:
            path.symlink_to(sources / f"{number % SOURCES}.wav")


def measure(stage: str, folder: Path, cache: Path, steps: int) -> dict[str, float]:
    """The seconds, and the megabytes of this and of the largest other process, of one stage."""
    code = FRAME + BODIES[stage] + END
    done = subprocess.run(
        [sys.executable, "-c", code, folder, cache, str(steps)],
        capture_output=True,
        text=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"},
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure_all(tracks: int, distinct: bool, steps: int) -> dict[str, dict[str, float]]:
    """What :func:`measure` finds of each stage, on a new corpus."""
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place) / "sounds", Path(place) / "cache"
        make_corpus(folder, tracks, distinct)
        found = {stage: measure(stage, folder, cache, steps) for stage in STAGES}
    for stage, figures in found.items():
        if figures["tracks"] != tracks:
            raise SystemExit(f"{stage} found {figures['tracks']} of {tracks} tracks")
    return found


def row(tracks: str, stage: str, figures: dict[str, float]) -> str:
    """A row of the table."""
    seconds = f"{figures['seconds']:.2f} | {figures['cpu']:.2f}"
    return f"| {tracks} | {stage} | {seconds} | {figures['peak']:.1f} |"


def growth(first: dict[str, float], last: dict[str, float]) -> dict[str, float]:
    """What 1,000 tracks more cost, from one corpus to a larger one."""
    thousands = (last["tracks"] - first["tracks"]) / 1_000
    return {name: (last[name] - first[name]) / thousands for name in last}


def main() -> None:
    """Print a table, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracks", type=int, nargs="+", default=[1_000, 3_000, 10_000])
    parser.add_argument("--distinct", action="store_true", help="a sound of its own for each track")
    parser.add_argument("--steps", type=int, default=3, help="training steps")
    options = parser.parse_args()
    print("| tracks | stage | s | CPU s | MB of the largest process |")
    print("| ---: | --- | ---: | ---: | ---: |")
    found = []
    for tracks in sorted(options.tracks):
        found.append(measure_all(tracks, options.distinct, options.steps))
        for stage in STAGES:
            print(row(f"{tracks:,}", stage, found[-1][stage]), flush=True)
    if len(found) > 1:
        for stage in STAGES:
            print(row("1,000 more", stage, growth(found[0][stage], found[-1][stage])))


if __name__ == "__main__":
    main()
