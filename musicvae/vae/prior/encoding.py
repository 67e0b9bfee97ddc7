"""Finds the sounds that a prior learns from and what encodes them, and has them encoded."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicvae.data.tracks import Track, scan
from musicvae.errors import DataError, SettingError
from musicvae.models import encoder_named, locate
from musicvae.paths import AnyPath
from musicvae.recipes.split import split_tracks
from musicvae.vae.prior.ears import ArtifactEar, RunEar
from musicvae.vae.prior.hearing import attributes_of, hear
from musicvae.vae.prior.material import Material, check_genre
from musicvae.vae.prior.pile import Pile
from musicvae.vae.prior.terms import Terms
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training.reporting import Reporter, RichReporter

#: Tracks, and the keys of those that are held out.
Tracks = tuple[list[Track], frozenset[str]]


@dataclass(frozen=True)
class Sounds:
    """Sounds to encode, and what encodes them.

    Attributes:
        place: the file of an encoder, or the folder of a run.
        ear: the encoder; ``None`` where a run encodes, which is not loaded before it has to.
        pile: the tracks.
        terms: those of the prior to start from, in which they are encoded; ``None`` for their own.
    """

    place: Path
    ear: ArtifactEar | None
    pile: Pile
    terms: Terms | None = None

    def wanted(self, genre: str | None, terms: Terms | None) -> Sounds:
        """The sounds as they will be learnt from.

        Args:
            genre: the only one that is wanted; ``None`` for all.
            terms: as the attribute.

        Raises:
            DataError: no track is of the genre, or the prior to start from does not know it.
            LatentError, SettingError: what encodes does not fit that prior.
        """
        if terms is None:
            if genre is not None:
                check_genre(genre, self.pile.genres)
            return self
        if self.ear is not None:
            terms.check(self.ear.space, attributes_of(self.ear.space))
        return dataclasses.replace(self, pile=self.pile.known_as(terms.genres, genre), terms=terms)


def find_sounds(model: AnyPath | None, data: AnyPath | None, split: str, seed: int) -> Sounds:
    """The sounds that people name; none is read, and TensorFlow is not needed.

    Args:
        model: what encodes: a run, an encoder, or the name of a ready model.
        data: a folder of sounds; by default those of the run.
        split: how tracks are divided; see :mod:`musicvae.recipes.split`.
        seed: of that.

    Raises:
        SettingError: nothing was named that encodes, or the rule is none.
        DataError: no sounds were named, or there are none.
        RunError: a folder that is no run.
        ArtifactError: a file that is no encoder of a stream.
        RegistryError: as :func:`musicvae.models.locate`.
    """
    if model is None:
        raise SettingError(
            "nothing was named that encodes",
            expected="a run, an encoder, or the name of a ready model",
            hint="or name latents that are encoded already: --material",
        )
    place = locate(encoder_named(model), "encoder").path
    run = RunFolder.open(place) if place.is_dir() else None
    if data is not None:
        tracks, held_out = _split(data, split, seed)
    elif run is not None:
        tracks, held_out = _tracks(run)
    else:
        raise DataError("no sounds were named", expected="a folder", hint="add --data FOLDER")
    if run is not None:
        return Sounds(place, None, Pile.of(tracks, held_out, run.describe()["genre"] or "any"))
    ear = ArtifactEar(place)
    return Sounds(place, ear, Pile.of(tracks, held_out, ear.genre))


def encode(
    sounds: Sounds, copies: int, seed: int, listener: Reporter
) -> tuple[Material, dict[str, Any]]:
    """The latents of sounds, and where they came from.

    Args:
        sounds: what is encoded, and by what.
        copies: faster and slower copies of each training track.
        seed: of their speeds.
        listener: receives the progress.

    Raises:
        RunError: what encodes cannot be used.
        LatentError, SettingError: it does not fit the prior to start from.
        DataError: no track can be learnt from.
    """
    ear, terms = sounds.ear or _run_ear(sounds.place), sounds.terms
    if terms is not None:  # of a run, this is known only now
        terms.check(ear.space, attributes_of(ear.space))

    def progress(what: str, done: int, total: int, key: str) -> None:
        if isinstance(listener, RichReporter):
            listener.work(what, done, total, key)
        else:
            listener.decoding(done, total, key)

    unit = None if terms is None else terms.unit
    material = hear(ear, sounds.pile, copies, seed, progress, listener.note, unit)
    return material, {"encoder": sounds.place.name, "licence": ear.licence}


def _run_ear(place: Path) -> RunEar:
    from musicvae.vae.run.loading import load

    return RunEar(load(place))


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
