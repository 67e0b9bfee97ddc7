"""Train a model on a folder of music, or on the small corpus that musicvae brings.

python examples/01_train.py --minutes 3
python examples/01_train.py --data path/to/genres --genre jazz --minutes 60

It is a stream, which plays without end; a few minutes are a sketch of it, half an hour is music.
"""

import argparse

import musicvae as mv
from musicvae import demo, plots
from musicvae.vae.training.reporting import terminal

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", help="folder with one folder per genre (default: the demo corpus)")
parser.add_argument("--genre", help="its name (default: jazz, or what the demo corpus holds)")
parser.add_argument("--out", default="runs/example")
parser.add_argument("--minutes", type=float, default=3.0, help="training time at most")
parser.add_argument("--epochs", type=int, default=2_000, help="passes over the tracks at most")
options = parser.parse_args()

with terminal() as progress:
    model = mv.train(
        options.genre or ("jazz" if options.data else demo.GENRE),
        data=options.data or demo.corpus_folder(),
        out=options.out,
        settings={"minutes": options.minutes, "epochs": options.epochs},
        reporter=progress,
    )

picture = plots.save(plots.training_curves(model.history()), f"{options.out}/training_curves.png")
print(f"The model lies in {options.out}; {picture} shows how its training went.")
print("Next: python examples/02_sample.py")
