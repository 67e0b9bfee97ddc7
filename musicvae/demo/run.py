"""Runs ``musicvae demo``: plays, trains, listens, exports, performs, and writes a page about it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicvae import plots
from musicvae.artifact import ArtifactInfo
from musicvae.artifact.text import describe as describe_artifact
from musicvae.audio import Sound, read
from musicvae.demo import GENRE, corpus_folder
from musicvae.demo.figures import beginning, figures
from musicvae.demo.page import Chapter, write_page
from musicvae.demo.performance import Gesture, perform, score
from musicvae.demo.ready import play_ready, ready_model, relatives
from musicvae.errors import RunError
from musicvae.exporting import export
from musicvae.measures import log_mel_distance
from musicvae.models.finding import Model
from musicvae.paths import output_folder
from musicvae.recipes import DEFAULT, get_recipe
from musicvae.vae.quiet import quieten_tensorflow

if TYPE_CHECKING:
    from musicvae.vae.stream.trained import TrainedStream
    from musicvae.vae.training.reporting import Reporter

#: The stem of the exported decoder's file, by which the daemon knows it.
NAME = f"my-{GENRE}"

#: Changes to the recipe. A fifth of the clips is kept for testing.
SETTINGS = {"epochs": 1_000, "split": "80/20", "seed": 7}


def run_demo(out: Path, minutes: float, reporter: Reporter, silent: bool = False) -> Path:
    """Run the whole chain and write its results to ``out``.

    Args:
        out: a new or empty folder.
        minutes: training time, in minutes.
        reporter: gets the progress.
        silent: whether the sound card is left alone.

    Returns:
        The page, an HTML file.

    Raises:
        RunError: ``out`` is a file, or a folder that is not empty.
        SettingError: ``minutes`` is out of range.
        MissingExtraError: TensorFlow is not installed.
    """
    out = output_folder(out, RunError)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RunError(
            "the demo needs a new folder",
            expected="a folder that does not exist, or is empty",
            received=repr(str(out)),
            hint="name another one with --out, or remove this one",
        )
    get_recipe(DEFAULT).with_settings(minutes=minutes)  # refused before anything plays
    quieten_tensorflow()
    out.mkdir(parents=True, exist_ok=True)
    began, ready = time.monotonic(), ready_model(reporter)
    chapters = [play_ready(ready, out, reporter, silent)] if ready else []
    model = _trained(ready, out, minutes, reporter)
    chapters += [_training(model, ready, out), _listening(model, out, reporter)]
    chapter, info = _exporting(model, out, reporter)
    chapters += [chapter, _playing(model, info, out, reporter)]
    shutil.rmtree(out / "cache")  # tens of megabytes that are not needed any more
    seconds = time.monotonic() - began
    page = write_page(out / "index.html", chapters, seconds)
    reporter.note(f"done in {seconds:.0f} s: open {page}")
    return page


def _trained(ready: Model | None, out: Path, minutes: float, reporter: Reporter) -> TrainedStream:
    """A model of the embedded corpus, from the ready model's run where there is one."""
    from musicvae.vae.training.train import train

    start = f", from the run of the ready model {ready.name}" if ready else ""
    reporter.note(f"training on {corpus_folder()} for {minutes:g} minutes{start}")
    model: TrainedStream = train(
        GENRE,
        corpus_folder(),
        out / "run",
        recipe=None if ready else "stream",
        settings={**SETTINGS, "minutes": minutes},
        licence="CC0-1.0",
        cache=out / "cache",
        reporter=reporter,
        start_from=ready.name if ready else None,
        freeze=["encoder"] if ready else [],
    )
    return model


