"""Keeps one port open: a controller that is unplugged is noticed, and opened when it is back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from musicvae.errors import DeviceError
from musicvae.midi.door import Door, OnBytes, Opened

#: Seconds between two looks at the ports there are.
EVERY = 1.0
#: What systems append to the name of a port, and change when it is plugged in again.
_CHANGING = re.compile(r"( \d+:\d+| \d+)$")


class Port:
    """Opens a port, and opens it again.

    Args:
        door: to the system's ports.
        wanted: the name of a port or a part of it; empty for the first that there is.
        on_bytes: called with the bytes of each message, on another thread.
        say: shows a line to people.
        opening: called with the name of a port before it is opened.

    Attributes:
        name: of the open port; empty for none.
    """

    def __init__(
        self,
        door: Door,
        wanted: str,
        on_bytes: OnBytes,
        say: Callable[[str], None],
        opening: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.name = ""
        self._door = door
        self._wanted = wanted
        self._on_bytes = on_bytes
        self._say = say
        self._opening = opening
        self._opened: Opened | None = None
        self._refused = ""
        self._waiting = False
        self._seen: list[str] | None = None

    async def run(self) -> None:
        """Look at the ports again and again, until it is cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(EVERY)
        finally:
            self._close()

    async def look(self) -> None:
        """Close a port that is gone; open the one that is wanted, if it is there."""
        names = await asyncio.to_thread(self._door.ports)  # it may wait for a server
        if self._opened is not None and self.name not in names:
            name, self._waiting = self.name, True
            self._close()
            self._wanted = _CHANGING.sub("", name)
            self._say(f"MIDI: {name} is gone; it is opened again when it is back")
        if self._opened is None:
            # What has just appeared may not be ready: JACK lists ports before it connects them.
            seen = names if self._seen is None else self._seen
            self._open([name for name in names if name in seen], names)
        self._seen = names

    def _open(self, ready: list[str], names: list[str]) -> None:
        name = chosen(self._wanted, ready)
        if not name:
            if not self._waiting and not chosen(self._wanted, names):
                self._waiting = True
                what = (
                    f"no MIDI port is called {self._wanted!r}" if self._wanted else "no MIDI port"
                )
                there = ", ".join(names)
                self._say(f"{what}{f'; there are: {there}' if there else ''}: waiting for it")
            return
        self._opening(name)
        try:
            self._opened = self._door.open(name, self._on_bytes)
        except DeviceError as error:
            if self._refused != name:
                self._say(str(error))
            self._refused = name
            return
        self.name, self._refused, self._waiting = name, "", False
        self._say(f"MIDI: {name}")

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened, self.name = None, ""


def chosen(wanted: str, names: list[str]) -> str:
    """The port that is meant: of this name, or the first that contains it; empty for none."""
    if wanted in names:
        return wanted
    part = wanted.casefold()
    return next((name for name in names if part in name.casefold()), "")
