"""Decodes the clips that clip voices request: on a thread, at once, or as a journal says.

Decoding a clip takes longer than a block. So a voice requests it, goes on sounding, and receives
the loop at a later sample frame, with the command ``/loop``. The journal holds that frame, and a
rendered score delivers each loop at the same one.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from musicvae.audio import Samples
from musicvae.live.commands.address import DECKS, Command
from musicvae.live.engine.deck_addresses import LOOP
from musicvae.live.engine.loops import Loop

#: Takes the command ``/loop`` and its loop, or ``None`` and why there is none.
Post = Callable[[Command, Any], None]


@dataclass(frozen=True)
class ClipRequest:
    """A request for a clip.

    Attributes:
        deck: name of the deck whose voice requests it.
        make: decodes latents to a loop; slow.
        latents: float32 (D,), not to be changed.
    """

    deck: str
    make: Callable[[Samples], Loop]
    latents: Samples


class Clips(Protocol):
    """Decodes clips on request."""

    def request(self, request: ClipRequest) -> tuple[int, Loop | Exception | None]:
        """Request a clip; the number of the request, from 1, and the loop if it is ready."""


class Numbers:
    """Numbers requests so that those of one deck do not depend on those of another.

    The order in which two decks request clips within one block depends on the block length, and a
    journal must name the same request whatever that is.
    """

    def __init__(self) -> None:
        self._asked = dict.fromkeys(DECKS, 0)

    def next(self, deck: str) -> int:
        """The next number of this deck, from 1; no two requests share one."""
        self._asked[deck] += 1
        return self._asked[deck] * len(DECKS) - DECKS.index(deck)


class InlineClips:
    """Decodes immediately, on the caller's thread."""

    def __init__(self) -> None:
        self._numbers = Numbers()

    def request(self, request: ClipRequest) -> tuple[int, Loop | Exception | None]:
        """See :class:`Clips`."""
        return self._numbers.next(request.deck), _made(request)


class RecordedClips:
    """Decodes when the journal says that the loop arrived."""

    def __init__(self) -> None:
        self._requests: dict[int, ClipRequest] = {}
        self._numbers = Numbers()

    def request(self, request: ClipRequest) -> tuple[int, None]:
        """See :class:`Clips`."""
        number = self._numbers.next(request.deck)
        self._requests[number] = request
        return number, None

    def loop(self, number: int) -> Loop | Exception | None:
        """The loop of a request, or why it failed; ``None`` for an unknown request."""
        request = self._requests.pop(number, None)
        return None if request is None else _made(request)


class ThreadClips:
    """Decodes on a thread of its own.

    Args:
        post: is given each loop, on that thread.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._numbers = Numbers()
        self._requests: queue.SimpleQueue[tuple[int, ClipRequest] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="musicvae-clips", daemon=True)
        self._thread.start()

    def request(self, request: ClipRequest) -> tuple[int, None]:
        """See :class:`Clips`; returns at once."""
        number = self._numbers.next(request.deck)
        self._requests.put((number, request))
        return number, None

    def stop(self) -> None:
        """Finish the current clip, and end the thread."""
        self._requests.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (asked := self._requests.get()) is not None:
            number, request = asked
            self._post(Command(LOOP, request.deck, values=(number,)), _made(request))


def _made(request: ClipRequest) -> Loop | Exception:
    try:
        return request.make(request.latents)
    # A graph may fail in as many ways as it has operators; the sound must go on regardless.
    except Exception as error:  # noqa: BLE001
        return error
