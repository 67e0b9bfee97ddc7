"""Export a trained decoder to ONNX and decode with it: from here on no TensorFlow is needed.

python examples/04_export.py runs/example --out example.onnx
"""

import argparse

import musicvae as mv
from musicvae.measures import level

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("run", nargs="?", default="runs/example", help="what 01_train.py made")
parser.add_argument("--out", default="example.onnx")
options = parser.parse_args()

mv.export(mv.load(options.run), options.out)  # verified against TensorFlow, or no file at all

decoder = mv.StreamDecoder(options.out)
print(decoder)
for name, difference in decoder.info.parity.items():
    print(f"largest difference to TensorFlow, {name} latents: {difference:.1e} of full scale")

# Latents are standardised: 0 is the average of the training set, ±2 is far out. The first explains
# most; its positive end tends to be louder or brighter. Here it is moved while the others walk.
rate = decoder.info.sample_rate
walk = decoder.walk(round(2 * rate / decoder.info.hop), seed=7)  # two seconds
for value in (-2.0, 0.0, 2.0):
    walk[:, 0] = value
    sound = mv.Sound.of(decoder.decode(walk), rate)
    print(f"latent 0 = {value:+.0f}: {level(sound):.1f} dBFS")
print("Next: python examples/05_play_over_osc.py")
