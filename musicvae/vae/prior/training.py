"""Trains a prior: the function that users call; the loop itself is in ``trainer.py``.

What needs no TensorFlow is checked before it is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from musicvae.errors import RunError, SettingError
from musicvae.paths import AnyPath, expand
from musicvae.vae.prior.encoding import Wishes, encoded, named
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.material import Material
from musicvae.vae.prior.plan import LENGTH, Plan
from musicvae.vae.prior.starting import check_start, encoder_of_start, starting_from
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
        licence: licence of the prior, as you state it; by default that of the encoder.
        reporter: receives the progress.
        checkpoint_seconds: longest time between two checkpoints, in seconds.
        compiled: whether XLA compiles the training step.

    Returns:
        The trained prior, with the weights whose rollouts were nearest to unheard tracks.

    Raises:
        DataError: no usable tracks.
        RunError: ``out`` is in use, cannot be resumed or written; or ``model`` is no stream.
        ArtifactError: ``start_from`` is a file that cannot be started from.
        LatentError: ``start_from`` is of another latent space.
        SettingError: a setting cannot work, or cannot change on a prior that goes on.
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
        named_model = encoder_of_start(model, start_from)
        facts: dict[str, Any]
        with starting_from(start_from) as start:
            plan = _plan(wishes, start)
            if material is not None:
                latents = Material.load(expand(material, RunError))
                _try_out(start)
                facts = {"encoder": Path(material).name, "licence": "unstated"}
            else:
                sounds = named(named_model, data, split, plan.seed)
                _try_out(start)
                latents, facts = encoded(sounds, Wishes(start, genre, copies, plan.seed), listener)
            latents = latents if genre is None else latents.only(genre)
            facts |= {
                "licence": licence or facts["licence"],
                "from": None if start_from is None else Path(start_from).name,
            }
            folder = _created(out, latents, plan, facts, start)
    _begin_tensorflow()
    from musicvae.vae.prior.trainer import PriorTrainer

    PriorTrainer(folder, plan, latents, listener, checkpoint_seconds, compiled).run()
    return load_prior(folder.path)


def _created(
    out: AnyPath, latents: Material, plan: Plan, facts: dict[str, Any], start: PriorFolder | None
) -> PriorFolder:
    """A new folder, with the weights to start from."""
    if start is not None:
        check_start(start, latents.space, latents.genres, latents.attributes)
    facts |= {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: version(name) for name in _PACKAGES},
    }
    return PriorFolder.create(out, latents, plan, facts, None if start is None else start.best)


def _try_out(start: PriorFolder | None) -> None:
    """Tell what is missing or damaged before hours of encoding, and before anything is written."""
    _begin_tensorflow()
    if start is not None:
        load_prior(start.path)


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


def _plan(wishes: dict[str, Any], start: PriorFolder | None) -> Plan:
    """The plan of a new prior; one that starts from another has its family and sizes."""
    if start is None:
        return Plan.of(wishes)
    before = start.plan()
    model = {**before.model, **wishes.get("model", {})}
    return Plan.of({"family": before.family, **wishes, "model": model})
