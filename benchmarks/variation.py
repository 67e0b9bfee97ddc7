"""What `/variation` does between a memory and a prior: how near it stays, what it copies, its form.

python benchmarks/variation.py jazz.prior.onnx jazz.memory runs/jazz-prior --seconds 20 --seeds 3

The last is the folder of the prior, whose material.npz holds the music: the tracks that training
kept for testing are the unheard ones. For each variation some sequences of latents are made, each
from a seed. Prints Markdown: the correlation with what the memory would have played at the same
moments, the share of seconds that are copies of the memory (musicvae.latents.copying), and the
distance in form from the unheard tracks (musicvae.latents.form).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from musicvae.latents.copying import copy_rate
from musicvae.latents.form import Form
from musicvae.latents.memory import Memory
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import Improviser
from musicvae.runtime.new_music import rolled_out
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout
from musicvae.runtime.turns import shortened
from musicvae.vae.prior.material import Material

VARIATIONS = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


def played(
    prior: Prior, memory: Memory, seed: int, steps: int, variation: float
) -> tuple[np.ndarray, np.ndarray]:
    """What is played, and what the memory would play, float32 (steps, D) each."""
    alone, remembered = Improviser(memory, seed), np.empty((steps, memory.latent_dim), np.float32)
    for row in remembered:
        alone.next(row)
    wishes = Wishes(continuity=shortened(Wishes().continuity, 1.0 - variation))
    player = Improviser(memory, seed, wishes) if variation < 1 else None
    return rolled_out(Rollout(prior, seed), steps, 1.0, player, variation), remembered


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("prior")
    parser.add_argument("memory")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--genre", help="that the prior is asked for (default: its first)")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    prior, memory = Prior(options.prior), Memory.load(options.memory)
    prior.conditions.set_genre(options.genre or prior.prior.genres[0])
    material = Material.load(options.folder / "material.npz")
    unheard = material.sequences(held_out=True)
    rate = prior.info.latent_rate
    music, known = (
        Form.of(unheard, rate),
        np.split(memory.rows(), np.cumsum([part.steps for part in memory.parts])[:-1]),
    )
    print("| variation | correlation with the memory | copies | distance in form |")
    print("| ---: | ---: | ---: | ---: |")
    for variation in VARIATIONS:
        pairs = [
            played(prior, memory, seed, round(options.seconds * rate), variation)
            for seed in range(options.seeds)
        ]
        made, remembered = ([pair[side] for pair in pairs] for side in (0, 1))
        like = np.corrcoef(np.concatenate(made).ravel(), np.concatenate(remembered).ravel())[0, 1]
        copied = copy_rate(made, known, unheard, rate)
        form = music.distance(Form.of(made, rate))
        print(f"| {variation:g} | {like:.2f} | {copied:.0%} | {form:.1f} |", flush=True)


if __name__ == "__main__":
    main()
