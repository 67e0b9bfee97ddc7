"""What a daemon played last, in memory that outlives its process."""

from __future__ import annotations

import json
import mmap
import struct
from dataclasses import dataclass, field
from typing import Any

#: Bytes of one state; a longer one is not kept.
MOST = 2**20
#: Which of the two halves counts; whether its daemon plays; the length of the state in each.
_HEAD = struct.Struct("=BBII")
_LENGTHS = struct.Struct("=II")


@dataclass(frozen=True)
class State:
    """What a daemon plays.

    Attributes:
        port: on which it listens.
        events: lists of messages, as in scores; each is to be applied as a whole.
    """

    port: int = 0
    events: list[list[list[Any]]] = field(default_factory=list)


class LastState:
    """The last state of a daemon, shared by the processes that are forked from this one.

    A process may die at any moment: a state is written beside the last one, and counts once it is
    whole.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _HEAD.size + 2 * MOST)  # only what is written takes memory

    def keep(self, state: State) -> bool:
        """Write a state; returns whether there was room for it."""
        data = json.dumps([state.port, state.events], separators=(",", ":")).encode()
        if len(data) > MOST:
            return False
        before, _, *lengths = _HEAD.unpack_from(self._memory)
        half = 1 - before
        lengths[half] = len(data)
        begin = _HEAD.size + half * MOST
        self._memory[begin : begin + len(data)] = data
        _LENGTHS.pack_into(self._memory, 2, *lengths)
        self._memory[0] = half  # one byte: now it counts
        return True

    def forget(self) -> None:
        """Drop all states: what ends now is not begun again."""
        _LENGTHS.pack_into(self._memory, 2, 0, 0)

    @property
    def plays(self) -> bool:
        """Whether a daemon has begun to play since this was set to false."""
        return bool(self._memory[1])

    @plays.setter
    def plays(self, plays: bool) -> None:
        self._memory[1] = plays

    def read(self) -> State | None:
        """The last state; ``None`` before the first."""
        half, _, *lengths = _HEAD.unpack_from(self._memory)
        begin = _HEAD.size + half * MOST
        if not lengths[half]:
            return None
        port, events = json.loads(self._memory[begin : begin + lengths[half]])
        return State(port, events)
