"""Decodes the clips that clip voices request: on a thread, immediately, or as a journal says.

Decoding a clip takes longer than a block. So a voice requests it, continues to sound, and receives
the loop at a later sample frame with the command ``/loop``. The journal stores that sample frame,
and the rendering of a score delivers each loop at the same one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from musicvae.latents.arrays import Float32
from musicvae.live.commands.address import DECK_NAMES, Command
from musicvae.live.engine.deck_addresses import LOOP
from musicvae.live.engine.loops import Loop
from musicvae.live.limits import DEFAULT_DECKS

#: Seconds that the clips in hand may take at the end.
_PATIENCE = 2.0

#: Posts the command ``/loop`` to the engine, with the loop or the error of decoding it.
Post = Callable[[Command, Loop | Exception], object]


@dataclass(frozen=True)
class ClipRequest:
    """A request for a clip.

    Attributes:
        deck: name of the deck whose voice requests it.
        make: decodes latents to a loop; slow.
        latents: float32, shape (D,), not to be changed.
    """

    deck: str
    make: Callable[[Float32], Loop]
    latents: Float32


class Clips(Protocol):
    """Decodes clips on request."""

    def request(self, request: ClipRequest) -> tuple[int, Loop | Exception | None]:
        """Request a clip.

        Returns:
            The number of the request, from 1; and the loop or the error of decoding it, or ``None``
            if it will come later.
        """


class Numbers:
    """Numbers requests so that the numbers of one deck do not depend on the other decks.

    The order in which two decks request clips within one block depends on the block length, but a
    journal must name the same request for any block length.

    Args:
        decks: how many there are.
    """

    def __init__(self, decks: int = DEFAULT_DECKS) -> None:
        self._names = DECK_NAMES[:decks]
        self._counts = dict.fromkeys(self._names, 0)

    def next(self, deck: str) -> int:
        """The next number of this deck, from 1; no two requests share one."""
        self._counts[deck] += 1
        return self._counts[deck] * len(self._names) - self._names.index(deck)


class InlineClips:
    """Decodes immediately, on the caller's thread; for scores that were written by hand.

    Args:
        decks: how many there are.
    """

    def __init__(self, decks: int = DEFAULT_DECKS) -> None:
        self._numbers = Numbers(decks)

    def request(self, request: ClipRequest) -> tuple[int, Loop | Exception | None]:
        """See :class:`Clips`."""
        return self._numbers.next(request.deck), _made(request)


class RecordedClips:
    """Decodes a clip at the place in a journal where its loop arrived; for recorded scores.

    Args:
        decks: how many there were.
    """

    def __init__(self, decks: int = DEFAULT_DECKS) -> None:
        self._requests: dict[int, ClipRequest] = {}
        self._numbers = Numbers(decks)

    def request(self, request: ClipRequest) -> tuple[int, None]:
        """See :class:`Clips`."""
        number = self._numbers.next(request.deck)
        self._requests[number] = request
        return number, None

    def loop(self, number: int) -> Loop | Exception | None:
        """The loop of a request or the error of decoding it; ``None`` for an unknown request."""
        request = self._requests.pop(number, None)
        return None if request is None else _made(request)


class ThreadClips:
    """Decodes on a thread of its own.

    Args:
        post: called on that thread with each loop.
        decks: how many there are.
    """

    def __init__(self, post: Post, decks: int = DEFAULT_DECKS) -> None:
        self._post = post
        self._numbers = Numbers(decks)
        self._requests: queue.SimpleQueue[tuple[int, ClipRequest] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="musicvae-clips", daemon=True)
        self._thread.start()

    def request(self, request: ClipRequest) -> tuple[int, None]:
        """See :class:`Clips`; never blocks."""
        number = self._numbers.next(request.deck)
        self._requests.put((number, request))
        return number, None

    def stop(self) -> None:
        """Finish the clips that were requested, and end the thread; an endless one is left."""
        self._requests.put(None)
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while (numbered := self._requests.get()) is not None:
            number, request = numbered
            self._post(Command(LOOP, request.deck, values=(number,)), _made(request))


def _made(request: ClipRequest) -> Loop | Exception:
    """The loop of a request, or the error of decoding it."""
    try:
        return request.make(request.latents)
    # Any operator of a graph may raise any error, and the sound must go on regardless.
    except Exception as error:  # noqa: BLE001
        return error
