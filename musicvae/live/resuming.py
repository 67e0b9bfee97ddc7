"""Goes on with what a daemon played whose process died, and notes what this one plays."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial

from musicvae.errors import MusicVAEError
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import split_deck
from musicvae.live.inputs.file import FileInput
from musicvae.live.last_state import LastState, State
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.parts import Parts
from musicvae.live.stage.whole_state import deck_state, mixer_state

#: Seconds between two notes, where something may have changed, and else: music goes on.
EVERY, _AT_LEAST = 0.5, 5.0
#: Seconds for which what a packet asked for may still be under way, such as loading a model.
_UNDER_WAY = 5.0


def resume(parts: Parts, state: State) -> None:
    """Set the decks to a state, before the daemon sounds; what cannot be set is said."""
    parts.dispatcher.requests.remember(state.clients, time.monotonic())
    silent: set[str] = set()  # decks whose model is gone
    for event in state.events:
        failed = _apply(parts, [message for message in event if _deck(message) not in silent])
        for address, error in failed.items():
            parts.notices.say(f"{address}: {error}")
            if address.endswith("/model/load"):
                silent.add(_deck([address]))
    for deck in silent:
        _apply(parts, [[f"/deck/{deck}/play", 0]])  # rather than another model


def _deck(message: StoredMessage) -> str:
    """The deck of a message; empty where it is of none."""
    address = str(message[0])
    return split_deck(address)[0] if address.startswith("/deck/") else ""


def _apply(parts: Parts, event: list[StoredMessage]) -> dict[str, Exception]:
    """Apply messages together; which of them cannot be, and why."""
    stage, commands, payloads = parts.stage, [], []
    failed: dict[str, Exception] = {}
    for message in event:
        try:
            command = stage.restore(message, next(iter(stage.engine.decks)))
            payloads.append(stage.payload(command))
            commands.append(command)
        except (MusicVAEError, RefusedError, OSError) as error:
            failed[str(message[0])] = error
    stage.engine.post(*commands, payloads=payloads)
    stage.engine.settle()  # so that every message finds a model
    return failed


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
        last.forget()
        stopping.set()
        thread.join(EVERY)
        last.forget()  # it may have been writing


def _note(parts: Parts, last: LastState, stopping: threading.Event) -> None:
    opened = parts.output.name
    packets, until, again = -1, 0.0, 0.0
    while True:
        received, now = parts.dispatcher.counts.packets_received, time.monotonic()
        if received != packets:
            packets, until = received, now + _UNDER_WAY
        if now < until or now >= again:
            again = now + _AT_LEAST
            # Where nothing is rendered for a while, the state before counts.
            with suppress(MusicVAEError):
                last.keep(_state(parts, opened))
        if stopping.wait(EVERY):
            return


def _state(parts: Parts, opened: str) -> State:
    """What is played and asked for by now; ``opened`` is the device that was opened at first."""
    stage, output, engine = parts.stage, parts.output, parts.engine
    events = [stage.look(lambda frame: mixer_state(stage))]
    for name in engine.decks:  # one at a time: each takes a part of a block
        events += stage.look(lambda frame, name=name: deck_state(stage, name))  # type: ignore[misc]
    state = State(
        port=parts.port,
        events=events,
        file=isinstance(parts.input, FileInput),
        clients=parts.dispatcher.requests.remembered(),
    )
    if not isinstance(output, Reconnecting):
        return state
    device = parts.options.device if output.name == opened else output.name
    return replace(
        state,
        device=device,
        block=output.block,
        rate=engine.sample_rate,
        channels=engine.channels,
    )
