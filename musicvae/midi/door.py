"""The door to MIDI ports: RtMidi, by either of its bindings for Python.

RtMidi hears ALSA, JACK, CoreMIDI and Windows' multimedia system. ``python-rtmidi`` has wheels up to
Python 3.12, ``rtmidi2`` newer ones; where both are installed the first is taken, since the second
ends the process where a port cannot be opened. Nothing else here knows of either.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Protocol

from musicvae.errors import DeviceError, MissingExtraError

#: Called with the bytes of a message, on a thread of the library.
OnBytes = Callable[[bytes], None]
_CLIENT = "musicvae"
#: The systems of Linux, by their numbers in RtMidi; elsewhere there is one, which 0 means.
_ALSA, _JACK = 2, 3
#: A port of ALSA that only passes on what others send.
_THROUGH = "Midi Through"


class Opened(Protocol):
    """An open port."""

    def close(self) -> None:
        """Hear nothing more from it."""


class Door(Protocol):
    """Lists and opens ports."""

    def ports(self) -> list[str]:
        """The names of all ports that can be heard, the likeliest first."""

    def open(self, name: str, on_bytes: OnBytes) -> Opened:
        """Hear a port.

        Raises:
            DeviceError: there is none of this name, or it does not open.
        """


class RtMidiDoor:
    """All systems for MIDI of this machine that RtMidi knows.

    Raises:
        MissingExtraError: neither binding is installed.
    """

    def __init__(self) -> None:
        _prefer_own_jack()
        self._make = _maker()
        #: For each system that runs, an input that only lists.
        self._lists: dict[int, Any] = {}

    def ports(self) -> list[str]:
        """The names of all ports, those that only pass on last."""
        found = dict.fromkeys(name for _, names in self._listed() for name in names)
        return sorted(found, key=lambda name: name.startswith(_THROUGH))

    def open(self, name: str, on_bytes: OnBytes) -> Opened:
        """Hear a port.

        Raises:
            DeviceError: there is none of this name, or it does not open.
        """
        for system, names in self._listed():
            if name in names:
                return self._opened(system, names.index(name), name, on_bytes)
        raise DeviceError("there is no such MIDI port", received=name)

    def _opened(self, system: int, number: int, name: str, on_bytes: OnBytes) -> Opened:
        try:
            port = self._make(system)
            port.listen(on_bytes)
            port.open(number)
        # Each binding raises errors of its own, which have no class in common.
        except Exception as error:
            raise DeviceError(
                f"the MIDI port {name!r} does not open",
                received=str(error),
                hint="another program may use it",
            ) from error
        return _Closing(port)

    def _listed(self) -> list[tuple[int, list[str]]]:
        systems = (_ALSA, _JACK) if sys.platform == "linux" else (0,)
        listed = []
        for system in systems:
            with suppress(Exception):  # no sequencer, no server
                if system not in self._lists:
                    self._lists[system] = self._make(system)
                names = self._lists[system].names()
                listed.append((system, [one for one in names if not one.startswith(_CLIENT)]))
        return listed


class _Closing:
    """Closes a port once."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def close(self) -> None:
        with suppress(Exception):  # of a device that is gone
            self._port.close()


class _PythonRtMidi:
    def __init__(self, system: int) -> None:
        import rtmidi

        self._input = rtmidi.MidiIn(system, _CLIENT)

    def names(self) -> list[str]:
        return list(self._input.get_ports())

    def listen(self, on_bytes: OnBytes) -> None:
        self._input.set_callback(lambda event, data: on_bytes(bytes(event[0])))

    def open(self, number: int) -> None:
        self._input.open_port(number)

    def close(self) -> None:
        self._input.cancel_callback()
        self._input.close_port()
        self._input.delete()


class _RtMidi2:
    def __init__(self, system: int) -> None:
        import rtmidi2

        self._input = rtmidi2.MidiIn(_CLIENT, api=system)

    def names(self) -> list[str]:
        return [name for name in self._input.ports if name]

    def listen(self, on_bytes: OnBytes) -> None:
        self._input.callback = lambda data, seconds: on_bytes(bytes(data))

    def open(self, number: int) -> None:
        self._input.open_port(number)

    def close(self) -> None:
        self._input.callback = None
        self._input.close_port()


def _maker() -> Callable[[int], Any]:
    """What makes an input of a system, by the binding that is installed."""
    if find_spec("rtmidi") is not None:
        return _PythonRtMidi
    if find_spec("rtmidi2") is not None:
        return _RtMidi2
    raise MissingExtraError("midi", "python-rtmidi or rtmidi2", "MIDI")


def _prefer_own_jack() -> None:
    """Let RtMidi use the system's JACK library: that in its wheels may not fit the server."""
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL("libjack.so.0", mode=ctypes.RTLD_GLOBAL)
