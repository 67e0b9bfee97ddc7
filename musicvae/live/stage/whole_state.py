"""What all decks play and how, as messages that set another engine like this one."""

from __future__ import annotations

from musicvae.live.commands.address import Target, local_address
from musicvae.live.commands.messages import StoredMessage, for_deck
from musicvae.live.engine.describing import describe
from musicvae.live.stage.engine_handle import EngineHandle


def mixer_state(handle: EngineHandle) -> list[StoredMessage]:
    """What is set of no deck in particular: the cross-fader, and how the input is heard."""
    rows = (row for row in handle.table.described if row.target is Target.ENGINE)
    return [
        [local_address(row, key), *values]
        for row in rows
        if row.describe is not None
        for key, values in row.describe(handle.engine)
    ]


def deck_state(handle: EngineHandle, name: str) -> list[list[StoredMessage]]:
    """What a deck plays: messages that load its model, then all the others; none without a model.

    Each list is to be applied at one sample frame.
    """
    deck = handle.engine.decks[name]
    if deck.voice is None:
        return []
    state = [for_deck(message, name) for message in describe(deck, handle.table)]
    load = [f"/deck/{name}/model/load", deck.voice.name]
    controls = deck.voice.controls
    moment = {"play": deck.playing, "freeze": controls.frozen, "hold": controls.holding}
    rest = [[f"/deck/{name}/{key}", int(on)] for key, on in moment.items()]
    return [[load], [*state, *rest]]
