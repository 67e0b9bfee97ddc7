"""Reads MIDI 1.0 as bytes: a stream of status and data bytes becomes messages.

It follows the MIDI 1.0 Detailed Specification: *running status* (a message may leave out its status
byte where it is that of the one before), real-time bytes (0xF8 to 0xFF) anywhere, even inside
another message, and system exclusive messages, which are skipped however long they are. Any bytes
may come; what is no message is passed over, and nothing is kept but the message that is unfinished.
"""

from __future__ import annotations

from typing import NamedTuple

#: The kinds of messages, by the upper half of the status byte.
NOTE_OFF, NOTE_ON, POLY_PRESSURE, CC, PROGRAM, PRESSURE, BEND = range(0x8, 0xF)
#: How many data bytes follow each.
_LENGTHS = {
    **dict.fromkeys((NOTE_OFF, NOTE_ON, POLY_PRESSURE, CC, BEND), 2),
    **dict.fromkeys((PROGRAM, PRESSURE), 1),
}
_FIRST_STATUS, _FIRST_SYSTEM, _FIRST_REAL_TIME = 0x80, 0xF0, 0xF8


class Message(NamedTuple):
    """One message of a channel.

    Attributes:
        kind: such as :data:`CC`.
        channel: 1 to 16.
        number: the first data byte, 0 to 127: of a note or a controller; of a pitch bend the lower
            7 bits.
        value: the second data byte, 0 to 127; of messages with one data byte 0.
    """

    kind: int
    channel: int
    number: int
    value: int = 0


class Parser:
    """Makes messages of bytes that may come in any pieces."""

    def __init__(self) -> None:
        self._status = 0  # none: data bytes are passed over
        self._data: list[int] = []

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole with these bytes."""
        found = []
        for byte in data:
            if byte >= _FIRST_REAL_TIME:  # it may be inside another message
                continue
            if byte >= _FIRST_STATUS:
                # A system message, such as system exclusive or song position, ends running status.
                self._status = 0 if byte >= _FIRST_SYSTEM else byte
                self._data.clear()
            elif self._status:
                self._data.append(byte)
                if len(self._data) == _LENGTHS[self._status >> 4]:
                    found.append(Message(self._status >> 4, (self._status & 15) + 1, *self._data))
                    self._data.clear()
        return found
