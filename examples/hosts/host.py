"""Plays a stream artifact with numpy and onnxruntime alone: a host to copy from.

python host.py jazz.onnx --wav take.wav                            # ten seconds of a walk
python host.py jazz.onnx --latents z.f32 --raw sound.f32 --block 4 # float32 rows, D to a frame
"""

import argparse
import json
import sys
import wave
from collections.abc import Iterator

import numpy as np
import onnxruntime

parser = argparse.ArgumentParser()
parser.add_argument("artifact")
parser.add_argument("--latents", help="little-endian float32, one row of D for each frame")
parser.add_argument("--seconds", type=float, default=10.0, help="of a walk, without --latents")
parser.add_argument("--seed", type=int, default=7)
parser.add_argument("--block", type=int, default=4, help="frames at once")
parser.add_argument("--raw", help="write little-endian float32, channels interleaved")
parser.add_argument("--wav", help="write 16-bit sound")
options = parser.parse_args()

settings = onnxruntime.SessionOptions()
settings.add_session_config_entry("session.load_model_format", "ONNX")  # not its own format
session = onnxruntime.InferenceSession(
    options.artifact, settings, providers=["CPUExecutionProvider"]
)
info = json.loads(session.get_modelmeta().custom_metadata_map.get("musicvae", '{"schema": 0}'))
if info["schema"] not in (2, 3) or info["kind"] != "stream":
    sys.exit(f"{options.artifact} is no stream artifact of schema 2 or 3")


def walk() -> Iterator[np.ndarray]:
    """Latents that move as those of music do, one row for each frame."""
    matrix, noise = (np.array(info["dynamics"][name]) for name in ("matrix", "noise"))
    mean = np.array([latent["mean"] for latent in info["latents"]])
    random, z = np.random.default_rng(options.seed), np.zeros(len(matrix))
    for _ in range(round(options.seconds * info["dynamics"]["rate"])):
        z = matrix @ z + random.multivariate_normal(np.zeros(len(z)), noise)
        yield from [mean + z] * info["stride"]  # each latent is repeated, as in training


if options.latents:
    latents = np.fromfile(options.latents, "<f4").reshape(-1, info["latent_dim"])
else:
    latents = np.array(list(walk()), np.float32)

state, blocks = np.zeros((1, info["state_size"]), np.float32), []
for start in range(0, len(latents), options.block):
    feed = {"latent": latents[None, start : start + options.block], "state": state}
    audio, next_state = session.run(["audio", "next_state"], feed)
    if not np.isfinite(audio).all():
        sys.exit(f"frame {start}: these latents are beyond what the decoder can compute")
    state = next_state  # only now: a refused block must leave no trace
    blocks.append(audio[0])  # (frames · hop, channels): here a live host plays it

sound = np.concatenate(blocks)
if options.raw:
    sound.astype("<f4").tofile(options.raw)
if options.wav:
    with wave.open(options.wav, "wb") as file:
        file.setparams((info["channels"], 2, info["sample_rate"], 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
print(f"{len(sound) / info['sample_rate']:.1f} s of {info['genre']}")
