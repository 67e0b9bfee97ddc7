"""Measures a memory: cost, size, rate of jumps, seams, form, steering, copies; against a walk.

python benchmarks/memory.py jazz.memory jazz.onnx tracks-folder --out figures
python benchmarks/memory.py jazz.memory jazz.onnx --unheard folder --encoder encoder.onnx

The model is needed for what is heard, the folder of its tracks for figures of sounds and a picture;
tracks that it does not hold, and the encoder, for the share of copies. Costs are CPU times of the
thread: another program that uses the same cores makes them larger.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from memory_steering import copies, steering

from musicvae.latents.memory import Memory
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import SEAM_STEPS, Improviser
from musicvae.latents.memory.places import Places
from musicvae.measures.repeating import LAGS


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("memory")
    parser.add_argument("model", nargs="?")
    parser.add_argument("tracks", nargs="?", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--unheard", type=Path)
    parser.add_argument("--encoder")
    options = parser.parse_args()
    size = Path(options.memory).stat().st_size
    memory = Memory.load(options.memory)
    print(f"{memory}: {size / 1e6:.2f} MB")
    started = time.thread_time()
    places = Places(memory)
    print(f"prepared in {1000 * (time.thread_time() - started):.0f} ms of one core")
    for name, wishes in {
        **{f"continuity {c:g} s": Wishes(continuity=c) for c in (1.0, 2.0, 4.0, 8.0)},
        "led, 2 s": Wishes(continuity=2.0, lead=np.eye(memory.latent_dim, dtype=np.float32)[0]),
    }.items():
        jumps(places, name, wishes)
    played = print_form(places, options.model)
    if options.model:
        steering(places, options.model)
    if options.unheard and options.encoder:
        copies(places, [played], options.unheard, options.encoder)
    if options.tracks:
        sounds(options.model, memory, options.tracks, options.out)


def jumps(places: Places, name: str, wishes: Wishes, seconds: float = 120.0) -> None:
    """Print the rate of jumps, the cost of steps, and how far latents move at seams."""
    player, memory = Improviser(places, 7, wishes), places.memory
    steps = round(seconds * memory.step_rate)
    rows = np.zeros((steps, memory.latent_dim), np.float32)
    costs, at = np.zeros(steps), np.zeros(steps, np.int64)
    for step, row in enumerate(rows):
        started = time.thread_time()
        player.next(row)
        costs[step] = 1e6 * (time.thread_time() - started)
        at[step] = player.step - 1
    moves = np.linalg.norm(np.diff(rows, axis=0), axis=1)
    jumped = np.flatnonzero(np.diff(at) != 1)
    seam = np.zeros(len(moves), np.bool_)
    for jump in jumped:
        seam[jump : jump + SEAM_STEPS] = True
    onsets = np.isin(at[1:], memory.body.joints[memory.body.onsets == 1]) & ~seam
    print(
        f"{name:>16}: a jump every {seconds / max(1, player.jumps):5.2f} s; a step costs "
        f"{np.median(costs):.1f} µs (mean {costs.mean():.1f}, 99.9 % "
        f"{np.percentile(costs, 99.9):.0f}, worst {costs.max():.0f}); "
        f"latents move {np.median(moves[~seam]):.2f} in a track, "
        f"{np.median(moves[onsets]):.2f} at its onsets, {np.median(moves[jumped]):.2f} at a jump, "
        f"{np.median(moves[seam]):.2f} in a seam (95 %: {np.percentile(moves[~seam], 95):.2f}, "
        f"{np.percentile(moves[onsets], 95):.2f}, {np.percentile(moves[jumped], 95):.2f}, "
        f"{np.percentile(moves[seam], 95):.2f})"
    )


def print_form(places: Places, model: str | None, seconds: float = 240.0) -> np.ndarray:
    """Print the autocorrelation of latents in memory, track and walk; returns the memory's rows."""
    memory = places.memory
    steps = round(seconds * memory.step_rate)
    rows = np.zeros((steps, memory.latent_dim), np.float32)
    player = Improviser(places, 3)
    for row in rows:
        player.next(row)
    ends = np.cumsum([part.steps for part in memory.parts])
    tracks = np.split(memory.rows(), ends[:-1])
    kinds = {"memory": [rows], "tracks": tracks}
    if model:
        from musicvae.runtime.stream_decoder import StreamDecoder

        kinds["walk"] = [StreamDecoder(model).walk(4 * steps, 3)[::4]]
    print("autocorrelation of latents at", ", ".join(f"{lag:g} s" for lag in LAGS))
    mean = memory.rows().mean(axis=0)
    for name, sequences in kinds.items():
        found = [same(sequences, mean, round(lag * memory.step_rate)) for lag in LAGS]
        print(f"{name:>16}: " + " ".join(f"{value:6.3f}" for value in found))
    return rows


def same(sequences: list[np.ndarray], mean: np.ndarray, lag: int) -> float:
    """Correlation of rows with those ``lag`` steps later, of all sequences and latents."""
    pairs = [(one[:-lag] - mean, one[lag:] - mean) for one in sequences if len(one) > lag]
    both = sum(float((a * b).sum()) for a, b in pairs)
    power = sum(float(np.square(a).sum() + np.square(b).sum()) for a, b in pairs) / 2
    return both / power


def sounds(model: str, memory: Memory, folder: Path, out: Path | None) -> None:
    """Print level and onsets of 30 s of memory, walk and tracks; write sounds and a picture."""
    from musicvae import improvise, play, read
    from musicvae.measures import level, onset_rate

    tracks = [path for path in sorted(folder.iterdir()) if path.suffix in (".flac", ".wav")]
    named = {part.name for part in memory.parts}
    real = [read(path) for path in tracks if path.stem in named][:4]
    kinds = {
        "walk": [play(model, 30.0, seed) for seed in (1, 2)],
        "memory": [improvise(model, 30.0, seed, memory=memory) for seed in (1, 2)],
        "tracks": real,
    }
    for name, heard in kinds.items():
        levels = ", ".join(f"{level(sound):.1f}" for sound in heard)
        rates = ", ".join(f"{onset_rate(sound):.1f}" for sound in heard)
        print(f"{name:>16}: level {levels} dBFS; onsets {rates} a second")
    if out is None:
        return
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    from musicvae.measures import log_mel

    out.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(3, 1, figsize=(14, 9), constrained_layout=True)
    for axis, (name, heard) in zip(axes, kinds.items(), strict=True):
        heard[0].write(out / f"{name}.wav")
        axis.imshow(log_mel(heard[0]).T, origin="lower", aspect="auto")
        axis.set_title(f"{name}, 30 s: log-mel bands")
    figure.savefig(out / "memory.png", dpi=70)


if __name__ == "__main__":
    main()
