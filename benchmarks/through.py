"""Prints what comes through: sounds of any kind, played by each of the ready models.

    python benchmarks/through.py --data path/to/genres voice.wav drums.wav sweep.wav
    python benchmarks/through.py --data path/to/genres --gravity 0.5 voice.wav drums.wav
    python benchmarks/through.py --data path/to/genres --adapt 1 voice.wav drums.wav

Onsets and loudness are correlated with those of the sound that came in. The distance is that of
embeddings (``musicvae evaluate``) to the music of the model's genre, of all sounds together: of
what came in, and of what came out, which should be nearer.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from musicvae import transform
from musicvae.audio import Sound, read, resample
from musicvae.measures import loudness_correlation, onset_correlation
from musicvae.measures.frechet import Gaussian, frechet_distance
from musicvae.models import find_all
from musicvae.runtime.embedding import Embedding

HEAD = ("model", "onsets", "loudness", "distance, in", "distance, out", "nearer")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="sounds of 5 s or more")
    parser.add_argument("--data", type=Path, help="a folder of genres, for the distances")
    parser.add_argument("--tracks", type=int, default=20, help="of each genre (default: 20)")
    parser.add_argument("--models", nargs="*", help="names (default: all that have an encoder)")
    parser.add_argument("--gravity", type=float, default=0.0, help="of the memory (default: 0)")
    parser.add_argument("--adapt", type=float, default=0.0, help="to the music (default: 0)")
    options = parser.parse_args()
    sounds = [read(path) for path in options.files]
    print("| " + " | ".join(HEAD) + " |")
    print("| --- |" + " ---: |" * (len(HEAD) - 1))
    for record in find_all():
        model = record.value
        wanted = not options.models or record.name in options.models
        if model is not None and model.encoder is not None and wanted:
            music = _music(options.data, record.name, options.tracks)
            cells = row(record.name, sounds, music, options.gravity, options.adapt)
            print(f"| {' | '.join(cells)} |", flush=True)


def row(
    name: str, sounds: list[Sound], music: list[Sound], gravity: float = 0.0, adapt: float = 0.0
) -> list[str]:
    """The row of a model; without music the distances are left out."""
    made = [transform(name, sound, gravity=gravity, adapt=adapt) for sound in sounds]
    alike = [resample(sound, made[0].sample_rate) for sound in sounds]
    onsets = [onset_correlation(*pair) for pair in zip(alike, made, strict=True)]
    loudness = [loudness_correlation(*pair) for pair in zip(alike, made, strict=True)]
    cells = [name, f"{np.mean(onsets):.2f}", f"{np.mean(loudness):.2f}"]
    if not music:
        return [*cells, "", "", ""]
    hear = Embedding.shipped().hear

    def gaussian(heard: list[Sound]) -> Gaussian:
        return Gaussian.of(np.concatenate([hear(sound).points for sound in heard]))

    target = gaussian(music)
    before, after = (frechet_distance(gaussian(heard), target) for heard in (sounds, made))
    return [*cells, f"{before:.0f}", f"{after:.0f}", "yes" if after < before else "no"]


def _music(data: Path | None, genre: str, tracks: int) -> list[Sound]:
    folder = None if data is None else data / genre
    if folder is None or not folder.is_dir():
        return []
    return [read(path) for path in sorted(folder.iterdir())[:tracks] if path.is_file()]


if __name__ == "__main__":
    main()
