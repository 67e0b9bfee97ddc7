"""What an output and an input share whose device may be lost and found: who looks, who tells."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from musicvae.live.faults import Faults

#: Seconds between two checks of a device.
_LOOK = 0.05
#: Seconds between two attempts to open it again.
_RETRY = 1.0
#: Seconds that a device may take to open or to close when all ends.
_PATIENCE = 5.0


class Supervised(ABC):
    """Looks after a device on a thread of its own, and tells when it is lost and found.

    Whatever the audio system raises, the search for the device goes on.

    Args:
        what: it is, as faults name it.
        state: at first.

    Attributes:
        state: what a performer is told, such as ``"lost: …, trying again"``.
        reconnects: how often the device came back.
        faults: what the search raised and no audio system should raise.
        on_change: called with each new :attr:`state`, on the thread that changed it; must not block
            for long. ``None`` at first.
    """

    def __init__(self, what: str, state: str) -> None:
        self.on_change: Callable[[str], None] | None = None
        self.state = state
        self.reconnects = 0
        self.faults = Faults()
        self._what = what
        self._changing = threading.RLock()  # held by whoever opens or closes the device
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    @abstractmethod
    def there(self) -> bool:
        """Whether the device is open."""

    @abstractmethod
    def _look(self) -> None:
        """Leave a device that was lost, or try to get it back."""

    def _supervise(self) -> None:
        """Begin to look after the device."""
        name = f"musicvae-{self._what.replace(' ', '-')}"
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def _rest(self) -> bool:
        """End looking after it; whether :attr:`_changing` is held now, to be released.

        An audio system that hangs while a device is opened must not keep the program from ending.
        """
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None
        return self._changing.acquire(timeout=_PATIENCE)

    def _work(self) -> None:
        wait = _LOOK
        while not self._stopping.wait(wait):
            with self._changing:
                try:
                    self._look()
                except Exception as error:  # noqa: BLE001 - or the device would never come back
                    self.faults.note(self._what, error)
                wait = _LOOK if self.there else _RETRY

    def _found(self, state: str) -> None:
        self.reconnects += 1
        self._say(state)

    def _lost(self, reason: str) -> None:
        self._say(f"lost: {reason}, trying again")

    def _say(self, state: str) -> None:
        changed, self.state = state != self.state, state
        if changed and self.on_change is not None:
            try:
                self.on_change(state)
            except Exception as error:  # noqa: BLE001 - telling must not keep the sound away
                self.faults.note(self._what, error)
