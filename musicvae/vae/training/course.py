"""The course of a training: its place, a rehearsal, the tracks, and the loop."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.vae.run import checkpoint
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.building import build, family_of
from musicvae.vae.run.folder import PathLike
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.training.memory import check_memory
from musicvae.vae.training.phases import make_phases
from musicvae.vae.training.preparation import TrackSource, resume_run, start_run, wait_for_chief
from musicvae.vae.training.reporting import Reporter
from musicvae.vae.training.resuming import Wishes
from musicvae.vae.training.start_point import StartPoint
from musicvae.vae.training.strategies import Placement, place
from musicvae.vae.training.trainer import Trainer


def run_course(
    out: PathLike,
    source: TrackSource,
    decide: Callable[[], StartPoint],
    wishes: Wishes | None,
    *,
    strategy: str,
    licence: str,
    reporter: Reporter,
    pictures: bool,
    checkpoint_seconds: float,
) -> None:
    """Train a run to its end.

    Args:
        out: run folder.
        source: where the tracks are, and how they are decoded.
        decide: what the training begins with; raises what cannot be trained.
        wishes: what was named beside a run that goes on; ``None`` for a new one.
        strategy: as for :func:`musicvae.vae.training.train.train`, and the other arguments.
        licence: of the trained model.
        reporter: receives the progress.
        pictures: whether pictures are drawn after each epoch.
        checkpoint_seconds: longest time between two checkpoints.

    Raises:
        MusicVAEError: as :func:`musicvae.vae.training.train.train`.
    """
    _check_backend()
    # First, since collective operations must be set up before TensorFlow is used at all.
    placement = place(strategy)
    tf.config.experimental.enable_op_determinism()
    with placement.connected():
        with placement.together():
            start = decide()
            rehearse(start, placement, reporter)
            if wishes is not None:
                prepared = resume_run(out, source, wishes, placement.is_chief)
        if wishes is None:
            prepared = _begin(out, source, start, licence, placement)
            if prepared.report:  # the chief's
                reporter.note(prepared.report)
        Trainer(prepared, placement, reporter, pictures, checkpoint_seconds).run()


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
    family_of(recipe).check_recipe(recipe)
    if warning := check_memory(recipe):
        reporter.note(warning)
    # Outside the strategy, in which workers would wait for each other.
    model = build(recipe)
    make_phases(model, recipe, start.frozen)
    if start.files:
        checkpoint.restore(start.files["start.npz"], model.variables)
        LatentBasis.load(start.files["start_latents.npz"], recipe.latent_dim)


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
