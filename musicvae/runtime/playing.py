"""Plays a model by itself into a sound.

>>> play("jazz", seconds=10).write("jazz.wav")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable

from musicvae.audio import Sound
from musicvae.errors import SettingError
from musicvae.paths import AnyPath
from musicvae.recipes.ranges import checked_seed
from musicvae.runtime.improvising import improvise
from musicvae.runtime.memories import has_memory
from musicvae.runtime.new_music import has_prior, play_prior
from musicvae.runtime.sounding import check_seconds
from musicvae.runtime.walking import walk

#: What plays a model by each source: a function of the model, the seconds and the seed, which takes
#: what else may be asked of that source by keyword.
PLAYERS: dict[str, Callable[..., Sound]] = {
    "walk": walk,
    "memory": improvise,
    "prior": play_prior,
}


def usual_source(model: AnyPath) -> str:
    """The source that plays a model where none is asked for: memory, else prior, else walk.

    Raises:
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    if has_memory(model):
        return "memory"
    return "prior" if has_prior(model) else "walk"


def play(
    model: AnyPath, seconds: float = 10.0, seed: int | None = None, *, source: str | None = None
) -> Sound:
    """The sound of a model that plays by itself, as ``musicvae live`` begins.

    Args:
        model: name of a ready model (``musicvae models`` lists them), or path of a stream or a
            clip artifact.
        seconds: length of the sound, above 0, at most an hour.
        seed: equal seeds give equal sounds; ``None`` gives another sound each time.
        source: what moves the latents of a stream: ``"memory"`` improvises over what it learnt from
            (:func:`musicvae.improvise` has more to say), ``"prior"`` makes new music, ``"walk"``
            walks. ``None`` is the memory where the model has one, else its prior, else the walk.

    Raises:
        SettingError: ``seconds`` or ``seed`` is out of its range, or there is no such source.
        ArtifactError: the artifact cannot be played, is an encoder, or has no dynamics or no prior.
        MemoryBankError: there is no memory, or it is damaged.
        RegistryError: there is no ready model of that name, or it cannot be used.
    """
    check_seconds(seconds, model)
    seed = checked_seed(seed)
    chosen = usual_source(model) if source is None else source
    if chosen not in list(PLAYERS):  # of any type
        raise SettingError(
            "there is no such source",
            expected=", ".join(PLAYERS),
            received=f"{chosen!r:.40}",
        )
    return PLAYERS[chosen](model, seconds, seed)
