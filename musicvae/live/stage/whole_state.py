"""What all decks play and how, as messages that set another engine like this one."""

from __future__ import annotations

from musicvae.live.commands.address import Target, local_address
from musicvae.live.commands.messages import StoredMessage, for_deck
from musicvae.live.engine.describing import describe
from musicvae.live.engine.moment import MOMENT, moment
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
    """What a deck plays: messages that load its model, if it has one, then all the others.

    Each list is to be applied at one sample frame.
    """
    deck = handle.engine.decks[name]
    state = [for_deck(message, name) for message in describe(deck, handle.table)]
    state.append([f"/deck/{name}/play", int(deck.playing)])
    if deck.voice is None:
        return [state]
    controls = deck.voice.controls
    stands = {"freeze": controls.frozen, "hold": controls.holding}
    if any(stands.values()):  # what sounds is not what is set
        state.append([f"/deck/{name}{MOMENT.path}", *moment(controls)])
    state += [[f"/deck/{name}/{key}", int(on)] for key, on in stands.items()]
    return [[[f"/deck/{name}/model/load", deck.voice.name]], state]
