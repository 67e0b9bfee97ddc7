"""Write a performance down as a score, and render it without a sound card, a daemon or a clock.

python examples/07_perform.py jazz metal --out performance/   # ready models, by their names
python examples/07_perform.py mine.onnx                       # a file of your own

The messages are those that the daemon takes over OSC (docs/osc.md), with a time in seconds before
them. A recording of the daemon leaves such a score behind as well; `musicvae render` plays either.
No TensorFlow is needed; the picture needs: pip install "musicvae[measure]"
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import musicvae as mv
from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.ready import ReadyShelf
from musicvae.live.storage.scores import read_score
from musicvae.live.table import ADDRESSES
from musicvae.models.locating import locate
from musicvae.plots import sounds, style

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument(
    "models", nargs="+", metavar="model", help="one or two: ready models by name, or .onnx files"
)
parser.add_argument("--out", type=Path, default=Path("performance"), help="folder for what is made")
options = parser.parse_args()

names, files = [], []
try:
    for given in (options.models[0], options.models[-1]):
        mv.inspect(given)  # refuses what cannot be played
        place = locate(given)
        names.append(place.path.stem if place.model is None else place.model.name)
        if place.model is None:
            files.append(place.path)
except mv.MusicVAEError as error:
    sys.exit(f"07_perform.py: {error}")

events = [
    # Two decks that wander as their music does, each in its own way; only the first is heard.
    [0.0, ["/deck/a/model/load", names[0]], ["/deck/b/model/load", names[1]]],
    [0.0, ["/deck/a/seed", 7], ["/deck/a/walk", 1.0], ["/deck/b/seed", 8], ["/deck/b/walk", 1.0]],
    # Half as fast, and nearer to the middle of what it knows.
    [4.0, ["/walk", 0.5, 0.6]],
    # Everything stands still, and moves on.
    [8.0, "/freeze", 1],
    [9.5, ["/freeze", 0], ["/walk", 1.0, 1.0]],
    # Over to the second deck within four seconds.
    *([10 + step / 25, "/crossfade", step / 100] for step in range(101)),
    # The first latent reaches far out, slowly, and comes back at once.
    [16.0, ["/deck/b/glide", 2000], ["/deck/b/latent", 3.0]],
    [19.0, ["/deck/b/glide/once", 0], ["/deck/b/latent", 0.0]],
    [21.5, "/deck/b/panic"],
]
score = {"rate": 48_000, "channels": 2, "seconds": 22.0, "events": events}
options.out.mkdir(parents=True, exist_ok=True)
path = options.out / "score.json"
path.write_text(json.dumps(score), "utf-8")

try:
    renderer = ScoreRenderer(read_score(path), Library(files, ready=ReadyShelf()), ADDRESSES)
    renderer.write(options.out / "performance.wav")
    sound = mv.read(options.out / "performance.wav")
    picture = sounds.spectrograms([sound], ["the performance"])
    style.save(picture, options.out / "performance.png")
except mv.MusicVAEError as error:
    sys.exit(f"07_perform.py: {error}")

print(f"{options.out}/ holds the score, the sound and a picture of it; the same again:")
words = ["musicvae", "render", str(path), "--out", "again.wav"]
for file in dict.fromkeys(files):
    words += ["--models", str(file)]
print(shlex.join(words))
