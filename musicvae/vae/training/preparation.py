"""From what a user asks for to what a training loop needs: recipe, tracks, split, run folder."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from musicvae.audio import AudioSpec
from musicvae.data import cache
from musicvae.data.corpus import Corpus
from musicvae.data.filling import Progress
from musicvae.data.report import DataReport
from musicvae.data.tracks import Scan, scan
from musicvae.errors import RunError, SettingError, UnknownNameError
from musicvae.files import read_json, write_json
from musicvae.genres import GENRES, Genre
from musicvae.recipes import Recipe, get_recipe
from musicvae.recipes.split import split_tracks
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.training.transfer import check_frozen, copy_start, describe_start, recipe_from

PACKAGES = ("musicvae", "numpy", "keras", "librosa", "soxr", "soundfile")

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Prepared:
    """All that a training loop starts from.

    Attributes:
        run: its folder.
        recipe: with every setting decided.
        train: tracks to train on.
        test: tracks to test on.
        report: which files are used and which are skipped, with reasons, as text.
        frozen: parts of the model that keep their weights.
    """

    run: RunFolder
    recipe: Recipe
    train: Corpus
    test: Corpus
    report: str = ""
    frozen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes:
        genre: a registered genre, a :class:`Genre`, any folder's name, or ``None`` for all sounds.
        data: folder of sounds.
        out: run folder.
        recipe: recipe name or object; ``None`` for the genre's own.
        settings: changes to the recipe.
        licence: of what will be trained, as the user states it.
        cache: cache folder, or ``None`` for the default.
        workers: decoding processes, or ``None`` for the default.
        start_from: run whose weights to start from, or ``None``.
        freeze: parts of the model that keep them.
    """

    genre: Genre | str | None
    data: PathLike
    out: PathLike
    recipe: Recipe | str | None = None
    settings: Mapping[str, Any] | None = None
    licence: str = "unstated"
    cache: PathLike | None = None
    workers: int | None = None
    start_from: PathLike | None = None
    freeze: tuple[str, ...] = ()


def choose_recipe(request: Request) -> Recipe:
    """The recipe with the genre's and the user's settings.

    Raises:
        SettingError: a setting is not one of a recipe, or out of range.
        UnknownNameError: no recipe of that name.
    """
    if request.start_from is not None:
        if request.recipe is not None:
            raise SettingError(
                "a run that starts from another one's weights has its recipe",
                expected="no recipe, or no run to start from",
                received=f"recipe {request.recipe}, from {request.start_from}",
            )
        return recipe_from(request.start_from, request.settings or {})
    if isinstance(request.recipe, Recipe):
        recipe = request.recipe
    else:
        genre = _genre(request.genre)
        recipe = genre.recipe_for(request.recipe) if genre else get_recipe(request.recipe or "clip")
    return recipe.with_settings(**(request.settings or {}))


def begin(request: Request, progress: Progress | None = None) -> Prepared:
    """Start a new run: decode the tracks, split them and create the run folder.

    Raises:
        DataError: nothing usable, or too few tracks to split.
        RunError: the folder holds a run already.
        SettingError: the recipe cannot work.
    """
    if RunFolder(Path(request.out)).description.exists():
        RunFolder.create(request.out, {})  # refuses before hours of decoding, not after
    frozen = check_frozen(request.freeze, request.start_from)
    recipe = choose_recipe(request)
    found, corpus = _tracks(request, recipe.audio, progress)
    split = split_tracks(corpus.keys, recipe.split, recipe.seed)
    report = DataReport(found, corpus, split)
    train, test = corpus.subset(split.train), corpus.subset(split.test)
    description = {
        "genre": _name(request.genre),
        "licence": request.licence,
        "recipe": recipe.to_json(),
        "data": str(Path(request.data).resolve()),
        "train_digest": train.digest,
        "test_digest": test.digest,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: version(name) for name in PACKAGES},
    }
    if request.start_from is not None:
        description["from"] = describe_start(request.start_from, frozen)
    run = RunFolder.create(request.out, description)
    if request.start_from is not None:
        copy_start(request.start_from, run)
    write_json(run.split, asdict(split))
    write_json(run.data, report.to_json())
    return Prepared(run, recipe, train, test, report.text(), frozen)


def go_on(request: Request, progress: Progress | None = None) -> Prepared:
    """Prepare to resume the run in ``request.out``: recipe, data and split are the run's own.

    Raises:
        RunError: no run there, or its sounds have changed since.
    """
    run = RunFolder.open(request.out)
    description = run.describe()
    recipe = run.recipe()
    # Where the tracks were found, unless they have moved: a genre may have gone by another name.
    data, genre = request.data, description["genre"]
    if not data:
        data, genre = read_json(run.data)["folder"], None
    again = Request(genre, data, request.out, cache=request.cache, workers=request.workers)
    _, corpus = _tracks(again, recipe.audio, progress)
    split = read_json(run.split)
    missing = sorted({*split["train"], *split["test"]} - set(corpus.keys))
    if not missing:
        train, test = corpus.subset(split["train"]), corpus.subset(split["test"])
        if train.digest == description["train_digest"]:
            frozen = tuple(description.get("from", {}).get("frozen", ()))
            return Prepared(run, recipe, train, test, frozen=frozen)
    raise RunError(
        "the sounds of this run have changed since it began, so it cannot go on as it was",
        expected="the same files under the same names",
        received=f"missing: {', '.join(missing[:5])}" if missing else "other contents",
        hint=f"put them back in {data}, name where they are with --data, or start a new run",
    )


def wait_for_chief(out: PathLike, seconds: float = 600.0) -> None:
    """Wait until the first worker has prepared the run.

    Raises:
        RunError: it has not done so after ``seconds``.
    """
    # The last file that `begin` writes.
    prepared, end = RunFolder(Path(out)).data, time.monotonic() + seconds
    while not prepared.is_file():
        if time.monotonic() > end:
            raise RunError(
                "the first worker did not prepare the run",
                expected="a run folder that all workers share",
                received=f"no {prepared} after {seconds:.0f} s",
            )
        time.sleep(0.2)


def _tracks(request: Request, spec: AudioSpec, progress: Progress | None) -> tuple[Scan, Corpus]:
    found = scan(request.data, request.genre)
    return found, cache.build(found.tracks, spec, request.cache, request.workers, progress)


def _genre(genre: Genre | str | None) -> Genre | None:
    """The genre, where it is registered; a folder may bear a name that is not."""
    if genre is None or isinstance(genre, Genre):
        return genre
    try:
        return GENRES.get(genre)
    except UnknownNameError:
        return None


def _name(genre: Genre | str | None) -> str | None:
    return genre.name if isinstance(genre, Genre) else genre