def _training(model: TrainedStream, ready: Model | None, out: Path) -> Chapter:
    """The chapter about the training, with its curves."""
    rows = model.history()
    plots.save(plots.training_curves(rows), out / "training.png")
    options = f"--from {ready.name} --freeze encoder" if ready else "--recipe stream"
    start = (
        f"It began with what the ready models have in common, and its encoder is still theirs: its "
        f"latents mean what those of {ready.name} mean. "
        if ready
        else ""
    )
    return Chapter(
        "A model was trained",
        f"on clips of {GENRE}, {rows[-1]['step']} steps, {rows[-1]['seconds']:.0f} s. {start}"
        f"The test ELBO went from {rows[0]['test_elbo']:,.0f} to {rows[-1]['test_elbo']:,.0f} "
        f"nats; {rows[-1]['active_latents']} of {model.recipe.latent_dim} latents are in "
        "use. Waveforms of four fixed latents after each epoch lie in run/pictures/.",
        pictures=["training.png"],
        command=f"musicvae train --genre {GENRE} --data FOLDER {options} --out runs/mine",
    )


def _listening(model: TrainedStream, out: Path, reporter: Reporter) -> Chapter:
    """The chapter with reconstructions of test tracks and new sounds."""
    reporter.note("reconstructing test tracks and sampling new sounds")
    tracks = [beginning(path, model.recipe.sample_rate) for path in model.test_tracks()[:2]]
    made = [model.reconstruct(track) for track in tracks]
    new = model.sample(2, seed=7)
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
        f"{np.mean(distances):.2f} nats), and two new sounds, from random walks.",
        pictures=["reconstructions.png", "new.png"],
        sounds=[path.name for path in sounds],
        command="musicvae sample run --n 8 --seed 1 --out more/",
    )


def _exporting(model: TrainedStream, out: Path, reporter: Reporter) -> tuple[Chapter, ArtifactInfo]:
    """The chapter about the exported decoder, and its description."""
    reporter.note("exporting the decoder to ONNX and comparing it with TensorFlow")
    info = export(model, out / f"{NAME}.onnx")
    chapter = Chapter(
        "Its decoder was exported",
        f"to {NAME}.onnx, one file that any host can play. The exporter compared it with "
        "TensorFlow before it wrote the file.",
        text=describe_artifact(info).split("\n\n")[0],
        command=f"musicvae inspect {NAME}.onnx",
    )
    return chapter, info


def _playing(model: TrainedStream, info: ArtifactInfo, out: Path, reporter: Reporter) -> Chapter:
    """The chapter about the daemon, with the sound that it played."""
    gestures = score(info, NAME, relatives(info.latent_space))
    seconds = sum(gesture.seconds for gesture in gestures)
    reporter.note(f"playing it over OSC: about {seconds:.0f} s")
    status = perform(out / f"{NAME}.onnx", gestures, output=out / "take.wav")
    take = read(out / "take.wav")
    plots.save(plots.spectrograms([take], ["take.wav"]), out / "take.png")
    plots.save(plots.latent_usage(model.kl_per_latent()), out / "latents.png")
    lines = [*_story(gestures), "", *_figures(model, take, status)]
    for line in lines[-6:]:
        reporter.note(line)
    return Chapter(
        "It was played live",
        "by a daemon without TensorFlow, by OSC messages over UDP, as Max, TouchDesigner, "
        "Pure Data or a phone would send them.",
        pictures=["take.png", "latents.png"],
        sounds=["take.wav"],
        text="\n".join(lines),
        command=f"musicvae live {NAME}.onnx\noscsend localhost 7700 /latent fff 2.0 -1.0 0.5",
    )


def _story(gestures: Sequence[Gesture]) -> list[str]:
    """A line for each gesture: when it begins, and its name."""
    moment, lines = 0.0, []
    for gesture in gestures:
        lines.append(f"{moment:5.1f} s  {gesture.name}")
        moment += gesture.seconds
    return lines


def _figures(model: TrainedStream, take: Sound, status: dict[str, Any]) -> list[str]:
    rate = model.recipe.sample_rate
    learnt = [beginning(path, rate) for path in model.train_tracks()[:8]]
    unheard = [beginning(path, rate) for path in model.test_tracks()[:8]]
    return figures(take, learnt, unheard, status)
