"""Runs ``musicvae demo``: trains, listens, exports, plays over OSC, and writes a page about it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicvae import plots
from musicvae.artifact.text import describe as describe_artifact
from musicvae.audio import Sound, Sounds, read, resample
from musicvae.demo import GENRE, corpus_folder
from musicvae.demo.page import Chapter, write_page
from musicvae.demo.performance import Gesture, perform, score
from musicvae.errors import RunError
from musicvae.exporting import export
from musicvae.measures import describe, frechet_log_mel_distance, log_mel_distance
from musicvae.paths import output_folder

if TYPE_CHECKING:
    from musicvae.vae.clip.trained import TrainedModel
    from musicvae.vae.training.reporting import Reporter

#: A smaller model than the recipe's own, for which three minutes on two cores are enough.
SETTINGS = {
    "samples": 32_768,
    "latent_dim": 256,
    "batch_size": 8,
    "epochs": 1_000,
    "kl_warmup": 100,
    "seed": 7,
}


def run_demo(out: Path, minutes: float, reporter: Reporter) -> Path:
    """Run the whole chain and write its results to ``out``.

    Args:
        out: a new or empty folder.
        minutes: training time, in minutes.
        reporter: gets the progress.

    Returns:
        The page, an HTML file.

    Raises:
        RunError: ``out`` is a file, or a folder that is not empty.
    """
    out = output_folder(out, RunError)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(
            "the demo needs a new folder",
            expected="a folder that does not exist, or is empty",
            received=repr(str(out)),
            hint="name another one with --out, or remove this one",
        )
    began = time.monotonic()
    model = _trained(out, minutes, reporter)
    chapters = [
        _training(model, out),
        _listening(model, out, reporter),
        _exporting(model, out, reporter),
        _playing(model, out, reporter),
    ]
    shutil.rmtree(out / "cache")  # fifty megabytes that are not needed any more
    seconds = time.monotonic() - began
    page = write_page(out / "index.html", chapters, seconds)
    reporter.note(f"done in {seconds:.0f} s: open {page}")
    return page


def _trained(out: Path, minutes: float, reporter: Reporter) -> TrainedModel:
    from musicvae.vae.training.train import train

    reporter.note(f"training on {corpus_folder()} for {minutes:g} minutes")
    model: TrainedModel = train(
        GENRE,
        corpus_folder(),
        out / "run",
        recipe="clip",
        settings={**SETTINGS, "minutes": minutes},
        licence="CC0-1.0",
        cache=out / "cache",
        reporter=reporter,
    )
    return model


def _training(model: TrainedModel, out: Path) -> Chapter:
    """The chapter about the training, with its curves."""
    rows = model.history()
    plots.save(plots.training_curves(rows), out / "training.png")
    return Chapter(
        "A model was trained",
        f"on 20 clips of {GENRE}, {rows[-1]['step']} steps, {rows[-1]['seconds']:.0f} s. "
        f"The test ELBO went from {rows[0]['test_elbo']:,.0f} to {rows[-1]['test_elbo']:,.0f} "
        f"nats a clip; {rows[-1]['active_latents']} of {model.recipe.latent_dim} latents are in "
        "use. Waveforms of four fixed latents after each epoch lie in run/pictures/.",
        pictures=["training.png"],
        command=f"musicvae train --genre {GENRE} --data FOLDER --recipe clip --out runs/mine",
    )


def _listening(model: TrainedModel, out: Path, reporter: Reporter) -> Chapter:
    """The chapter with reconstructions of test tracks and new sounds."""
    reporter.note("reconstructing test tracks and sampling new sounds")
    tracks = [_ten_seconds(path) for path in model.test_tracks()[:2]]
    made = [model.reconstruct(track) for track in tracks]
    new = model.sample(4, seed=7)
    sounds = [*new.write(out, "new")]
    for number, (track, again) in enumerate(zip(tracks, made, strict=True), start=1):
        sounds.append(track.write(out / f"original-{number}.wav"))
        sounds.append(again.write(out / f"reconstruction-{number}.wav"))
    plots.save(plots.side_by_side(tracks, made), out / "reconstructions.png")
    plots.save(plots.waveforms(new), out / "new.png")
    distances = [log_mel_distance(a, b) for a, b in zip(tracks, made, strict=True)]
    return Chapter(
        "It was listened to",
        "Tracks it had never heard, reconstructed (log-mel distance "
        f"{np.mean(distances):.2f} nats), and four new sounds, drawn at random.",
        pictures=["reconstructions.png", "new.png"],
        sounds=[path.name for path in sounds],
        command="musicvae sample run --n 8 --seed 1 --out more/",
    )


def _exporting(model: TrainedModel, out: Path, reporter: Reporter) -> Chapter:
    """The chapter about the exported decoder."""
    reporter.note("exporting the decoder to ONNX and comparing it with TensorFlow")
    info = export(model, out / f"{GENRE}.onnx")
    facts = describe_artifact(info).split("\n\n")[0]
    return Chapter(
        "Its decoder was exported",
        f"to {GENRE}.onnx, one file that any host can play. The exporter compared it with "
        "TensorFlow before it wrote the file.",
        text=facts,
        command=f"musicvae inspect {GENRE}.onnx",
    )


def _playing(model: TrainedModel, out: Path, reporter: Reporter) -> Chapter:
    """The chapter about the daemon, with the sound that it played."""
    reporter.note("playing it over OSC: about 20 s")
    generator = np.random.default_rng(7)
    drawn = generator.standard_normal((2, model.recipe.latent_dim), np.float32)
    gestures = score(model.real_latents(40)[::13], drawn)
    status = perform(out / f"{GENRE}.onnx", out / "take.wav", gestures)
    take = read(out / "take.wav")
    plots.save(plots.spectrograms([take], ["take.wav"]), out / "take.png")
    plots.save(plots.latent_usage(model.kl_per_latent()), out / "latents.png")
    lines = [*_story(gestures), "", *_figures(model, take, status)]
    for line in lines[-6:]:
        reporter.note(line)
    return Chapter(
        "It was played live",
        "by a daemon without TensorFlow, its latents moved by OSC messages over UDP, "
        "as Max, TouchDesigner, Pure Data or a phone would send them.",
        pictures=["take.png", "latents.png"],
        sounds=["take.wav"],
        text="\n".join(lines),
        command=f"musicvae live {GENRE}.onnx\noscsend localhost 7700 /latent fff 2.0 -1.0 0.5",
    )


def _story(gestures: Sequence[Gesture]) -> list[str]:
    """A line for each gesture: when it begins, and its name."""
    moment, lines = 0.0, []
    for gesture in gestures:
        lines.append(f"{moment:5.1f} s  {gesture.name}")
        moment += gesture.seconds
    return lines


def _figures(model: TrainedModel, take: Sound, status: dict[str, Any]) -> list[str]:
    """Measures of the recorded sound, compared with training tracks, test tracks and noise."""
    learnt = Sounds(_ten_seconds(path) for path in model.train_tracks()[:8])
    unheard = Sounds(_ten_seconds(path) for path in model.test_tracks()[:8])
    generator = np.random.default_rng(0)
    noise = generator.standard_normal((len(take.samples), 1)) * np.sqrt(np.mean(take.samples**2))
    figures, music = describe(take), [describe(sound) for sound in learnt]
    far = [
        frechet_log_mel_distance(learnt, [sound] if isinstance(sound, Sound) else sound)
        for sound in (take, unheard, Sound.of(noise, take.sample_rate))
    ]
    level, band = [m.level for m in music], [m.bandwidth for m in music]
    onset = [m.onset_rate for m in music]
    return [
        f"level      {figures.level:6.1f} dBFS     training tracks {_range(level)}",
        f"bandwidth  {figures.bandwidth:6.0f} Hz       training tracks {_range(band)}",
        f"onsets     {figures.onset_rate:6.1f} /s       training tracks {_range(onset)}",
        f"clicks     {figures.clicks:6d}",
        f"distance   {far[0]:6.1f}          unheard tracks {far[1]:.1f}, white noise {far[2]:.1f}"
        "  (Fréchet, log-mel, to training tracks)",
        f"OSC        {status['packets_received']:6d} packets  refused {status['packets_refused']}, "
        f"underruns {status['underruns']}, one decode {status['decode_ms']:.1f} ms",
    ]


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}"


def _ten_seconds(path: Path) -> Sound:
    return resample(read(path, seconds=10), 22_050)
