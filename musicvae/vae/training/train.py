"""Trains a model: the function that users call; the loop itself is in ``trainer.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import tensorflow as tf

from musicvae.errors import DataError, SettingError
from musicvae.families import FAMILIES
from musicvae.genres import Genre
from musicvae.models.runs import starting_run
from musicvae.paths import expand
from musicvae.recipes import Recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.building import build
from musicvae.vae.run.folder import PathLike, RunFolder
from musicvae.vae.run.loading import load
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.memory import check_memory
from musicvae.vae.training.optimisation import train_step
from musicvae.vae.training.phases import make_phases
from musicvae.vae.training.preparation import TrackSource, resume_run, start_run, wait_for_chief
from musicvae.vae.training.reporting import Reporter, Silent
from musicvae.vae.training.resuming import Wishes
from musicvae.vae.training.start_point import StartPoint
from musicvae.vae.training.strategies import Placement, place
from musicvae.vae.training.trainer import Trainer

__all__ = ["train", "train_step"]


def train(
    genre: Genre | str | None,
    data: PathLike | None = None,
    out: PathLike = "runs/run",
    *,
    recipe: Recipe | str | None = None,
    settings: Mapping[str, object] | None = None,
    resume: bool = False,
    strategy: str = "default",
    licence: str | None = None,
    cache: PathLike | None = None,
    workers: int | None = None,
    reporter: Reporter | None = None,
    pictures: bool = True,
    checkpoint_seconds: float = 60.0,
    start_from: PathLike | None = None,
    freeze: Sequence[str] = (),
) -> Any:
    """Train a model on a folder of sounds.

    The same seed, data and machine give the same weights, as long as ``recipe.minutes`` does not
    decide the length of the run. Ctrl-C finishes the current step, writes a checkpoint and raises
    ``KeyboardInterrupt``. ``resume=True`` goes on from the last checkpoint, also after a kill, and
    ends with the weights that an uninterrupted run would have.

    Args:
        genre: a registered genre's name, a :class:`Genre`, the name of any folder below ``data``,
            or ``None`` for every sound below ``data``.
        data: folder of sounds (a GTZAN root, one genre's folder, any folder of folders); when
            resuming, only needed if it has moved.
        out: run folder.
        recipe: a recipe or its name; ``None`` takes the genre's own, or ``stream``.
        settings: changes to the recipe, such as ``{"epochs": 10, "minutes": 5}``.
        resume: go on with the run in ``out``; its own recipe and split are used. ``epochs``,
            ``minutes`` and ``patience`` in ``settings`` may differ and decide how long it goes on;
            whatever else is named must be as it was.
        strategy: ``"default"``, ``"mirrored"`` or ``"multiworker"``.
        licence: licence of the trained model, as you state it; exported artifacts contain it.
            ``None`` is ``"unstated"``.
        cache: folder of decoded tracks; default ``$MUSICVAE_CACHE`` or the user's cache folder.
        workers: decoding processes; default one for each core.
        reporter: receives the progress; by default nothing does.
        pictures: draw waveforms of four fixed latents after each epoch.
        checkpoint_seconds: longest time between two checkpoints, in seconds.
        start_from: run whose weights to start from, or the name of a ready model that brings its
            run; the recipe of that run is used, with ``settings``.
        freeze: parts that keep those weights, ``"encoder"`` or ``"decoder"``. With a frozen encoder
            both runs share one latent space.

    Returns:
        The trained model: a :class:`musicvae.vae.stream.trained.TrainedStream`, or a
        :class:`musicvae.vae.clip.trained.TrainedModel` of clips. Its weights are those with the
        best test objective, or the last ones where the run had an adversarial phase.

    Raises:
        DataError: nothing usable below ``data``, or too few tracks.
        RunError: ``out`` holds a run already, or cannot be resumed; or a file of it cannot be
            written.
        SettingError: a setting cannot work, or cannot take effect on a run that goes on. Nothing
            was decoded or written then.
        TrainingDivergedError: the loss became NaN or infinite.
    """
    _check_backend()
    _check_names(genre, data, out, resume)
    origin = None if start_from is None else starting_run(start_from)
    # First, since collective operations must be set up before TensorFlow is used at all.
    placement = place(strategy)
    tf.config.experimental.enable_op_determinism()
    listener = reporter or Silent()
    folder = "" if data is None else expand(data, DataError)
    source = TrackSource(folder, genre, cache and expand(cache), workers, listener.decoding)
    with placement.connected():
        if resume:
            wishes = Wishes(genre, recipe, settings or {}, licence, origin, freeze)
            with placement.together():
                rehearse(StartPoint(wishes.recipe_of(RunFolder.open(out))), placement, listener)
                prepared = resume_run(out, source, wishes, placement.is_chief)
        else:
            with placement.together():
                RunFolder.check_free(out)
                start = StartPoint.choose(genre, recipe, settings, origin, freeze)
                rehearse(start, placement, listener)
            prepared = _begin(out, source, start, licence or "unstated", placement)
            if prepared.report:  # the chief's
                listener.note(prepared.report)
        Trainer(prepared, placement, listener, pictures, checkpoint_seconds).run()
    return load(out)


def _begin(
    out: PathLike, source: TrackSource, start: StartPoint, licence: str, placement: Placement
) -> Prepared:
    """Prepare a new run; every worker decodes, since its cache may be its own.

    Raises:
        DataError: nothing is usable, or there are too few tracks.
        RunError: the run folder cannot be written, or is not the same one for all workers.
    """
    prepared = None
    with placement.together():
        if placement.is_chief:
            prepared = start_run(out, source, start, licence)
        else:
            source.decode(start.recipe.audio)
    with placement.together():
        if prepared is None:
            wait_for_chief(out)
            prepared = resume_run(out, source, is_chief=False)
    return prepared


def rehearse(start: StartPoint, placement: Placement, reporter: Reporter) -> None:
    """Do once what a training begins with, so that it is refused before hours of decoding.

    Nothing that this lets pass is refused later for its settings, and nothing is written before.

    Raises:
        SettingError: the recipe cannot work, or not on this machine.
        RunError: the weights or the latents of the run to start from cannot be read.
    """
    recipe = start.recipe
    placement.rows(recipe.batch_size)
    FAMILIES.get(recipe.family).check_recipe(recipe)
    if warning := check_memory(recipe):
        reporter.note(warning)
    # Outside the strategy, in which workers would wait for each other.
    model = build(recipe)
    make_phases(model, recipe, start.frozen)
    if start.files:
        checkpoint.restore(start.files["start.npz"], model.variables)
        LatentBasis.load(start.files["start_latents.npz"], recipe.latent_dim)


def _check_names(
    genre: Genre | str | None, data: PathLike | None, out: PathLike, resume: bool
) -> None:
    """Check what names the sounds and the run.

    Raises:
        SettingError: the genre is no name, or no folder is named.
    """
    if not isinstance(genre, Genre | str | None):
        raise SettingError(
            "this is not a genre",
            expected="a name, a Genre, or None for all sounds",
            received=type(genre).__name__,
        )
    if not str(out):
        raise SettingError("no run folder was named", expected="a folder", hint="give out=FOLDER")
    if data is None and resume:
        return
    if data is None or not str(data):
        raise SettingError("no sounds were named", expected="a folder", hint="give data=FOLDER")


def _check_backend() -> None:
    """Check that Keras computes with TensorFlow.

    Raises:
        SettingError: it computes with another library.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise SettingError(
            "Keras runs on another backend",
            expected="tensorflow",
            received=backend,
            hint="set the environment variable KERAS_BACKEND=tensorflow before starting Python",
        )
