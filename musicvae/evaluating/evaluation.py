"""Lets a model play by its sources, and judges what it plays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from musicvae.cards.measuring import beginning
from musicvae.data.sides import sides
from musicvae.evaluating.judge import Judge, Verdict
from musicvae.evaluating.portrait import SHORTEST
from musicvae.evaluating.sources import Source
from musicvae.files import write_json
from musicvae.measures.spectra import librosa
from musicvae.models import inspect
from musicvae.paths import AnyPath
from musicvae.recipes.ranges import Range
from musicvae.runtime.sounding import MOST_SECONDS

#: By this name the unheard tracks stand beside the sources.
UNHEARD = "(unheard tracks)"


def evaluated(
    model: AnyPath,
    sources: Sequence[Source],
    data: AnyPath,
    *,
    genre: str | None = None,
    split: str = "last 10",
    count: int = 10,
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
        count: how many sounds each source plays, at least 1.
        seconds: of each sound, 5 to 3600.
        seed: of the first sound; the others have the numbers that follow.
        tell: told what is done next.

    Returns:
        Verdicts by the name of the source; the first is that of the unheard tracks.

    Raises:
        SettingError: sounds of this length cannot be judged; told before anything is heard.
        DataError: there are no such tracks.
        MissingExtraError: librosa is not installed.
        MusicVAEError: a file cannot be used, or an option has a value that cannot work.
    """
    Range(SHORTEST, MOST_SECONDS).check("the length in seconds", seconds)
    own = inspect(model).genre
    kind = genre or own
    tracks = sides(data, split, kind, any_name=kind == own)
    librosa()  # or it would be missed after a minute
    tell(f"hearing {len(tracks.learnt) + len(tracks.unheard)} tracks of {kind}")
    judge = Judge(map(beginning, tracks.learnt), map(beginning, tracks.unheard), kind)
    verdicts = {UNHEARD: judge.unheard}
    for source in sources:
        tell(f"playing {source}")
        sounds = (source.play(model, seconds, seed + number) for number in range(count))
        verdicts[str(source)] = judge.of(sounds)
    return verdicts


def written(verdicts: Mapping[str, Verdict], path: Path) -> None:
    """Write all figures as JSON.

    Raises:
        MusicVAEError: the file cannot be written.
    """
    write_json(path, {name: dataclasses.asdict(verdict) for name, verdict in verdicts.items()})
