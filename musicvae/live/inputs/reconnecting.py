"""Hears a device that may be lost and come back, while the engine goes on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import DeviceError
from musicvae.live.inputs.card import InputCard
from musicvae.live.inputs.shared import SharedCard
from musicvae.live.outputs import devices
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.outputs.supervised import Supervised

#: Opens a card.
Open = Callable[[], InputCard]


class ReconnectingInput(Supervised):
    """Hears a device; while it is lost, the engine fades to silence, and it is tried again.

    Where the output plays on the same device, that device stream is heard, also after a change of
    the output; else a device stream of its own.

    PortAudio looks for new devices only where none is open: while the output plays, a device comes
    back if it is still in PortAudio's list, as one that was unplugged for a moment is.

    Args:
        device: its number, or part of its name; ``None`` is the system's default.
        sample_rate: of the engine, in Hz.
        block: sample frames that the device brings at once.
        output: that plays on a device; ``None`` for a file.
        open: opens the card, in place of the above.

    Raises:
        DeviceError: the device does not open at the start.

    Attributes:
        name: of the device.
        feeds_back: whether a device plays.
        howls: whether the two look like the microphone and the loudspeakers of one laptop.
        state: its name, or ``"lost: …, trying again"``.
    """

    def __init__(
        self,
        device: str | int | None,
        sample_rate: int,
        block: int,
        output: Reconnecting | None = None,
        open: Open | None = None,
    ) -> None:
        self._wanted, self._output = device, output
        played = "" if output is None else output.name
        self._open = open or (lambda: InputCard(self._wanted, sample_rate, block, played))
        card = self._opened()
        super().__init__("input", card.name)
        self._card: InputCard | SharedCard | None = card
        self._heard: InputCard | SharedCard | None = None  # the rendering thread's
        self.name = card.name
        self.feeds_back = bool(played)
        self.howls = bool(played) and devices.howls(card.name, played)
        self._wanted = card.name  # numbers and defaults change with each device that comes or goes
        self._late, self._drift, self._latency_ms = 0, 0.0, card.latency_ms
        self._started = False

    @property
    def there(self) -> bool:
        """Whether the device is open."""
        return self._card is not None

    @property
    def shared(self) -> bool:
        """Whether it is heard on the device stream that plays."""
        return isinstance(self._card, SharedCard)

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
        self._supervise()

    def stop(self) -> None:
        """End, and close the device; safe to call twice."""
        if self._let_go in devices.holders:
            devices.holders.remove(self._let_go)
        if self._rest():
            self._close()
            self._changing.release()

    def read(self, out: Samples) -> None:
        """See :class:`musicvae.live.inputs.input.Input`."""
        card = self._card
        before, self._heard = self._heard, card
        if card is None or not self._started or before not in (None, card):
            out[:] = np.nan  # also between two devices, so that the one fades before the other
        else:
            card.read(out)

    def _opened(self) -> InputCard | SharedCard:
        """Open the device, or share that of the output.

        Raises:
            DeviceError: it does not open, or the output waits for the device to come back.
        """
        output = self._output
        if output is None or not output.shares:
            return self._open()
        try:
            return SharedCard(output)
        except ValueError as error:  # it was lost, and the output comes first
            raise DeviceError("the sound card is lost") from error

    def _look(self) -> None:
        card = self._card
        if card is None:
            self._try_again()
            return
        card.look()
        output = self._output
        shareable = output is not None and output.shares and output.card is not None
        if (isinstance(card, SharedCard) and card.left) or (shareable and not self.shared):
            self._close()  # the output plays on another card
            self._try_again(moved=True)
        elif card.gone:
            self._lose(f"the microphone {card.name!r} went away")

    def _try_again(self, *, moved: bool = False) -> None:
        """Open the device again, which was lost, or which the output has ``moved`` to or from."""
        try:
            card = self._opened()
            card.start()
        except DeviceError as error:
            if moved:
                self._lost(error.what)
            return
        self._card = card
        if moved:
            self._say(card.name)
        else:
            self._found(card.name)

    def _lose(self, reason: str) -> None:
        self._close()
        self._lost(reason)

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
