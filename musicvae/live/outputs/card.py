"""What a device that plays and one that records share: they begin, may go away, and are closed."""

from __future__ import annotations

import threading
from typing import Any, Protocol

from musicvae.errors import DeviceError
from musicvae.live.outputs import devices, portaudio_internals

#: Seconds that PortAudio may take to close a device.
_PATIENCE = 3.0


class Opened(Protocol):
    """A device stream, as it is kept.

    Attributes:
        native: the stream of ``sounddevice`` or ``rtmixer``.
    """

    native: Any


class Card:
    """A device of PortAudio that is open.

    Args:
        what: it is, for people, such as ``"sound card 'Scarlett'"``.
        hint: what helps where it does not start.
        jack: whether it belongs to a JACK server.

    Attributes:
        gone: whether it went away, or never began.
    """

    def __init__(self, what: str, hint: str, jack: bool) -> None:
        self.gone = False
        self._what, self._hint, self._jack = what, hint, jack
        self._stopping = self._abandoned = False
        self._device: Opened

    def _begin(self) -> None:
        """Start the device, unless it runs.

        Raises:
            DeviceError: it does not start.
        """
        try:
            if not self._device.native.active:
                self._device.native.start()
        except devices.portaudio().PortAudioError as error:
            self.gone = True
            raise DeviceError(
                f"the {self._what} does not start", received=str(error), hint=self._hint
            ) from error

    def _end(self, *, dead: bool) -> None:
        """Close the device, unless it hangs or is ``dead``, as one of a lost JACK server is."""
        self._stopping = True
        if dead:
            portaudio_internals.abandon(self._device)
            return
        # A device that is gone can block PortAudio; the daemon goes on without it.
        closing = threading.Thread(target=self._close, name="musicvae-closing", daemon=True)
        closing.start()
        closing.join(_PATIENCE)
        if closing.is_alive():
            self._abandoned = True
            portaudio_internals.abandon(self._device)

    def _unanswered(self) -> bool:
        """Whether the device belongs to a JACK server that does not answer."""
        return self._jack and not portaudio_internals.jack_answers()

    def _close(self) -> None:
        self._device.native.stop()
        if not self._abandoned:  # perhaps given up while ``stop`` waited
            self._device.native.close()

    def _ended(self) -> None:
        """PortAudio says that the device stream is over; called on any thread."""
        if not self._stopping:
            self.gone = True
