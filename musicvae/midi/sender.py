"""Sends OSC messages to the daemon, but not more than it wants from one client.

Of what is too much, the newest value of each address waits: where a knob stops always arrives.
"""

from __future__ import annotations

from collections.abc import Callable

from musicvae.live.commands.address import Values
from musicvae.live.network.budget import Budget
from musicvae.live.osc.replies import message

#: Messages in a second, as for a client of the page.
PER_SECOND = 500
#: Addresses of which a value waits.
_MOST_WAITING = 512


class Sender:
    """Sends at once, or keeps.

    Args:
        send: sends a packet; returns whether it was sent.
    """

    def __init__(self, send: Callable[[bytes], bool]) -> None:
        self._send = send
        self._budget = Budget(PER_SECOND)
        self._waiting: dict[str, bytes] = {}

    @property
    def waits(self) -> bool:
        """Whether :meth:`settle` has something to send."""
        return bool(self._waiting)

    def put(self, address: str, values: Values, now: float) -> None:
        """Send a message, or keep it as the newest of its address.

        Args:
            address: to send to.
            values: its arguments.
            now: seconds of any steady clock.
        """
        packet = message(address, *values)
        if address not in self._waiting and self._budget.spend(now):
            self._send(packet)
        elif address in self._waiting or len(self._waiting) < _MOST_WAITING:
            self._waiting[address] = packet

    def settle(self, now: float) -> None:
        """Send what waits, as far as the budget goes."""
        while self._waiting and self._budget.spend(now):
            address = next(iter(self._waiting))
            self._send(self._waiting.pop(address))
