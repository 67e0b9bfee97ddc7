"""Export a stream, walk through its latents frame by frame, and bend a track through its tape.

python examples/06_stream.py runs/example --sound song.wav --out stream/

After the export everything runs on onnxruntime alone, as on a machine without TensorFlow.
"""

import argparse
from pathlib import Path

import numpy as np

import musicvae as mv
from musicvae.latents.attributes import move

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("run", nargs="?", default="runs/example", help="what 01_train.py made")
parser.add_argument("--sound", required=True, help="a sound file to make a tape of")
parser.add_argument("--out", type=Path, default=Path("stream"), help="folder for what is made")
parser.add_argument("--seconds", type=float, default=10.0, help="of the walk")
options = parser.parse_args()
options.out.mkdir(parents=True, exist_ok=True)

mv.export(options.run, options.out / "decoder.onnx")
mv.export(options.run, options.out / "encoder.onnx", encoder=True)

# One latent vector in, one hop of samples out, without end: what a live host does.
decoder = mv.StreamDecoder(options.out / "decoder.onnx")
rate, hop = decoder.info.sample_rate, decoder.info.hop
walk = decoder.walk(round(options.seconds * rate / hop), seed=7)
blocks = [decoder.push(latents) for latents in walk]
mv.write(options.out / "walk.wav", mv.Sound.of(np.concatenate(blocks), rate))

# A tape is a track as a small sequence of latents.
tape = mv.Encoder(options.out / "encoder.onnx").tape(mv.read(options.sound), options.sound)
tape.save(options.out / "track.tape")
mv.write(options.out / "track.wav", mv.Sound.of(decoder.play(tape), rate))

# Attributes are directions in which the sound changes as asked.
for attribute in decoder.info.attributes:
    for amount in (-1.5, 1.5):
        moved = move(tape.latents, attribute, amount, rate=rate / (hop * decoder.info.stride))
        name = f"{'less' if amount < 0 else 'more'}-{attribute.name}.wav"
        sound = decoder.decode(decoder.hold(moved))
        mv.write(options.out / name, mv.Sound.of(sound, rate))
    print(f"{attribute.name}: R² {attribute.r2:.2f}, follows the knob at {attribute.spearman:.2f}")

print(f"{options.out}/ holds a walk, a tape and its moves; play the tape again:")
print(f"musicvae play {options.out}/decoder.onnx {options.out}/track.tape -o again.wav")
