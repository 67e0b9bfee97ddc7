"""Who decodes the clips that clip voices ask for: a thread, the caller, or a recorded session.

A clip takes longer than there is time between two blocks. So a voice asks, sounds on, and is given
the loop at some later frame, by the command ``/loop``. That frame is in the session's log, and a
log that is played again gives each loop at the frame at which it came.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from musicvae.audio import Samples
from musicvae.live.engine.loops import Loop
from musicvae.live.osc.commands import DECKS, Command

#: Takes the command ``/loop`` and its loop, or ``None`` and why there is none.
Post = Callable[[Command, Any], None]


@dataclass(frozen=True)
class Wish:
    """A clip to decode.

    Attributes:
        deck: whose voice asks.
        make: from latents to a loop; slow.
        latents: float32 (D,), which nobody changes.
    """

    deck: str
    make: Callable[[Samples], Loop]
    latents: Samples


class Clips(Protocol):
    """Whoever decodes clips."""

    def ask(self, wish: Wish) -> tuple[int, Loop | Exception | None]:
        """Number of the request, from 1 on, and the loop where it is there at once."""


class Numbers:
    """Numbers requests so that those of one deck do not depend on those of another.

    In which order two decks ask within one block depends on how the frames are cut into blocks, and
    a log must name the same request whatever the blocks.
    """

    def __init__(self) -> None:
        self._asked = dict.fromkeys(DECKS, 0)

    def next(self, deck: str) -> int:
        """From 1 on, and never twice."""
        self._asked[deck] += 1
        return self._asked[deck] * len(DECKS) - DECKS.index(deck)


class InlineClips:
    """Decodes at once, on the caller's thread."""

    def __init__(self) -> None:
        self._numbers = Numbers()

    def ask(self, wish: Wish) -> tuple[int, Loop | Exception | None]:
        """See :class:`Clips`."""
        return self._numbers.next(wish.deck), _made(wish)


class RecordedClips:
    """Decodes when the log says that the loop came."""

    def __init__(self) -> None:
        self._wishes: dict[int, Wish] = {}
        self._numbers = Numbers()

    def ask(self, wish: Wish) -> tuple[int, None]:
        """See :class:`Clips`."""
        number = self._numbers.next(wish.deck)
        self._wishes[number] = wish
        return number, None

    def loop(self, number: int) -> Loop | Exception | None:
        """The loop of a request; ``None`` where nobody made it."""
        wish = self._wishes.pop(number, None)
        return None if wish is None else _made(wish)


class ThreadClips:
    """Decodes on a thread of its own.

    Args:
        post: is given each loop, on that thread.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._numbers = Numbers()
        self._wishes: queue.SimpleQueue[tuple[int, Wish] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="musicvae-clips", daemon=True)
        self._thread.start()

    def ask(self, wish: Wish) -> tuple[int, None]:
        """See :class:`Clips`; returns at once."""
        number = self._numbers.next(wish.deck)
        self._wishes.put((number, wish))
        return number, None

    def stop(self) -> None:
        """Finish the clip in hand, and end the thread."""
        self._wishes.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (asked := self._wishes.get()) is not None:
            number, wish = asked
            self._post(Command("/loop", wish.deck, "", (number,)), _made(wish))


def _made(wish: Wish) -> Loop | Exception:
    try:
        return wish.make(wish.latents)
    # A graph may fail in as many ways as it has operators; the sound must go on regardless.
    except Exception as error:  # noqa: BLE001
        return error
