"""Measures ready models on unheard tracks: quality, bits, speed, and one tape through all of them.

python benchmarks/instruments.py --data path/to/genres --split "last 10" \
    --encoder shared.onnx jazz.onnx metal.onnx

Each model is a decoder; its tracks are those of the folder of its genre that a training with this
split keeps for testing. Quality is beside a baseline without a neural decoder
(stereo_griffin_lim.py), fitted to the other tracks of the genre; bits beside Opus, where
`opusenc` is installed; the tape in instruments_tape.py. Values that miss what is asked of a shipped
model are bold. Prints Markdown. --only takes some of the tables: quality, bits, speed, tape.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import opus
from instruments_figures import QUALITY, bits_rows, figures, quality_row, speed
from instruments_tape import report_tapes
from stereo_griffin_lim import StereoMelBaseline

from musicvae.audio import Sound
from musicvae.cards.making import unheard
from musicvae.cards.measuring import Instrument, beginning
from musicvae.cards.training_facts import kbits_of

TABLES = ("quality", "bits", "speed", "tape")


@dataclass(frozen=True)
class Model:
    """A model with the tracks of its genre.

    Attributes:
        name: of its genre.
        instrument: its decoder and encoder.
        learnt: tracks to fit the baseline to.
        tracks: unheard ones.
    """

    name: str
    instrument: Instrument
    learnt: tuple[Path, ...]
    tracks: tuple[Path, ...]

    @classmethod
    def find(cls, decoder: Path, options: argparse.Namespace) -> Model:
        """Open a model, and find its tracks."""
        instrument = Instrument(decoder, options.encoder)
        genre = instrument.decoder.info.genre
        tracks = unheard(options.data, genre, options.split)
        others = [path for path in unheard(options.data, genre) if path not in tracks]
        step = max(1, len(others) // options.learnt)
        return cls(genre, instrument, tuple(others[::step][: options.learnt]), tuple(tracks))

    def sounds(self) -> list[Sound]:
        """The unheard tracks, of each the first minute."""
        return [beginning(path) for path in self.tracks]


def report_quality(models: Sequence[Model]) -> None:
    """Print the table of quality: a row for each model beside its baseline."""
    print(QUALITY)
    fits = 0
    for model in models:
        tell(f"quality of {model.name}")
        learnt = [beginning(path) for path in model.learnt]
        dimensions = model.instrument.decoder.info.latent_dim
        baseline = StereoMelBaseline.fit(learnt, dimensions)
        tracks = model.sounds()
        ours = figures(tracks, map(model.instrument.reconstruct, tracks))
        other = figures(tracks, map(baseline.reconstruct, tracks))
        row, good = quality_row(model.name, ours, other)
        fits += good
        print(row, flush=True)
    print(f"\n{fits} of {len(models)} are within all limits\n")


def report_bits(models: Sequence[Model]) -> None:
    """Print the table of bits: each model, and Opus at the nearest rate and at twice that."""
    if not opus.is_installed():
        print("`opusenc` and `opusdec` are not installed, so nothing is compared with Opus\n")
        return
    print("| | kbit/s | log-mel L1 | STFT | onsets | width, dB | texture, dB |")
    print("| --- |" + " ---: |" * 6)
    for model in models:
        tell(f"bits of {model.name}")
        kbits = kbits_of(model.instrument.decoder.info)
        for row in bits_rows(model.name, kbits, model.sounds(), model.instrument.reconstruct):
            print(row, flush=True)
    print()


def report_speed(models: Sequence[Model], blocks: int) -> None:
    """Print how many times faster than real time each model decodes, with one thread."""
    print("| model | × real time, median block of 1024 samples | 99th percentile / median |")
    print("| --- | ---: | ---: |")
    for model in models:
        times, late = speed(model.instrument.decoder, blocks)
        print(f"| {model.name} | {times:.0f} × | {late:.1f} |", flush=True)
    print()


def tell(what: str) -> None:
    """Say on standard error what is being done, since the tables take minutes."""
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("decoders", nargs="+", type=Path, help="stream .onnx files")
    parser.add_argument("--encoder", required=True, type=Path, help="of their latent space")
    parser.add_argument("--data", required=True, type=Path, help="folder of genre folders")
    parser.add_argument("--split", default="last 10", help="rule for the unheard tracks")
    parser.add_argument("--learnt", type=int, default=20, help="tracks to fit the baseline to")
    parser.add_argument("--blocks", type=int, default=400, help="to time (default: 400)")
    parser.add_argument("--sources", default="", help="genres of the tapes; default the first")
    parser.add_argument(
        "--adapt", nargs=2, type=float, default=(1, 1), metavar=("PLACE", "SPREAD"), help="of tapes"
    )
    parser.add_argument("--only", default=",".join(TABLES), help="tables, with commas between")
    options = parser.parse_args()
    models = [Model.find(path, options) for path in options.decoders]
    tables = options.only.split(",")
    if "quality" in tables:
        report_quality(models)
    if "bits" in tables:
        report_bits(models)
    if "speed" in tables:
        report_speed(models, options.blocks)
    if "tape" in tables:
        sources = options.sources.split(",") if options.sources else [models[0].name]
        report_tapes({model.name: model for model in models}, sources, tuple(options.adapt))


if __name__ == "__main__":
    main()
