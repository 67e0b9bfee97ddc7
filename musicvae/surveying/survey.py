"""Surveys a data set with a trained model: a map of its tracks, their clusters, what does not fit.

scan and decode ──> hear each track ──> summaries ──> map, clusters, oddness ──> page and table
  data/               hearing             summaries     geometry, outliers        page

Data sets may be larger than memory: one track at a time is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from musicvae.data import cache
from musicvae.data.tracks import scan
from musicvae.errors import SettingError
from musicvae.genres import Genre
from musicvae.paths import AnyPath, expand, output_folder
from musicvae.recipes.ranges import Range
from musicvae.surveying.listener import Listener
from musicvae.surveying.page import write_survey
from musicvae.surveying.result import Survey
from musicvae.vae.run.folder import RunFolder

#: Called as ``progress(what, done, total, key)``; ``what`` is ``"decoding"`` or ``"listening"``.
Progress = Callable[[str, int, int, str], None]

#: Seconds of a track that are heard.
SECONDS = Range(1, 86_400)

#: The hint where a ready model is given.
_INSTEAD = "with the run that it started from: musicvae survey {run} DATA"


def survey(
    run: Any,
    data: AnyPath,
    out: AnyPath | None = None,
    *,
    genre: Genre | str | None = None,
    seconds: float = 30.0,
    cache_folder: AnyPath | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Survey a folder of sounds with a trained model.

    Args:
        run: a run folder, or a trained model as :func:`musicvae.load` gives it.
        data: folder of sounds; the model need not have been trained on them.
        out: folder for the page and the table; ``None`` writes nothing.
        genre: only the folder of this genre.
        seconds: how much of each track to hear at most, in three pieces spread over it.
        cache_folder: folder of decoded tracks; default as for training.
        workers: decoding processes; default one for each core.
        progress: called after each track.

    Returns:
        The survey. A file that cannot be decoded, or not be heard, is in ``skipped`` with a reason.

    Raises:
        DataError: nothing usable below ``data``.
        RunError: there is no run, it has left no model, or is damaged.
        SettingError: ``seconds`` is out of range, or ``out`` cannot be written in.
    """
    length = SECONDS.check("seconds", seconds)
    if out is not None:
        output_folder(out)
    tell = progress or (lambda what, done, total, key: None)
    if isinstance(run, str | Path):  # before the sounds are looked for, and before TensorFlow
        RunFolder.open(run, _INSTEAD)
    found = scan(data, genre)
    model = _model(run)
    corpus = cache.build(
        found.tracks,
        model.recipe.audio,
        cache_folder and expand(cache_folder),
        workers,
        lambda done, total, key: tell("decoding", done, total, key),
    )
    listener = Listener(model, corpus, length, _start(model))
    for done, key in listener.listen():
        tell("listening", done, len(corpus), key)
    skipped = sorted(
        (skip.key, skip.reason) for skip in (*found.skipped, *corpus.skipped, *listener.skipped)
    )
    name = f"{model.genre}, {model.recipe.name}, {model.recipe.sample_rate} Hz"
    made = listener.result(found.root.resolve().name, name, skipped)
    if out is not None:
        write_survey(made, out)
    return made


def _model(run: Any) -> Any:
    """The trained model of a run.

    Raises:
        SettingError: its family cannot encode and decode a sound.
    """
    if not isinstance(run, str | Path):
        model = run
    else:
        from musicvae.vae.run.loading import load

        model = load(expand(run))
    if not (hasattr(model, "encode") and hasattr(model, "reconstruct")):
        raise SettingError(
            "this model cannot survey sounds",
            expected="a model that encodes sounds and reconstructs them",
            received=type(model).__name__,
        )
    return model


def _start(model: Any) -> Any | None:
    """The model that a trained model started from, where both share one latent space."""
    from musicvae.vae.run.loading import load_start

    run = getattr(model, "run", None)
    return None if run is None else load_start(run.path)
