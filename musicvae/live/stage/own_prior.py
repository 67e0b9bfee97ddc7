"""What becomes of a model's own prior when another model of the same latent space takes over.

It would go on, and be asked for the genre of the new model. But a prior that was tuned to one genre
knows that one best. So if the new model brings another one, that one goes on in its place.
"""

from __future__ import annotations

from musicvae.errors import MusicVAEError
from musicvae.live.commands.address import Command
from musicvae.live.engine.deck import same_space
from musicvae.live.engine.voice import Voice
from musicvae.live.sources.prior import PriorSource
from musicvae.live.stage.engine_handle import EngineHandle


def own_prior(stage: EngineHandle, voice: Voice, deck: str) -> list[tuple[Command, object]]:
    """The command that puts a model's prior in place of that of the model before, if it should.

    One that somebody chose, which is not that of the model before, stays.

    Args:
        stage: has the loader, and the address table.
        voice: which is about to take over.
        deck: name of its deck.

    Returns:
        The command with what was loaded for it, or nothing.
    """
    before = stage.deck(deck).voice
    source = None if before is None else before.controls.sources.get("prior")
    if before is None or not same_space(before, voice):
        return []
    if not isinstance(source, PriorSource) or not source.ready:
        return []
    library = stage.loader.library
    playing, last, own = map(library.prior_of, (source.prior_name, before.name, voice.name))
    if playing is None or last is None or own is None:
        return []
    if playing.path != last.path or own.path == playing.path:
        return []
    try:
        payload = stage.loader.prior(voice.name, voice)
    except MusicVAEError:
        return []  # /prior/load and the list say why; what plays goes on
    return [(stage.table.command("/prior/swap", deck, "", (voice.name,)), payload)]
