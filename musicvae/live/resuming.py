"""Goes on with what a daemon played whose process died, and notes what this one plays."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

from musicvae.errors import MusicVAEError
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.last_state import LastState, State
from musicvae.live.parts import Parts
from musicvae.live.stage.whole_state import deck_state, mixer_state

#: Seconds between two notes.
EVERY = 0.5
#: Seconds for which what a packet asked for may still be under way, such as loading a model.
_UNDER_WAY = 5.0


def resume(parts: Parts, state: State) -> None:
    """Set the decks to a state, before the daemon sounds; what cannot be set is said."""
    for event in state.events:
        try:
            _apply(parts, event)
        except (MusicVAEError, RefusedError) as error:
            parts.notices.say(f"{event[0][0]}: {error}")


def _apply(parts: Parts, event: list[StoredMessage]) -> None:
    stage = parts.stage
    commands = [stage.restore(message, next(iter(stage.engine.decks))) for message in event]
    payloads = [stage.payload(command) for command in commands]
    stage.engine.post(*commands, payloads=payloads)
    stage.engine.settle()  # so that every message finds a model


@contextmanager
def noted(parts: Parts, last: LastState) -> Iterator[None]:
    """Note what is played, whenever it may have changed."""
    stopping = threading.Event()
    work = partial(_note, parts, last, stopping)
    thread = threading.Thread(target=work, name="musicvae-last-state", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(EVERY)


def _note(parts: Parts, last: LastState, stopping: threading.Event) -> None:
    packets, until = -1, 0.0
    while True:
        received = parts.dispatcher.counts.packets_received
        if received != packets:
            packets, until = received, time.monotonic() + _UNDER_WAY
        if time.monotonic() < until:
            # Where nothing is rendered for a while, the state before counts.
            with suppress(MusicVAEError):
                last.keep(_state(parts))
        if stopping.wait(EVERY):
            return


def _state(parts: Parts) -> State:
    stage = parts.stage
    events = [stage.look(lambda frame: mixer_state(stage))]
    for name in stage.engine.decks:  # one at a time: each takes a part of a block
        events += stage.look(lambda frame, name=name: deck_state(stage, name))  # type: ignore[misc]
    return State(parts.port, events)
