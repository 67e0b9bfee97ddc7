"""Trains a prior: the function that users call; the loop itself is in ``trainer.py``.

What needs no TensorFlow is checked before it is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from musicvae.errors import RunError, SettingError
from musicvae.paths import AnyPath, expand
from musicvae.text import printable
from musicvae.vae.prior.encoding import encode, find_sounds
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.material import Material, check_genre
from musicvae.vae.prior.plan import LENGTH, Plan
from musicvae.vae.prior.starting import Start, find_start, weights_to_start
from musicvae.vae.prior.terms import UNSTATED, Terms
from musicvae.vae.prior.trained import TrainedPrior, load_prior
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.training.reporting import Reporter, Silent

_PACKAGES = ("musicvae", "numpy", "keras")


def train_prior(
    model: AnyPath | None = None,
    out: AnyPath = "runs/prior",
    *,
    data: AnyPath | None = None,
    genre: str | None = None,
    settings: Mapping[str, Any] | None = None,
    copies: int = 1,
    split: str = "80/20",
    material: AnyPath | None = None,
    start_from: AnyPath | None = None,
    resume: bool = False,
    licence: str | None = None,
    reporter: Reporter | None = None,
    checkpoint_seconds: float = 60.0,
    compiled: bool = True,
) -> TrainedPrior:
    """Train a prior on the latents of music.

    The same seed, latents and machine give the same weights, as long as ``minutes`` does not decide
    the length. Ctrl-C finishes the current step, writes a checkpoint and raises
    ``KeyboardInterrupt``; ``resume=True`` goes on, also after a kill.

    Args:
        model: what encodes: a stream run, an encoder's file, or the name of a ready model that has
            an encoder; by default that of ``start_from``. A run also says which tracks, and which
            of them are for testing.
        out: folder of the prior.
        data: folder of sounds, with a folder for each genre; by default those of the run.
        genre: train on this genre alone; of ``start_from``, to tune it to one of its genres.
        settings: changes to :class:`musicvae.vae.prior.plan.Plan`; ``model`` holds those of the
            family.
        copies: faster and slower copies of each training track.
        split: how tracks are divided where the run does not say; see
            :mod:`musicvae.recipes.split`.
        material: ``material.npz`` of another prior, instead of encoding.
        start_from: a prior of the same latent space, whose weights to start from: its folder, its
            exported file, or the name of a ready model that has one. New sounds are then encoded
            in its terms: its genres, and its scales of the attributes.
        resume: go on with the prior in ``out``; ``minutes``, ``steps`` and ``patience`` may differ.
        licence: licence of the prior, as you state it; by default that of ``start_from`` or, where
            that states none, of the encoder.
        reporter: receives the progress.
        checkpoint_seconds: longest time between two checkpoints, in seconds.
        compiled: whether XLA compiles the training step.

    Returns:
        The trained prior, with the weights whose rollouts were nearest to unheard tracks.

    Raises:
        DataError: no usable tracks; or none of the genre, or ``start_from`` does not know it.
        RunError: ``out`` is in use, cannot be resumed or written; ``model`` is no stream; or
            ``start_from`` is nothing to start from.
        ArtifactError: a file cannot encode, or cannot be started from.
        RegistryError: a name is not that of a ready model, or that of more than one thing.
        LatentError: ``start_from`` is of another latent space.
        SettingError: a setting cannot work, or cannot change on a prior that goes on or with the
            weights of ``start_from``.
        MissingExtraError: TensorFlow is not installed; or, for an exported ``start_from``,
            musicvae-export.
        TrainingDivergedError: the loss became NaN or infinite.
    """
    listener = reporter or Silent()
    wishes = dict(settings or {})
    if resume:
        folder, plan = _resumed(out, wishes)
        latents = Material.load(folder.material)
    else:
        PriorFolder.check_free(out)
        start = None if start_from is None else find_start(start_from)
        terms = None if start is None else start.terms
        plan = Plan.of(wishes) if terms is None else terms.plan(wishes)
        facts: dict[str, Any]
        with TemporaryDirectory() as room:
            if material is not None:
                latents = _kept(material, genre, terms)
                weights = _try_out(start, plan, room)
                facts = {"encoder": Path(material).name, "licence": UNSTATED}
            else:
                encoder = start.model if model is None and start is not None else model
                sounds = find_sounds(encoder, data, split, plan.seed).wanted(genre, terms)
                weights = _try_out(start, plan, room)
                latents, facts = encode(sounds, copies, plan.seed, listener)
            first = UNSTATED if terms is None else terms.licence
            facts |= {
                "licence": licence or _inherited(first, facts["licence"], listener),
                "started": datetime.now(UTC).isoformat(timespec="seconds"),
                "versions": {name: version(name) for name in _PACKAGES},
                "from": None if start_from is None else Path(start_from).name,
            }
            latents = latents if genre is None else latents.only(genre)
            folder = PriorFolder.create(out, latents, plan, facts, weights)
    _begin_tensorflow()
    from musicvae.vae.prior.trainer import PriorTrainer

    PriorTrainer(folder, plan, latents, listener, checkpoint_seconds, compiled).run()
    return load_prior(folder.path)


def _inherited(start: str, encoder: str, listener: Reporter) -> str:
    """The licence where none is given: that of the prior to start from, else of the encoder."""
    if start == UNSTATED:
        return encoder
    if encoder not in (UNSTATED, start):
        listener.note(
            f"the prior is under {printable(start)}, as the one that it begins with; what encodes "
            f"is under {printable(encoder)} (--licence states another)"
        )
    return start


def _kept(file: AnyPath, genre: str | None, terms: Terms | None) -> Material:
    """The latents of a file, once it is known that they can be learnt from."""
    latents = Material.load(expand(file, RunError))
    if genre is not None:
        check_genre(genre, latents.genres)
    if terms is not None:
        terms.check(latents.space, latents.attributes, latents.genres)
    return latents


def _try_out(start: Start | None, plan: Plan, room: str) -> Path | None:
    """Tell what is missing or damaged before hours of encoding, and before anything is written.

    Returns:
        The weights to start from.
    """
    _begin_tensorflow()
    return None if start is None else weights_to_start(start, plan, Path(room))


def _begin_tensorflow() -> None:
    """Import TensorFlow, and let equal computations give equal results."""
    quieten_tensorflow()
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()


def _resumed(out: AnyPath, wishes: dict[str, Any]) -> tuple[PriorFolder, Plan]:
    folder = PriorFolder.open(out)
    before = folder.plan()
    fixed = [name for name in wishes if name not in LENGTH]
    if fixed:
        raise SettingError(
            "these settings cannot change while a prior is trained",
            expected=f"only {', '.join(LENGTH)}",
            received=", ".join(fixed),
        )
    plan = Plan.of({**before.to_json(), **wishes})
    if plan != before:
        folder.update(plan=plan.to_json())
    return folder, plan
