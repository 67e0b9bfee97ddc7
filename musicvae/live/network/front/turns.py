"""What waits of each sender, so that one who floods keeps none of the others waiting."""

from __future__ import annotations

from collections import deque

from musicvae.live.network.peers import Peer

#: Packets of one sender that stand in line with those of all others, in the order of arrival. What
#: comes from several ports in turn, as from a script, so keeps its order; a flood waits beside.
IN_LINE = 64
#: Bytes that wait of one sender, and of all; what is more is dropped, the newest first.
MOST_OF_ONE = 2 * 2**20
MOST_OF_ALL = 16 * 2**20
#: Bytes of one sender that always find room, or a flood from several ports would lock others out.
_ALWAYS = 72 * 1024
#: What a packet takes in memory beside its bytes.
_OVERHEAD = 128


class _Sender:
    """What waits of one sender: how many packets in line, which beside, how many bytes in all."""

    def __init__(self) -> None:
        self.in_line = 0
        self.beside: deque[bytes] = deque()
        self.size = 0


class Turns:
    """Packets that wait: in the order of arrival, but those of a flood, which enter one by one.

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
        self._line: deque[tuple[Peer, bytes]] = deque()
        self._senders: dict[Peer, _Sender] = {}

    def __bool__(self) -> bool:
        return bool(self._line)

    def of(self, peer: Peer) -> int:
        """Bytes that wait of one sender."""
        sender = self._senders.get(peer)
        return 0 if sender is None else sender.size

    def put(self, peer: Peer, data: bytes, *, needed: bool = False) -> bool:
        """Queue bytes; ``needed`` ones are never dropped. Returns whether they wait now."""
        size = len(data) + _OVERHEAD
        own = self.of(peer) + size
        crowded = own > _ALWAYS and self.waiting + size > self._most_of_all
        if (crowded or own > self._most_of_one) and not needed:
            return False
        sender = self._senders.setdefault(peer, _Sender())
        sender.size += size
        self.waiting += size
        if sender.in_line < IN_LINE:
            self._join(peer, sender, data)
        else:
            sender.beside.append(data)
        return True

    def take(self) -> tuple[Peer, bytes]:
        """The first in line.

        Raises:
            IndexError: nothing waits.
        """
        peer, data = self._line.popleft()
        sender = self._senders[peer]
        size = len(data) + _OVERHEAD
        sender.size -= size
        self.waiting -= size
        sender.in_line -= 1
        if sender.beside:
            self._join(peer, sender, sender.beside.popleft())
        elif not sender.in_line:
            del self._senders[peer]
        return peer, data

    def _join(self, peer: Peer, sender: _Sender, data: bytes) -> None:
        sender.in_line += 1
        self._line.append((peer, data))
