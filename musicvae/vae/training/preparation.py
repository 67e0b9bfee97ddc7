"""Prepares a run for training: decodes and splits the tracks, and creates or opens the run folder.

new run      start point -> tracks -> split -> run folder
resumed run  run folder  -> tracks -> the same split, checked
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from musicvae.audio import AudioSpec
from musicvae.data import cache
from musicvae.data.corpus import Corpus
from musicvae.data.filling import Progress
from musicvae.data.report import DataReport
from musicvae.data.tracks import Scan, is_registered, scan
from musicvae.errors import RunError
from musicvae.files import write_json
from musicvae.genres import Genre
from musicvae.paths import expand
from musicvae.recipes import Recipe
from musicvae.vae.run.folder import PathLike, RunFolder
from musicvae.vae.run.prepared import Prepared
from musicvae.vae.run.reading import guarded
from musicvae.vae.run.vacancy import remove_leftovers
from musicvae.vae.run.writing import writing
from musicvae.vae.training.resuming import Wishes
from musicvae.vae.training.sides import note_of, sides_of, split_corpus
from musicvae.vae.training.start_point import StartPoint

#: Distributions whose versions ``run.json`` records.
PACKAGES = ("musicvae", "numpy", "keras", "librosa", "soxr", "soundfile")


@dataclass(frozen=True)
class TrackSource:
    """The source of the tracks of a run, and the way they are decoded.

    Attributes:
        folder: folder of sounds; empty means the folder in which a resumed run found them.
        genre: a registered genre, a :class:`Genre`, the name of a folder below ``folder``, or
            ``None`` for all sounds.
        cache: folder of decoded tracks, or ``None`` for the default.
        workers: decoding processes, or ``None`` for the default.
        progress: called after each decoded track.
        settled: whether a run says the genre, whose plug-in may be missing by now.
    """

    folder: PathLike
    genre: Genre | str | None = None
    cache: PathLike | None = None
    workers: int | None = None
    progress: Progress | None = None
    settled: bool = False

    @cached_property
    def found(self) -> Scan:
        """The files, looked for once.

        Raises:
            DataError: there is no such folder, or no sound in it.
        """
        return scan(self.folder, self.genre, self.settled)

    @property
    def note(self) -> str | None:
        """A line for people where the genre is but the name of a folder.

        Raises:
            DataError: as :attr:`found`.
        """
        if self.genre is None or is_registered(self.genre):
            return None
        return (
            f"genre {self.genre!r}: the sounds in {self.found.root}; no genre of that name is "
            "registered, so none brings settings of its own"
        )

    def of_run(self, run: RunFolder) -> TrackSource:
        """The source of the tracks of a run that goes on, the same object at each call.

        Raises:
            RunError: a file of the run is damaged.
        """
        if run.path not in self._of_runs:
            self._of_runs[run.path] = self._described(run)
        return self._of_runs[run.path]

    @cached_property
    def _of_runs(self) -> dict[Path, TrackSource]:
        return {}

    def _described(self, run: RunFolder) -> TrackSource:
        """From the folder that the user names, or the one of the start."""
        if self.folder:
            return replace(self, genre=run.describe()["genre"], settled=True)
        # The folder of the genre itself: it may have been found under another name.
        return replace(self, folder=run.report()["folder"], genre=None)

    def decode(self, spec: AudioSpec) -> tuple[Scan, Corpus]:
        """All tracks at the rate and with the channels of ``spec``, as far as they are usable.

        Raises:
            DataError: there is no such folder, or nothing in it is usable.
        """
        return self.found, cache.build(
            self.found.tracks, spec, self.cache, self.workers, self.progress
        )


def start_run(
    out: PathLike, source: TrackSource, start: StartPoint, licence: str = "unstated"
) -> Prepared:
    """Prepare a new run in the folder ``out``.

    Raises:
        DataError: nothing is usable, or there are too few tracks to split.
        RunError: the folder holds a run already.
        SettingError: the recipe cannot work.
    """
    recipe = start.recipe
    found, corpus = source.decode(recipe.audio)
    split, written = split_corpus(corpus, recipe)
    train, test = sides_of(corpus, written)
    report, note = DataReport(found, corpus, split), note_of(corpus, written)
    description = {
        "genre": source.genre.name if isinstance(source.genre, Genre) else source.genre,
        "licence": licence,
        "recipe": recipe.to_json(),
        "data": str(expand(source.folder).resolve()),
        "train_digest": train.digest,
        "test_digest": test.digest,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {name: version(name) for name in PACKAGES},
        **start.description,
    }
    text, data = "\n".join(filter(None, (report.text(), note))), report.to_json()
    if note:
        data["tracks"] = [track | {"set": "both"} for track in data["tracks"]]
    run = RunFolder.create(out, description, written, data, start.files)
    return Prepared(run, recipe, train, test, text, start.frozen)


def resume_run(
    out: PathLike, source: TrackSource, wishes: Wishes | None = None, is_chief: bool = True
) -> Prepared:
    """Prepare to go on with the run in the folder ``out``, with its own recipe and split.

    Its tracks are looked for in ``source.folder``, as the genre that it was trained on.

    Args:
        out: the run folder.
        source: where the tracks are, if they have moved, and how they are decoded.
        wishes: what the user names besides.
        is_chief: whether this process writes the run's files.

    Raises:
        RunError: there is no run, one of its files is damaged, or its sounds have changed.
        SettingError: something is asked for that cannot take effect.
    """
    run = RunFolder.open(out)
    description, written = run.describe(), run.sides()
    recipe = (wishes or Wishes()).recipe_of(run)
    described = source.of_run(run)
    found, corpus = described.decode(recipe.audio)
    missing = sorted({*written["train"], *written["test"]} - set(corpus.keys))
    if not missing:
        with guarded(run.split):
            train, test = sides_of(corpus, written)
        if train.digest == description["train_digest"]:
            changed = recipe != run.recipe()
            if is_chief:
                remove_leftovers(run.path)
                _note_changes(run, recipe, found.root if source.folder else None)
            return Prepared(run, recipe, train, test, frozen=run.frozen(), changed=changed)
    raise RunError(
        "the sounds of this run have changed since it began, so it cannot go on as it was",
        expected="the same files under the same names",
        received=f"missing: {', '.join(missing[:5])}" if missing else "other contents",
        hint=f"put them back in {described.folder}, name where they are with --data, or start a "
        "new run",
    )


def _note_changes(run: RunFolder, recipe: Recipe, folder: Path | None) -> None:
    """Write into a run what changes as it goes on.

    Args:
        run: the run.
        recipe: with the settings that it goes on with.
        folder: where its tracks are now; ``None`` where they were.
    """
    if recipe != run.recipe():
        run.update(recipe=recipe.to_json())
    if folder is not None and run.report()["folder"] != str(folder.resolve()):
        with writing(run.data):
            write_json(run.data, {**run.report(), "folder": str(folder.resolve())})


def wait_for_chief(out: PathLike, seconds: float = 60.0) -> None:
    """Wait until the run that the first worker has prepared in the folder ``out`` is seen here.

    A network drive shows a new file to other machines some seconds later.

    Raises:
        RunError: it is not seen after ``seconds``.
    """
    # The last file that `start_run` writes.
    prepared = RunFolder(expand(out, RunError)).description
    end = time.monotonic() + seconds
    while not prepared.is_file():
        if time.monotonic() > end:
            raise RunError(
                "the run that the first worker has prepared is not here",
                expected="a run folder that all workers share",
                received=f"no {prepared} after {seconds:.0f} s",
                hint="name a folder on a drive that all machines see",
            )
        time.sleep(0.2)
