"""What waits of each sender, so that one who floods keeps none of the others waiting."""

from __future__ import annotations

from collections import OrderedDict, deque

from musicvae.live.network.peers import Peer

#: Bytes that wait of one sender, and of all; what is more is dropped, the newest first.
MOST_OF_ONE = 2 * 2**20
MOST_OF_ALL = 16 * 2**20
#: What a packet takes in memory beside its bytes.
_OVERHEAD = 128


class Turns:
    """Packets that wait, taken one of each sender in turn, in the order of each.

    Args:
        most_of_one: bytes that may wait of one sender.
        most_of_all: bytes that may wait of all senders.

    Attributes:
        waiting: bytes that wait.
    """

    def __init__(self, most_of_one: int = MOST_OF_ONE, most_of_all: int = MOST_OF_ALL) -> None:
        self.waiting = 0
        self._most_of_one = most_of_one
        self._most_of_all = most_of_all
        self._queues: OrderedDict[Peer, deque[bytes]] = OrderedDict()  # whose turn it is: first
        self._sizes: dict[Peer, int] = {}

    def __bool__(self) -> bool:
        return bool(self._queues)

    def of(self, peer: Peer) -> int:
        """Bytes that wait of one sender."""
        return self._sizes.get(peer, 0)

    def put(self, peer: Peer, data: bytes, *, needed: bool = False) -> bool:
        """Queue bytes; ``needed`` ones are never dropped. Returns whether they wait now."""
        size = len(data) + _OVERHEAD
        full = self.of(peer) + size > self._most_of_one or self.waiting + size > self._most_of_all
        if full and not needed:
            return False
        self._queues.setdefault(peer, deque()).append(data)
        self._sizes[peer] = self.of(peer) + size
        self.waiting += size
        return True

    def take(self) -> tuple[Peer, bytes]:
        """The oldest of the sender whose turn it is.

        Raises:
            KeyError: nothing waits.
        """
        peer, queue = self._queues.popitem(last=False)
        data = queue.popleft()
        size = len(data) + _OVERHEAD
        self.waiting -= size
        if queue:
            self._queues[peer] = queue  # behind all others
            self._sizes[peer] -= size
        else:
            del self._sizes[peer]
        return peer, data
