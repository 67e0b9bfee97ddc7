"""Hears a device that may be lost and come back, while the engine goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.faults import Faults
from musicvae.live.inputs.card import InputCard
from musicvae.live.outputs import devices

#: Seconds between two checks of the card, and between two attempts to open it again.
_LOOK, _RETRY = 0.05, 1.0
#: Seconds that a card may take to open or to close when all ends.
_PATIENCE = 5.0

#: Opens a card.
Open = Callable[[], InputCard]


class ReconnectingInput:
    """Hears a device; while it is lost, the engine fades to silence, and it is tried again.

    PortAudio looks for new devices only where none is open: while the output plays, a device comes
    back if it is still in PortAudio's list, as one that was unplugged for a moment is.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: of the engine, in Hz.
        block: sample frames that the device brings at once.
        output: name of the device that plays; empty for a file.
        open: opens the card, in place of the above.

    Raises:
        DeviceError: the device does not open at the start.

    Attributes:
        name: of the device.
        feeds_back: whether a device plays.
        howls: whether the two look like the microphone and the loudspeakers of one laptop.
        state: its name, or ``"lost: …, trying again"``.
        reconnects: how often it came back.
        faults: what the search for it raised and no audio system should raise.
        on_change: called with each new :attr:`state`; must not block for long.
    """

    def __init__(
        self,
        device: str | int | None,
        sample_rate: int,
        block: int,
        output: str = "",
        open: Open | None = None,
    ) -> None:
        self._wanted = device
        self._open = open or (lambda: InputCard(self._wanted, sample_rate, block, output))
        self.on_change: Callable[[str], None] | None = None
        self.reconnects = 0
        self.faults = Faults()
        card = self._open()
        self._card: InputCard | None = card
        self.name = self.state = card.name
        self.feeds_back = bool(output)
        self.howls = bool(output) and devices.howls(card.name, output)
        self._wanted = card.name  # numbers and defaults change with each device that comes or goes
        self._late, self._drift, self._latency_ms = 0, 0.0, card.latency_ms
        self._started = False
        self._changing = threading.RLock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="musicvae-ears", daemon=True)

    @property
    def latency_ms(self) -> float:
        """See :class:`musicvae.live.inputs.input.Input`."""
        card = self._card
        self._latency_ms = self._latency_ms if card is None else card.latency_ms
        return self._latency_ms

    @property
    def late(self) -> int:
        """See :class:`musicvae.live.inputs.input.Input`."""
        card = self._card
        return self._late + (0 if card is None else card.following.late)

    @property
    def drift_ppm(self) -> float:
        """See :class:`musicvae.live.inputs.input.Input`."""
        card = self._card
        self._drift = self._drift if card is None else card.following.drift
        return 1e6 * self._drift

    def start(self) -> None:
        """Begin to listen, and to look after the device."""
        self._started = True
        devices.holders.append(self._let_go)
        try:
            if self._card is not None:
                self._card.start()
        except DeviceError as error:
            self._lose(error.what)
        self._thread.start()

    def stop(self) -> None:
        """End, and close the device; safe to call twice."""
        self._stopping.set()
        if self._let_go in devices.holders:
            devices.holders.remove(self._let_go)
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)
        # An audio system that hangs while a card is opened must not keep the program from ending.
        if self._changing.acquire(timeout=_PATIENCE):
            self._close()
            self._changing.release()

    def read(self, out: Samples) -> None:
        """See :class:`musicvae.live.inputs.input.Input`."""
        card = self._card
        if card is None or not self._started:
            out[:] = np.nan
        else:
            card.read(out)

    def _supervise(self) -> None:
        wait = _LOOK
        while not self._stopping.wait(wait):
            with self._changing:
                try:
                    self._look()
                except Exception as error:  # noqa: BLE001 - or it would never come back
                    self.faults.note("input", error)
                wait = _LOOK if self._card is not None else _RETRY

    def _look(self) -> None:
        card = self._card
        if card is None:
            self._try_again()
            return
        card.look()
        if card.gone:
            self._lose(f"the microphone {card.name!r} went away")

    def _try_again(self) -> None:
        try:
            card = self._open()
            card.start()
        except DeviceError:
            return
        self._card = card
        self.reconnects += 1
        self._say(card.name)

    def _lose(self, reason: str) -> None:
        self._close()
        self._say(f"lost: {reason}, trying again")

    def _let_go(self) -> None:
        """PortAudio is about to look for devices, which closes all."""
        with self._changing:
            if self._card is not None:
                self._lose("PortAudio looks for devices")

    def _close(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            self._late += card.following.late
            card.stop()

    def _say(self, state: str) -> None:
        changed, self.state = state != self.state, state
        if changed and self.on_change is not None:
            try:
                self.on_change(state)
            except Exception as error:  # noqa: BLE001 - telling must not keep the sound away
                self.faults.note("input", error)
