"""Draws one track, and what ready models play of it, as spectrograms.

python benchmarks/tape_pictures.py song.wav jazz metal hiphop --out pictures/ten.png

The first model's encoder hears the track, so all models must share one latent space. Titles say how
much of the rhythm stayed, as the correlation of onset strengths.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import musicvae as mv
from musicvae.audio import Sound
from musicvae.cards.measuring import beginning
from musicvae.measures import onset_correlation
from musicvae.plots import save, spectrograms

SECONDS = 8.0


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("track", type=Path)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    whole = beginning(options.track)
    track = Sound(whole.samples[: round(SECONDS * whole.sample_rate)], whole.sample_rate)
    tape = mv.Encoder(options.models[0]).tape(track)
    decoders = [mv.StreamDecoder(name) for name in options.models]
    sounds = [Sound.of(one.play(tape), one.info.sample_rate) for one in decoders]
    titles = [
        f"{name}: onsets {onset_correlation(track, sound):.2f}"
        for name, sound in zip(options.models, sounds, strict=True)
    ]
    picture = spectrograms([track, *sounds], ["the track", *titles])
    print(save(picture, options.out))


if __name__ == "__main__":
    main()
