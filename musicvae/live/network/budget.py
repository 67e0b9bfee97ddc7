"""Limits how often something may happen in a second (a token bucket)."""

from __future__ import annotations

from musicvae.live.network.peers import Peer

#: Peers whose budgets are kept; for one more, that of the peer is forgotten that spent nothing for
#: longest.
_MOST_PEERS = 256


class Budget:
    """Allows something a number of times a second, however often it is asked.

    Args:
        per_second: the limit; also how many are allowed at once after a second of rest.
    """

    def __init__(self, per_second: float) -> None:
        self._rate = self._left = per_second
        self._last: float | None = None

    def spend(self, now: float) -> bool:
        """Whether one more is allowed now; ``now`` in seconds of any steady clock."""
        if self._last is not None:
            rested = max(0.0, now - self._last)
            self._left = min(self._rate, self._left + rested * self._rate)
        self._last = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class PeerBudgets:
    """A budget for each peer, and one for all together, so that no flood mutes the others.

    Args:
        per_second: the limit of each peer.
        together: the limit of all; a flood may come from ever new ports.
    """

    def __init__(self, per_second: float, together: float) -> None:
        self._per_second = per_second
        self._together = Budget(together)
        self._of: dict[Peer, Budget] = {}  # who spent last is last

    def spend(self, peer: Peer, now: float) -> bool:
        """Whether this peer may do it once more now."""
        budget = self._of.pop(peer, None) or Budget(self._per_second)
        self._of[peer] = budget
        if len(self._of) > _MOST_PEERS:
            del self._of[next(iter(self._of))]
        return budget.spend(now) and self._together.spend(now)
