"""The demo's beginning: a ready model is played, before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musicvae import plots
from musicvae.artifact.reading import read_info
from musicvae.demo import GENRE
from musicvae.demo.page import Chapter
from musicvae.demo.performance import Gesture, perform
from musicvae.errors import MusicVAEError, UnknownNameError
from musicvae.models import find, find_all, locate
from musicvae.models.finding import Model
from musicvae.runtime.playing import play

if TYPE_CHECKING:
    from musicvae.vae.training.reporting import Reporter

#: Length of the sound in seconds.
SECONDS = 10.0


def ready_model(reporter: Reporter) -> Model | None:
    """The ready model of the demo's genre, where one is installed from which training can start."""
    try:
        model, (_, info) = find(GENRE), locate(GENRE).load()
    except UnknownNameError:
        return None
    except MusicVAEError as error:
        reporter.note(f"the ready model {GENRE} cannot be used: {error}")
        return None
    return model if model.run is not None and info.kind == "stream" else None


def relatives(latent_space: str) -> list[str]:
    """Names of two ready models that understand the same latents, or of as many as there are."""
    found = []
    for record in find_all():
        try:
            info = read_info(record.value.artifact) if record.value else None
        except MusicVAEError:  # a broken one is told by `musicvae models`
            continue
        if info is not None and info.kind == "stream" and info.latent_space == latent_space:
            found.append(record.name)
    # These two are far from each other, and from the demo's own genre.
    return sorted(found, key=lambda name: name not in ("jazz", "metal"))[:2]


def play_ready(model: Model, out: Path, reporter: Reporter, silent: bool) -> Chapter:
    """Play a ready model: aloud where there is a sound card, and into a file in any case.

    Args:
        model: a ready stream.
        out: the demo's folder.
        reporter: gets the progress.
        silent: whether the sound card is left alone.
    """
    sound = play(model.name, seconds=SECONDS, seed=7)
    sound.write(out / "ready.wav")
    plots.save(plots.spectrograms([sound], ["ready.wav"]), out / "ready.png")
    reporter.note(f"{model.name}, a ready model, plays {SECONDS:.0f} s: {out / 'ready.wav'}")
    if not silent:
        _aloud(model, reporter)
    return Chapter(
        "A ready model was played",
        f"{model.name} came with the plug-in {model.source}; nothing was trained for it. It "
        "moves by itself, as the music does that it learnt.",
        pictures=["ready.png"],
        sounds=["ready.wav"],
        command=f"musicvae models\nmusicvae live {model.name}",
    )


def _aloud(model: Model, reporter: Reporter) -> None:
    """The same through the sound card, by the daemon."""
    messages = (("/seed", (7,)), ("/walk", (1.0,)))
    try:
        perform(model.name, [Gesture("walk", SECONDS, messages)])
    except MusicVAEError as error:  # no card, no PortAudio, a machine that is too slow
        reporter.note(f"not heard aloud: {error.what}")
