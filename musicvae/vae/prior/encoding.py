"""Names the sounds that a prior learns from, and encodes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicvae.data.tracks import Track, scan
from musicvae.errors import DataError, SettingError
from musicvae.models import encoder_named, locate
from musicvae.paths import AnyPath
from musicvae.recipes.split import split_tracks
from musicvae.vae.prior.ears import ArtifactEar, RunEar
from musicvae.vae.prior.folder import PriorFolder
from musicvae.vae.prior.hearing import Ear, Pile, attributes_of, hear
from musicvae.vae.prior.material import Material
from musicvae.vae.prior.starting import check_start
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training.reporting import Reporter, RichReporter

#: Tracks, and the keys of those that are held out.
Tracks = tuple[list[Track], frozenset[str]]


@dataclass(frozen=True)
class Sounds:
    """Sounds to encode, and what encodes them.

    Attributes:
        place: the file of an encoder, or the folder of a run.
        found: the tracks; ``None`` where they are those of the run.
    """

    place: Path
    found: Tracks | None


@dataclass(frozen=True)
class Wishes:
    """How sounds are encoded.

    Attributes:
        start: the prior to start from, whose genres and scales of attributes are kept; or ``None``.
        genre: the only genre that is wanted; ``None`` for all.
        copies: faster and slower copies of each training track.
        seed: of their speeds.
    """

    start: PriorFolder | None
    genre: str | None
    copies: int
    seed: int


def named(model: AnyPath | None, data: AnyPath | None, split: str, seed: int) -> Sounds:
    """The sounds that people name; none is opened.

    Args:
        model: what encodes: a run, an encoder, or the name of a ready model.
        data: a folder of sounds; by default those of the run.
        split: how tracks are divided; see :mod:`musicvae.recipes.split`.
        seed: of that.

    Raises:
        SettingError: nothing was named that encodes, or the rule is none.
        DataError: no sounds were named, or there are none.
        RunError: a folder that is no run.
        RegistryError: as :func:`musicvae.models.locate`.
    """
    if model is None:
        raise SettingError(
            "nothing was named that encodes",
            expected="a run, an encoder, or the name of a ready model",
            hint="or latents that are encoded already: --material",
        )
    place = locate(encoder_named(model), "encoder").path
    if place.is_dir():
        RunFolder.open(place)
    elif data is None:
        raise DataError("no sounds were named", expected="a folder", hint="add --data FOLDER")
    return Sounds(place, None if data is None else _split(data, split, seed))


def encoded(sounds: Sounds, wishes: Wishes, listener: Reporter) -> tuple[Material, dict[str, Any]]:
    """The latents of sounds, and where they came from.

    Raises:
        ArtifactError, RunError: what encodes cannot be used.
        LatentError, SettingError: the prior to start from is of another latent space, or has other
            attributes.
        DataError: no usable tracks, or none of what is wanted.
    """
    ear: Any
    if sounds.place.is_dir():
        from musicvae.vae.run.loading import load

        trained = load(sounds.place)
        ear = RunEar(trained)
        tracks, held_out = sounds.found or _tracks(trained)
    else:
        ear = ArtifactEar(sounds.place)
        tracks, held_out = sounds.found or ([], frozenset())
    pile = Pile.of(tracks, held_out, ear.genre)
    material = _heard(ear, pile, wishes, listener)
    return material, {"encoder": sounds.place.name, "licence": ear.licence}


def _heard(ear: Ear, pile: Pile, wishes: Wishes, listener: Reporter) -> Material:
    def progress(what: str, done: int, total: int, key: str) -> None:
        if isinstance(listener, RichReporter):
            listener.work(what, done, total, key)
        else:
            listener.decoding(done, total, key)

    unit = None
    if wishes.start is not None:
        outline = wishes.start.outline()
        check_start(wishes.start, ear.space, outline.genres, attributes_of(ear.space))
        pile, unit = pile.known_as(outline.genres, wishes.genre), outline.unit
    return hear(ear, pile, wishes.copies, wishes.seed, progress, listener.note, unit)


def _tracks(trained: Any) -> Tracks:
    """The tracks of a run with its own split."""
    report, sides = trained.data_report(), trained.run.sides()
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
