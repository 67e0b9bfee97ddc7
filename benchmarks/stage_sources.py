"""Two decks over JACK, moved by each source in turn: late blocks, load, and memory.

python benchmarks/stage_sources.py jazz --seconds 60

A daemon plays the model on both decks into a dummy jackd at 48 kHz in blocks of 512, in rounds:
held latents, which are the baseline, memories, learned priors, and an input that both decks hear
through encoders in turns (a track as if it were live). A gap is exact silence that jack_capture
heard. Memory is what no other process shares. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from jack_room import capture, jack_server, live, needs, playing, status, tell, until
from processes import memory_of
from stage import RATE, gaps

SOURCES = ("held", "memory", "prior", "input")
#: What is heard.
TRACK = Path(__file__).parents[1] / "musicvae" / "demo" / "corpus" / "hiphop" / "hiphop.00015.ogg"


def heard(model: str, source: str, seconds: float, folder: Path) -> tuple[str, ...]:
    """The cells of a row: the source, late blocks, gaps, load, and memory."""
    take = folder / f"{source}.wav"
    command = [*live(Path(model), Path(model)), "--source", source]
    if source == "input":
        command += ["--input", os.fspath(TRACK), "--loop"]
    with playing(command) as said:
        port = said["port"]
        until(lambda: status(port).get("level", -120) > -60)
        tell(port, "/crossfade", 0.5)
        if source == "held":
            for deck in "ab":
                tell(port, f"/deck/{deck}/latent", 1.0, -0.5)
        if source == "input":
            tell(port, "/input/overlap", 1)
        time.sleep(3)
        before = status(port)
        capture(take, seconds).wait()
        after = status(port)
        own = memory_of(said["pid"])[1]
    sound, rate = soundfile.read(take, dtype="float32", always_2d=True)
    if rate != RATE or not np.isfinite(sound).all():
        raise SystemExit(f"{take} is not what was played")
    late = after["underruns"] - before["underruns"]
    return source, f"{late:.0f}", f"{gaps(sound)}", f"{after['load']:.2f}", f"{own:.0f} MB"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a ready model with a memory and a prior")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each round")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    needs("jackd", "jack_wait", "jack_capture")
    print(f"Load average {os.getloadavg()[0]:.1f}\n")
    print("| both decks play | late blocks | gaps | load | own memory |")
    print("|---|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder, jack_server(RATE):
        for _ in range(options.rounds):
            for source in SOURCES:
                row = heard(options.model, source, options.seconds, Path(folder))
                print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
