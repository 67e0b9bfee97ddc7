"""Turn random vectors into new music: each is where a piece begins, and a prior goes on from there.

python examples/08_new_music.py jazz --n 4 --seed 7

The model is a ready one, or a stream with its prior beside it (jazz.onnx, jazz.prior.onnx). No
TensorFlow is needed; the figures and the picture need: pip install "musicvae[measure]"
"""

import argparse

import numpy as np

import musicvae as mv
from musicvae import plots
from musicvae.measures import describe

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("model", nargs="?", default="jazz")
parser.add_argument("--prior", help="a prior in place of the model's own")
parser.add_argument("--n", type=int, default=4)
parser.add_argument("--seed", type=int, default=7, help="equal seeds make equal music")
parser.add_argument("--seconds", type=float, default=20.0)
parser.add_argument("--temperature", type=float, default=1.0)
parser.add_argument("--out", default="new-music")
options = parser.parse_args()

decoder = mv.StreamDecoder(options.model)
prior = mv.Prior(options.prior or options.model)
steps = prior.steps(options.seconds)
genre = decoder.info.genre if decoder.info.genre in prior.prior.genres else None

random_vector_for_generation = np.random.default_rng(options.seed).standard_normal(
    (options.n, decoder.info.latent_dim)
)
sounds = mv.Sounds()
for number, vector in enumerate(random_vector_for_generation):
    latents = prior.walk(
        steps,
        seed=options.seed + number,
        context=vector[np.newaxis],
        genre=genre,
        temperature=options.temperature,
    )
    sounds.append(mv.Sound.of(decoder.decode(decoder.hold(latents)), decoder.info.sample_rate))

for path, sound in zip(sounds.write(options.out), sounds, strict=True):
    figures = describe(sound)
    print(
        f"{path}: {figures.seconds:.1f} s, {figures.level:.1f} dBFS, "
        f"{figures.onset_rate:.1f} onsets a second"
    )
plots.save(plots.spectrograms(sounds), f"{options.out}/spectrograms.png")
