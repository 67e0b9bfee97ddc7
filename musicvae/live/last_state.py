"""What a daemon played last, in memory that outlives its process."""

from __future__ import annotations

import json
import mmap
import os
import struct
from dataclasses import dataclass, field
from typing import Any

#: Bytes of one state; a longer one is not kept.
MOST = 2**20
#: Which of the two halves counts; whether its daemon plays; the length of the state in each; the
#: port of the control page.
_HEAD = struct.Struct("=BBIIH")
_LENGTHS, _PAGE = struct.Struct("=II"), struct.Struct("=H")
_LENGTHS_AT, _PAGE_AT = 2, 10


@dataclass(frozen=True)
class State:
    """What a daemon plays.

    Attributes:
        port: on which it listens.
        events: lists of messages, as in scores; each is to be applied as a whole.
        device: the sound card that was chosen, if one was.
        block: sample frames that the card pulls at once; 0 without a card.
        rate: sample rate of the engine in Hz; 0 without a card.
        channels: of the engine; 0 without a card.
        file: whether the input is a sound file.
        clients: see :meth:`musicvae.live.requests.Requests.remembered`.
    """

    port: int = 0
    events: list[list[list[Any]]] = field(default_factory=list)
    device: str | int | None = None
    block: int = 0
    rate: int = 0
    channels: int = 0
    file: bool = False
    clients: dict[str, list[list[Any]]] = field(default_factory=dict)


class LastState:
    """The last state of a daemon, shared by the processes that are forked from this one.

    A process may die at any moment: a state is written beside the last one, and counts once it is
    whole.

    Attributes:
        token: what browsers on other machines must know, for all control pages of these processes.
    """

    def __init__(self) -> None:
        self.token = os.urandom(9).hex()
        self._memory = mmap.mmap(-1, _HEAD.size + 2 * MOST)  # only what is written takes memory

    def keep(self, state: State) -> bool:
        """Write a state; returns whether there was room for it."""
        data = json.dumps(vars(state), separators=(",", ":")).encode()
        if len(data) > MOST:
            return False
        before, _, *lengths, _ = _HEAD.unpack_from(self._memory)
        half = 1 - before
        lengths[half] = len(data)
        begin = _HEAD.size + half * MOST
        self._memory[begin : begin + len(data)] = data
        _LENGTHS.pack_into(self._memory, _LENGTHS_AT, *lengths)
        self._memory[0] = half  # one byte: now it counts
        return True

    def forget(self) -> None:
        """Drop all states: what ends now is not begun again."""
        _LENGTHS.pack_into(self._memory, _LENGTHS_AT, 0, 0)

    @property
    def plays(self) -> bool:
        """Whether a daemon has begun to play since this was set to false."""
        return bool(self._memory[1])

    @plays.setter
    def plays(self, plays: bool) -> None:
        self._memory[1] = plays

    @property
    def page_port(self) -> int:
        """On which the control page was last; 0 before."""
        port: int = _PAGE.unpack_from(self._memory, _PAGE_AT)[0]
        return port

    @page_port.setter
    def page_port(self, port: int) -> None:
        _PAGE.pack_into(self._memory, _PAGE_AT, port)

    def read(self) -> State | None:
        """The last state; ``None`` before the first."""
        half, _, *lengths, _ = _HEAD.unpack_from(self._memory)
        begin = _HEAD.size + half * MOST
        if not lengths[half]:
            return None
        return State(**json.loads(self._memory[begin : begin + lengths[half]]))
