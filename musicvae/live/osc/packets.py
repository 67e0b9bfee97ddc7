"""Bytes of one datagram -> OSC messages. Pure: no sockets, no clock, no state.

A datagram comes from anybody, so every size and every tag is checked before it is used (OSC 1.0
specification, opensoundcontrol.org/spec-1_0). What is not well-formed is refused as a whole with a
``PacketError``; nothing else is ever raised, and the work is bounded by the limits below.

Time tags are read and ignored: a message means now.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from musicvae.errors import PacketError

#: Bundles inside bundles.
MAX_DEPTH = 8
#: Messages and bundles of one datagram, counted together.
MAX_ELEMENTS = 1024
#: Arguments of one datagram, counted together.
MAX_ARGUMENTS = 4096
#: Bytes of an address.
MAX_ADDRESS = 255

Argument = int | float | str | bytes | bool | None

_BUNDLE = b"#bundle\0"
_NUMBERS = {"i": "i", "f": "f", "h": "q", "d": "d", "t": "Q"}
_CONSTANTS: dict[str, Argument] = {"T": True, "F": False, "N": None, "I": math.inf}
_RAW = "rm"  # colour and MIDI: four bytes each


@dataclass(frozen=True)
class Message:
    """One OSC message.

    Attributes:
        address: begins with ``/``; may be an address pattern.
        arguments: ``i h t`` as int, ``f d`` as float, ``s S c`` as str, ``b r m`` as bytes,
            ``T F`` as bool, ``N`` as None, ``I`` as infinity. Arrays are flattened.
    """

    address: str
    arguments: tuple[Argument, ...] = ()


def read(data: bytes) -> list[Message]:
    """The messages of one datagram, bundles flattened in order.

    Raises:
        PacketError: the datagram is not well-formed OSC, or is beyond a limit of this module.
    """
    reader = _Reader(data)
    reader.element(0, len(data), depth=0)
    return reader.messages


def _refuse(reason: str) -> NoReturn:
    raise PacketError(reason)


class _Reader:
    """Walks one datagram; ``start`` and ``end`` always lie inside it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.messages: list[Message] = []
        self._elements = 0
        self._arguments = 0

    def element(self, start: int, end: int, depth: int) -> None:
        """Read the message or bundle that fills ``start`` to ``end``."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            _refuse(f"more than {MAX_ELEMENTS} elements")
        if start == end:
            _refuse("empty element")
        if (end - start) % 4:
            _refuse("size is not a multiple of 4")
        if self.data.startswith(_BUNDLE, start, end):
            self._bundle(start, end, depth)
        else:
            self._message(start, end)

    def _bundle(self, start: int, end: int, depth: int) -> None:
        if depth >= MAX_DEPTH:
            _refuse(f"bundles nested deeper than {MAX_DEPTH}")
        at = start + 16  # the mark and the time tag
        if at > end:
            _refuse("bundle cut short")
        while at < end:
            # Sizes are multiples of 4, so at least the four bytes of a size are left here.
            (size,) = struct.unpack_from(">i", self.data, at)
            at += 4
            if size < 0 or size % 4:
                _refuse("size of a bundle element is negative or not a multiple of 4")
            if size > end - at:
                _refuse("bundle element is larger than its bundle")
            self.element(at, at + size, depth + 1)
            at += size

    def _message(self, start: int, end: int) -> None:
        address, at = self._string(start, end, "address")
        if not address.startswith("/"):
            _refuse("address does not begin with '/'")
        if at - start > MAX_ADDRESS + 1:
            _refuse(f"address is longer than {MAX_ADDRESS} bytes")
        tags = ""
        # Some old senders leave the tags out; without arguments that is still unambiguous.
        if at < end:
            tags, at = self._string(at, end, "type tags")
            if not tags.startswith(","):
                _refuse("no type tags")
        arguments = self._read_arguments(tags[1:], at, end)
        self.messages.append(Message(address, arguments))

    def _read_arguments(self, tags: str, at: int, end: int) -> tuple[Argument, ...]:
        self._arguments += len(tags)
        if self._arguments > MAX_ARGUMENTS:
            _refuse(f"more than {MAX_ARGUMENTS} arguments")
        if tags[:1] in _NUMBERS and tags == tags[0] * len(tags):
            # Vectors of one type, which a performance consists of: four times as fast.
            arguments, at = self._numbers(tags, at, end)
        else:
            arguments, at = self._mixed(tags, at, end)
        if at != end:
            _refuse("bytes left over after the arguments")
        return tuple(arguments)

    def _numbers(self, tags: str, at: int, end: int) -> tuple[Sequence[Argument], int]:
        numbers = struct.Struct(f">{len(tags)}{_NUMBERS[tags[0]]}")
        after = self._inside(at + numbers.size, end)
        return numbers.unpack_from(self.data, at), after

    def _mixed(self, tags: str, at: int, end: int) -> tuple[Sequence[Argument], int]:
        arguments: list[Argument] = []
        brackets = 0
        for tag in tags:
            if tag in "[]":
                brackets += 1 if tag == "[" else -1
                if brackets < 0:
                    _refuse("array closed before it was opened")
                continue
            value, at = self._argument(tag, at, end)
            arguments.append(value)
        if brackets:
            _refuse("array is not closed")
        return arguments, at

    def _argument(self, tag: str, at: int, end: int) -> tuple[Argument, int]:
        if tag in _NUMBERS:
            (value,), after = self._numbers(tag, at, end)
            return value, after
        if tag in _CONSTANTS:
            return _CONSTANTS[tag], at
        if tag in "sS":
            return self._string(at, end, "string")
        if tag == "b":
            return self._blob(at, end)
        if tag in _RAW:
            after = self._inside(at + 4, end)
            return self.data[at:after], after
        if tag == "c":
            after = self._inside(at + 4, end)
            return self.data[at + 3 : after].decode("latin-1"), after
        _refuse(f"unknown type tag {tag!a}")

    def _inside(self, after: int, end: int) -> int:
        if after > end:
            _refuse("fewer bytes than the type tags promise")
        return after

    def _string(self, at: int, end: int, what: str) -> tuple[str, int]:
        stop = self.data.find(b"\0", at, end)
        if stop < 0:
            _refuse(f"{what} without end")
        after = self._padded(stop, at + (stop - at) // 4 * 4 + 4, end)
        try:
            return self.data[at:stop].decode("utf-8"), after
        except UnicodeDecodeError:
            _refuse(f"{what} is not UTF-8")

    def _blob(self, at: int, end: int) -> tuple[bytes, int]:
        begin = self._inside(at + 4, end)
        (size,) = struct.unpack_from(">i", self.data, at)
        if size < 0 or size > end - begin:
            _refuse("size of a blob is negative or beyond the packet")
        stop = begin + size
        after = self._padded(stop, begin + (size + 3) // 4 * 4, end)
        return self.data[begin:stop], after

    def _padded(self, stop: int, after: int, end: int) -> int:
        self._inside(after, end)
        if any(self.data[stop:after]):
            _refuse("padding is not zero")
        return after
