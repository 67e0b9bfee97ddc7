"""Decodes the bytes of one packet into OSC messages. Pure: no sockets, no clock.

A packet may come from any host, so every size and every tag is checked before it is used (OSC 1.0
specification, opensoundcontrol.org/spec-1_0). What is not well-formed is refused as a whole with a
``PacketError``; nothing else is ever raised, and the work is bounded by the limits below. Only what
passed these checks is given to python-osc, which decodes the arguments.

A performance sends the same few headers (address and type tags) thousands of times, so the checks
of a header are remembered. Messages of numbers alone, which are nearly all, are decoded here with
one call of ``struct``: python-osc takes several times as long (``benchmarks/osc_decoding.py``).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, NoReturn

from pythonosc.osc_message import OscMessage

from musicvae.errors import PacketError
from musicvae.live.osc.timetags import IMMEDIATELY

#: Bundles inside bundles.
MAX_DEPTH = 8
#: Messages and bundles of one packet, counted together.
MAX_ELEMENTS = 1024
#: Arguments of one packet, counted together.
MAX_ARGUMENTS = 4096
#: Bytes of an address.
MAX_ADDRESS = 255

Argument = int | float | str | bytes | bool | None

_BUNDLE = b"#bundle\0"
_NUMBERS = {"i": "i", "f": "f", "h": "q", "d": "d", "t": "Q"}
_TAGS = frozenset("ifhdtTFNIsSbcrm[]")
#: Bytes of the arguments whose size is fixed.
_WIDTHS = dict.fromkeys("ifcrm", 4) | dict.fromkeys("hdt", 8) | dict.fromkeys("TFNI", 0)

_SIZE = struct.Struct(">i")
_TIME = struct.Struct(">Q")

#: Headers remembered. Each has at most a few kilobytes.
_MOST_KNOWN = 256
#: Numbers of different types that are read at once; a layout of more would take much memory.
_MOST_MIXED = 64

#: python-osc 1.10 misreads the tags S, c and I, and gives r, m and t types of its own. So it
#: gets a known tag of the same width instead, and the value is converted back.
_SIMPLER = str.maketrans({"S": "s", "c": "i", "r": "i", "m": "i", "t": "h", "I": "N"})
_TURNED_BACK: dict[str, Callable[..., Argument]] = {
    "c": lambda number: chr(number & 0xFF),
    "r": _SIZE.pack,  # colour and MIDI: four bytes each
    "m": _SIZE.pack,
    "t": lambda number: number % 2**64,
    "I": lambda _: math.inf,
}


class Message(NamedTuple):
    """One OSC message.

    Attributes:
        address: begins with ``/``; may be an address pattern.
        arguments: ``i h t`` as int, ``f d`` as float, ``s S c`` as str, ``b r m`` as bytes,
            ``T F`` as bool, ``N`` as None, ``I`` as infinity. Arrays are flattened.
        when: time tag of the innermost bundle around it, as sent; see ``timetags.due``.
    """

    address: str
    arguments: tuple[Argument, ...] = ()
    when: int = IMMEDIATELY


def read(data: bytes) -> list[Message]:
    """The messages of one packet, bundles flattened in order.

    Raises:
        PacketError: the packet is not well-formed OSC, or is beyond a limit of this module.
    """
    _check_size(0, len(data))
    if data.startswith(_BUNDLE):
        walk = _Walk(data)
        walk.bundle(0, len(data), depth=0)
        return walk.messages
    return [_message(data, 0, len(data), IMMEDIATELY)[0]]


def _refuse(reason: str) -> NoReturn:
    raise PacketError(reason)


def _check_size(start: int, end: int) -> None:
    # Every start is a multiple of 4, so from here on every end is one too.
    if start == end:
        _refuse("empty element")
    if (end - start) % 4:
        _refuse("size is not a multiple of 4")


class _Walk:
    """Walks one bundle; ``start`` and ``end`` always lie inside it, at multiples of 4."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.messages: list[Message] = []
        self._elements = 1
        self._arguments = 0

    def bundle(self, start: int, end: int, depth: int) -> None:
        """Read the bundle that fills ``start`` to ``end``."""
        if depth >= MAX_DEPTH:
            _refuse(f"bundles nested deeper than {MAX_DEPTH}")
        at = start + 16  # the mark and the time tag
        if at > end:
            _refuse("bundle cut short")
        (when,) = _TIME.unpack_from(self.data, start + 8)
        while at < end:
            (size,) = _SIZE.unpack_from(self.data, at)
            at += 4
            if size < 0 or size % 4:
                _refuse("size of a bundle element is negative or not a multiple of 4")
            if size > end - at:
                _refuse("bundle element is larger than its bundle")
            self._element(at, at + size, depth, when)
            at += size

    def _element(self, start: int, end: int, depth: int, when: int) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            _refuse(f"more than {MAX_ELEMENTS} elements")
        _check_size(start, end)
        if self.data.startswith(_BUNDLE, start, end):
            self.bundle(start, end, depth + 1)
            return
        message, tags = _message(self.data, start, end, when)
        self._arguments += tags
        if self._arguments > MAX_ARGUMENTS:
            _refuse(f"more than {MAX_ARGUMENTS} arguments")
        self.messages.append(message)


