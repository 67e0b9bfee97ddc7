"""Walk from one sound to another through the model's latent space.

python examples/03_interpolate.py runs/example                     # between two test tracks
python examples/03_interpolate.py runs/example one.wav other.wav
"""

import argparse

import musicvae as mv
from musicvae import plots
from musicvae.audio import Sound, crossfade

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("run", nargs="?", default="runs/example", help="what 01_train.py made")
parser.add_argument("sounds", nargs="*", help="two sound files (default: two test tracks)")
parser.add_argument("--steps", type=int, default=8)
parser.add_argument("--out", default="between")
options = parser.parse_args()

model = mv.load(options.run)
files = options.sounds or model.test_tracks()
# A model tested on a single track walks back to where it came from.
first, last = mv.read(files[0]), mv.read(files[-1])

steps = model.interpolate(first, last, options.steps)
steps.write(options.out, stem="step")
plots.save(plots.spectrograms(steps), f"{options.out}/spectrograms.png")

rate = steps[0].sample_rate
joined = Sound.of(crossfade([step.samples for step in steps], overlap=rate // 10), rate)
print(f"{joined.write(f'{options.out}/whole.wav')}: {joined.seconds:.1f} s in {len(steps)} steps")
print("Next: python examples/04_export.py")
