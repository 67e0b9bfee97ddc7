"""Lets a model play by its sources, and judges what it plays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from musicvae.audio import Sound, read
from musicvae.data.tracks import scan
from musicvae.errors import DataError
from musicvae.evaluating.judge import Judge, Verdict
from musicvae.evaluating.takes import Source
from musicvae.files import write_json
from musicvae.models import inspect
from musicvae.paths import AnyPath
from musicvae.recipes.split import split_tracks

#: By this name the unheard tracks stand beside the sources.
UNHEARD = "(unheard tracks)"
#: Of each track, the seconds that count.
LONGEST = 60.0


def evaluated(
    model: AnyPath,
    sources: Sequence[Source],
    data: AnyPath,
    *,
    genre: str | None = None,
    split: str = "last 10",
    takes: int = 10,
    seconds: float = 30.0,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> Mapping[str, Verdict]:
    """Judge the sources of a model.

    Args:
        model: name of a ready model, or path of a stream.
        sources: what lets it play.
        data: the folder that it was trained on, with a folder for each genre or with tracks.
        genre: of the tracks; by default the model's.
        split: the rule of its training; the tracks that it kept for testing are the unheard ones.
        takes: of each source, at least 1.
        seconds: of each take, at least 5.
        seed: of the first take; the others have the numbers that follow.
        tell: told what is done next.

    Returns:
        Verdicts by the name of the source; the first is that of the unheard tracks.

    Raises:
        DataError: there are no such tracks.
        MusicVAEError: a file cannot be used, or an option has a value that cannot work.
    """
    kind = genre or inspect(model).genre
    paths = {track.key: track.path for track in scan(data, kind).tracks}
    sides = split_tracks(paths, split, seed=0)
    if not sides.test:
        raise DataError("no track is unheard", hint="--split, such as 'last 10'")
    tell(f"hearing {len(paths)} tracks of {kind}")
    learnt, unheard = (
        (_beginning(paths[key]) for key in keys) for keys in (sides.train, sides.test)
    )
    judge = Judge(learnt, unheard, kind)
    verdicts = {UNHEARD: judge.unheard}
    for source in sources:
        tell(f"playing {source}")
        sounds = (source.take(model, seconds, seed + number) for number in range(takes))
        verdicts[str(source)] = judge.of(sounds)
    return verdicts


def written(verdicts: Mapping[str, Verdict], path: Path) -> None:
    """Write all figures as JSON.

    Raises:
        MusicVAEError: the file cannot be written.
    """
    write_json(path, {name: dataclasses.asdict(verdict) for name, verdict in verdicts.items()})


def _beginning(path: Path) -> Sound:
    sound = read(path)
    return Sound(sound.samples[: round(LONGEST * sound.sample_rate)], sound.sample_rate)