class _Header(NamedTuple):
    """Address and type tags, checked.

    Attributes:
        address: address of the message.
        tag_count: number of its type tags, brackets among them.
        tags: without the comma and brackets, since arrays are flattened.
        numbers: reads all arguments at once, where all are numbers.
        simpler: stands for this header before python-osc, which need not read the address again.
    """

    address: str
    tag_count: int
    tags: str
    numbers: struct.Struct | None
    simpler: bytes


def _message(data: bytes, start: int, end: int, when: int) -> tuple[Message, int]:
    """The message that fills ``start`` to ``end``, and how many type tags it has."""
    stop = data.find(0, start, end)
    if stop < 0:
        _refuse("address without end")
    at = (stop | 3) + 1
    # Some old senders leave the tags out; without arguments that is still unambiguous.
    if at < end:
        stop = data.find(0, at, end)
        if stop < 0:
            _refuse("type tags without end")
        at = (stop | 3) + 1
    address, count, tags, numbers, simpler = _header(data[start:at])
    if numbers is None:
        _check_arguments(data, tags, at, end)
        return Message(address, _decoded(tags, simpler, data[at:end]), when), count
    if at + numbers.size != end:
        _misfit(at + numbers.size, end)
    return Message(address, numbers.unpack_from(data, at), when), count


def _decoded(tags: str, simpler: bytes, body: bytes) -> tuple[Argument, ...]:
    """The arguments, after all checks."""
    return tuple(
        _TURNED_BACK[tag](value) if tag in _TURNED_BACK else value
        for tag, value in zip(tags, OscMessage(simpler + body).params, strict=True)
    )


def _misfit(after: int, end: int) -> NoReturn:
    if after > end:
        _refuse("fewer bytes than the type tags promise")
    _refuse("bytes left over after the arguments")


@lru_cache(maxsize=_MOST_KNOWN)
def _header(data: bytes) -> _Header:
    """Check the bytes of a header, which end after the padding of the tags, or of the address."""
    address, at = _string(data, 0, len(data), "address")
    if not address.startswith("/"):
        _refuse("address does not begin with '/'")
    if at > MAX_ADDRESS + 1:
        _refuse(f"address is longer than {MAX_ADDRESS} bytes")
    tags = ""
    if at < len(data):
        tags, at = _string(data, at, len(data), "type tags")
        if not tags.startswith(","):
            _refuse("no type tags")
        tags = tags[1:]
    _check_tags(tags)
    flat = tags.replace("[", "").replace("]", "")
    known = f",{flat.translate(_SIMPLER)}".encode()
    simpler = b"/\0\0\0" + known + bytes(4 - len(known) % 4)
    return _Header(address, len(tags), flat, _numbers(flat), simpler)


def _check_tags(tags: str) -> None:
    if len(tags) > MAX_ARGUMENTS:
        _refuse(f"more than {MAX_ARGUMENTS} arguments")
    unknown = [tag for tag in tags if tag not in _TAGS]
    if unknown:
        _refuse(f"unknown type tag {unknown[0]!a}")
    brackets = 0
    for tag in tags:
        brackets += (tag == "[") - (tag == "]")
        if brackets < 0:
            _refuse("array closed before it was opened")
    if brackets:
        _refuse("array is not closed")


def _numbers(tags: str) -> struct.Struct | None:
    """The layout of arguments that are all numbers."""
    kinds = set(tags)
    if not kinds <= _NUMBERS.keys():
        return None
    if len(kinds) == 1:
        return struct.Struct(f">{len(tags)}{_NUMBERS[tags[0]]}")
    if len(tags) > _MOST_MIXED:
        return None
    return struct.Struct(">" + "".join(_NUMBERS[tag] for tag in tags))


def _check_arguments(data: bytes, tags: str, at: int, end: int) -> None:
    for tag in tags:
        if tag in "sS":
            _, at = _string(data, at, end, "string")
        elif tag == "b":
            at = _after_blob(data, at, end)
        else:
            at = _inside(at + _WIDTHS[tag], end)
    if at != end:
        _misfit(at, end)


def _inside(after: int, end: int) -> int:
    if after > end:
        _misfit(after, end)
    return after


def _string(data: bytes, at: int, end: int, what: str) -> tuple[str, int]:
    stop = data.find(0, at, end)
    if stop < 0:
        _refuse(f"{what} without end")
    after = _padded(data, stop, (stop | 3) + 1, end)
    try:
        return data[at:stop].decode("utf-8"), after
    except UnicodeDecodeError:
        _refuse(f"{what} is not UTF-8")


def _after_blob(data: bytes, at: int, end: int) -> int:
    begin = _inside(at + 4, end)
    (size,) = _SIZE.unpack_from(data, at)
    if size < 0 or size > end - begin:
        _refuse("size of a blob is negative or beyond the packet")
    return _padded(data, begin + size, begin + (size + 3) // 4 * 4, end)


def _padded(data: bytes, stop: int, after: int, end: int) -> int:
    _inside(after, end)
    if any(data[stop:after]):
        _refuse("padding is not zero")
    return after
