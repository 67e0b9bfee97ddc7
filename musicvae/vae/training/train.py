"""Trains a model: the function that users call; the rest is in ``course.py``.

What needs no TensorFlow is checked before it is imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache as once
from typing import Any

from musicvae.errors import DataError, SettingError
from musicvae.genres import Genre, check_genre
from musicvae.models.runs import starting_run
from musicvae.paths import expand
from musicvae.recipes import Recipe
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.run.building import family_of
from musicvae.vae.run.folder import PathLike, RunFolder
from musicvae.vae.run.loading import load
from musicvae.vae.training.cluster import MULTIWORKER, check_strategy
from musicvae.vae.training.preparation import TrackSource
from musicvae.vae.training.reporting import Reporter, Silent
from musicvae.vae.training.resuming import Wishes
from musicvae.vae.training.start_point import StartPoint


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
        MissingExtraError: TensorFlow is not installed.
        TrainingDivergedError: the loss became NaN or infinite.
    """
    check_strategy(strategy)
    _check_names(genre, data, out, resume)
    origin = None if start_from is None else starting_run(start_from)
    listener = reporter or Silent()
    folder = "" if data is None else expand(data, DataError)
    source = TrackSource(folder, genre, cache and expand(cache), workers, listener.decoding)
    wishes = Wishes(genre, recipe, settings or {}, licence, origin, freeze) if resume else None

    @once
    def decide() -> StartPoint:
        if wishes is not None:
            return _going_on(RunFolder.open(out), source, wishes)
        RunFolder.check_free(out)
        start = _beginning(StartPoint.choose(genre, recipe, settings, origin, freeze), source)
        if note := source.note:
            listener.note(note)
        return start

    # Before TensorFlow, whose import takes seconds; but several workers, which may not see the same
    # files, do it when they can tell each other why one of them cannot train.
    if strategy != MULTIWORKER:
        decide()
    quieten_tensorflow()
    from musicvae.vae.training.course import run_course

    run_course(
        out,
        source,
        decide,
        wishes,
        strategy=strategy,
        licence=licence or "unstated",
        reporter=listener,
        pictures=pictures,
        checkpoint_seconds=checkpoint_seconds,
    )
    return load(out)


def _beginning(start: StartPoint, source: TrackSource) -> StartPoint:
    """Check what a new run begins with, without TensorFlow unless a plug-in's family imports it.

    Raises:
        SettingError: the family cannot use the recipe.
        DataError: there are no sounds.
    """
    family_of(start.recipe).check_recipe(start.recipe)
    source.found  # noqa: B018 (looks for the files)
    return start


def _going_on(run: RunFolder, source: TrackSource, wishes: Wishes) -> StartPoint:
    """The same for a run that goes on."""
    return _beginning(StartPoint(wishes.recipe_of(run)), source.of_run(run))


def _check_names(
    genre: Genre | str | None, data: PathLike | None, out: PathLike, resume: bool
) -> None:
    """Check what names the sounds and the run.

    Raises:
        SettingError: the genre is no name, or no folder is named.
    """
    check_genre(genre)
    if not str(out):
        raise SettingError("no run folder was named", expected="a folder", hint="give out=FOLDER")
    if data is None and resume:
        return
    if data is None or not str(data):
        raise SettingError("no sounds were named", expected="a folder", hint="give data=FOLDER")
