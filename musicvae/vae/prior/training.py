"""Trains a prior: the function that users call; the loop itself is in ``trainer.py``.

What needs no TensorFlow is checked before it is imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from musicvae.data.tracks import Track, scan
from musicvae.errors import DataError, LatentError, RunError, SettingError
from musicvae.models import encoder_named, inspect, locate
from musicvae.paths import AnyPath, expand
from musicvae.recipes.split import split_tracks
from musicvae.vae.prior.ears import ArtifactEar, RunEar
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.hearing import Ear, Pile, hear
from musicvae.vae.prior.material import Material, Space, check_genre
from musicvae.vae.prior.plan import LENGTH, Plan
from musicvae.vae.prior.trained import TrainedPrior, load_prior, trained_folder
from musicvae.vae.quiet import quieten_tensorflow
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training.reporting import Reporter, RichReporter, Silent

#: Tracks, and the keys of those that are held out.
Tracks = tuple[list[Track], frozenset[str]]

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
            an encoder. A run also says which tracks, and which of them are for testing.
        out: folder of the prior.
        data: folder of sounds, with a folder for each genre; by default those of the run.
        genre: train on this genre alone; of ``start_from``, to tune it to one of its genres.
        settings: changes to :class:`musicvae.vae.prior.plan.Plan`; ``model`` holds those of the
            family.
        copies: faster and slower copies of each training track.
        split: how tracks are divided where the run does not say; see
            :mod:`musicvae.recipes.split`.
        material: ``material.npz`` of another prior, instead of encoding.
        start_from: a prior of the same latent space, whose weights to start from.
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
        SettingError: a setting cannot work, or cannot change on a prior that goes on.
        MissingExtraError: TensorFlow is not installed.
        TrainingDivergedError: the loss became NaN or infinite.
    """
    listener = reporter or Silent()
    wishes = dict(settings or {})
    if resume:
        folder, plan = _resumed(out, wishes)
        latents = Material.load(folder.material)
    else:
        PriorFolder.check_free(out)
        start = None if start_from is None else trained_folder(start_from)
        plan = _plan(wishes, start)
        facts: dict[str, Any]
        if material is not None:
            latents = Material.load(expand(material, RunError))
            _check_named(genre, latents.genres, start)
            _try_out(start)
            facts = {"encoder": Path(material).name, "licence": licence or "unstated"}
        else:
            place, pile = _named(model, data, split, plan.seed)
            _check_named(genre, pile.genres, start)
            _try_out(start)
            latents, facts = _encoded(place, pile, start, copies, plan.seed, listener)
            facts["licence"] = licence or facts["licence"]
        latents = latents if genre is None else latents.only(genre)
        if start is not None:
            _check_start(start, latents)
        facts |= {
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {name: version(name) for name in _PACKAGES},
            "from": None if start_from is None else Path(start_from).name,
        }
        best = None if start is None else start.best
        folder = PriorFolder.create(out, latents, plan, facts, best)
    _begin_tensorflow()
    from musicvae.vae.prior.trainer import PriorTrainer

    PriorTrainer(folder, plan, latents, listener, checkpoint_seconds, compiled).run()
    return load_prior(folder.path)


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


def _check_named(genre: str | None, genres: tuple[str, ...], start: PriorFolder | None) -> None:
    """Tell before TensorFlow and hours of encoding what is wrong with genres.

    Raises:
        DataError: there is no such genre.
        SettingError: the prior to start from has others.
    """
    if genre is not None:
        check_genre(genre, genres)
    if start is not None and start.outline().genres != genres:
        raise _other_conditions(genres, start.outline().genres)


def _check_start(start: PriorFolder, latents: Material) -> None:
    """Refuse to start from a prior of other latents, or with other conditions.

    Raises:
        LatentError: it is of another latent space.
        SettingError: its genres or attributes are others.
    """
    _check_space(start, latents.space)
    outline = start.outline()
    names = tuple(knob.name for knob in outline.attributes)
    if (outline.genres, names) != (latents.genres, latents.attributes):
        raise _other_conditions((*latents.genres, *latents.attributes), (*outline.genres, *names))


def _check_space(start: PriorFolder, space: Space) -> None:
    if start.space() != space:
        raise LatentError(
            "the prior to start from is of another latent space",
            expected=space.latent_space,
            received=start.space().latent_space,
        )


def _other_conditions(here: tuple[str, ...], there: tuple[str, ...]) -> SettingError:
    return SettingError(
        "the prior to start from has other genres or attributes",
        expected=", ".join(here),
        received=", ".join(there),
        hint="give --material its material.npz, and --genre the genre to tune it to",
    )


def _named(model: AnyPath | None, data: AnyPath | None, split: str, seed: int) -> tuple[Path, Pile]:
    """Where that is which encodes, and the tracks; nothing is encoded, and no sound is read."""
    if model is None:
        raise SettingError(
            "nothing was named that encodes",
            expected="a run, an encoder, or the name of a ready model",
        )
    place = locate(encoder_named(model), "encoder").path
    run = RunFolder.open(place) if place.is_dir() else None
    if data is not None:
        tracks, held_out = _split(data, split, seed)
    elif run is not None:
        tracks, held_out = _tracks(run)
    else:
        raise DataError("no sounds were named", expected="a folder", hint="add --data FOLDER")
    name = inspect(place).genre if run is None else run.describe()["genre"] or "any"
    return place, Pile.of(tracks, held_out, name)


def _encoded(
    place: Path, pile: Pile, start: PriorFolder | None, copies: int, seed: int, listener: Reporter
) -> tuple[Material, dict[str, Any]]:
    """The latents of tracks, and where they came from."""
    ear: Any
    if place.is_dir():
        from musicvae.vae.run.loading import load

        ear = RunEar(load(place))
    else:
        ear = ArtifactEar(place)
    if start is not None:
        _check_space(start, ear.space)
    material = _heard(ear, pile, copies, seed, listener)
    return material, {"encoder": place.name, "licence": ear.licence}


def _heard(ear: Ear, pile: Pile, copies: int, seed: int, listener: Reporter) -> Material:
    def progress(what: str, done: int, total: int, key: str) -> None:
        if isinstance(listener, RichReporter):
            listener.work(what, done, total, key)
        else:
            listener.decoding(done, total, key)

    return hear(ear, pile, copies, seed, progress, listener.note)


def _tracks(run: RunFolder) -> Tracks:
    """The tracks of a run with its own split."""
    report, sides = run.report(), run.sides()
    folder, wanted = Path(report["folder"]), {*sides["train"], *sides["test"]}
    tracks = [
        Track(folder / track["key"], track["key"])
        for track in report["tracks"]
        if track["key"] in wanted
    ]
    missing = [track.key for track in tracks if not track.path.is_file()]
    if missing or not tracks:
        raise DataError(
            "the tracks of this run are not where they were",
            expected=str(folder),
            received=f"{len(missing)} missing" if tracks else "a run without its list of tracks",
            hint="name where they are with --data",
        )
    return tracks, frozenset(sides["test"])


def _split(data: AnyPath, split: str, seed: int) -> Tracks:
    found = scan(data)
    return list(found.tracks), frozenset(
        split_tracks([track.key for track in found.tracks], split, seed).test
    )
