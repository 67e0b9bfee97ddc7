"""Program changes load presets: the n-th of ``/preset/list``, unless a binding says otherwise."""

from __future__ import annotations

from collections.abc import Callable

from musicvae.live.commands.address import Values
from musicvae.live.osc.packets import Message


class Programs:
    """Asks for the list of presets and loads one of them.

    Args:
        send: sends an address and its values.
        say: shows a line to people.
    """

    def __init__(self, send: Callable[[str, Values], None], say: Callable[[str], None]) -> None:
        self._send = send
        self._say = say
        self._wanted = 0
        self._names: list[str] = []

    def change(self, number: int) -> None:
        """Load preset ``number``, counted from 1; of several in a row the last."""
        asked = self._wanted > 0
        self._wanted = number
        if not asked:
            self._names.clear()
            self._send("/preset/list", ())

    def hear(self, message: Message) -> None:
        """Take in a message of the daemon."""
        if not self._wanted or not message.arguments:
            return
        first = str(message.arguments[0])
        if message.address == "/preset/list.reply":
            self._names.append(first)
        elif message.address in ("/done", "/fail", "/error") and first == "/preset/list":
            wanted, self._wanted = self._wanted, 0
            if wanted <= len(self._names):
                self._send("/preset/load", (self._names[wanted - 1],))
            elif message.address == "/done":
                self._say(f"MIDI: program {wanted}, but there are {len(self._names)} presets")

    def lost(self) -> None:
        """Note that the connection ended: nothing is answered any more."""
        self._wanted = 0
