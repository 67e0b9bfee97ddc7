"""Make new sounds with a trained model, and say in figures how they are.

python examples/02_sample.py runs/example --n 4 --seed 7
"""

import argparse

import musicvae as mv
from musicvae import plots
from musicvae.measures import describe

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("run", nargs="?", default="runs/example", help="what 01_train.py made")
parser.add_argument("--n", type=int, default=4)
parser.add_argument("--seed", type=int, default=7, help="equal seeds make equal sounds")
parser.add_argument("--out", default="new")
options = parser.parse_args()

sounds = mv.load(options.run).sample(options.n, seed=options.seed)
for path, sound in zip(sounds.write(options.out), sounds, strict=True):
    figures = describe(sound)
    print(
        f"{path}: {figures.seconds:.1f} s, {figures.level:.1f} dBFS, 99 % of it below "
        f"{figures.bandwidth:.0f} Hz, {figures.onset_rate:.1f} onsets a second"
    )

plots.save(plots.waveforms(sounds), f"{options.out}/waveforms.png")
plots.save(plots.spectrograms(sounds), f"{options.out}/spectrograms.png")
print("Next: python examples/03_interpolate.py")
