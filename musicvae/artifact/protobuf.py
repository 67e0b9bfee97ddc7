"""Reads the protobuf wire format of a file that is not trusted.

A message is a sequence of fields; a field is a tag (number and wire type, as a varint) and a value.
See https://protobuf.dev/programming-guides/encoding/. Every length is checked against the message
around it before anything is read, nothing is copied, and the number of fields is limited, so that
no file can make the reader recurse, use much memory or run for long.

Each number must be written as short as it can be. Readers are free to accept others, and what one
takes for a long zero may be something else to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

_LAST_FIELD_NUMBER = 2**29 - 1
#: Fields of a file at most: thirty times those of the largest decoder that musicvae exports. To
#: pass over so many takes a twentieth of a second.
MAX_FIELDS = 50_000


class WireError(ValueError):
    """The bytes are not a protobuf message.

    Attributes:
        offset: place of the fault in the file, in bytes.
    """

    def __init__(self, what: str, offset: int) -> None:
        self.offset = offset
        super().__init__(f"{what} at byte {offset}")


class Field(NamedTuple):
    """One field of a message.

    Attributes:
        number: the field's number in its message.
        wire: wire type: ``VARINT``, ``FIXED64``, ``LENGTH`` or ``FIXED32``.
        value: the number of a varint; 0 for the other wire types.
        start: offset of the value's first byte in the file.
        end: offset of the byte after its last one.
    """

    number: int
    wire: int
    value: int
    start: int
    end: int


@dataclass(slots=True)
class Reader:
    """Reads the fields of one file's messages, up to a limit for all of them together.

    Attributes:
        data: the whole file.
        fields_left: fields that may still be read, over all messages together.
    """

    data: bytes
    fields_left: int = field(default=MAX_FIELDS)

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message in ``data[start:end]``, in the order of the file.

        Raises:
            WireError: the bytes are not a message, or there are too many fields.
        """
        data, offset = self.data, start
        while offset < end:
            if self.fields_left == 0:
                raise WireError("too many fields: the limit was reached", offset)
            self.fields_left -= 1
            tag, after = data[offset], offset + 1
            if tag >= 0x80:  # the common case, of one byte, costs no call
                tag, after = self._varint(offset, end)
            number, wire = tag >> 3, tag & 7
            if not 1 <= number <= _LAST_FIELD_NUMBER:
                raise WireError(f"field number {number}", offset)
            if wire == VARINT:
                value, last = self._varint(after, end)
                found = Field(number, wire, value, after, last)
            else:
                found = self._bytes(number, wire, after, end)
            yield found
            offset = found.end

    def text(self, found: Field, most: int) -> str:
        """The field's bytes, at most ``most`` of them, as text.

        Raises:
            WireError: there are more, or they are not UTF-8.
        """
        if found.end - found.start > most:
            size = found.end - found.start
            raise WireError(f"a text of {size} bytes where {most} are allowed", found.start)
        try:
            return self.data[found.start : found.end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8", found.start) from error

    def _bytes(self, number: int, wire: int, start: int, end: int) -> Field:
        """A field whose value, behind the tag that ends at ``start``, is a row of bytes."""
        if wire == LENGTH:
            length, start = self._varint(start, end)
        elif wire in (FIXED32, FIXED64):
            length = 4 if wire == FIXED32 else 8
        else:  # groups were never part of ONNX
            raise WireError(f"wire type {wire}", start - 1)
        if length > end - start:
            raise WireError(f"{length} bytes announced, {end - start} left", start)
        return Field(number, wire, 0, start, start + length)

    def _varint(self, offset: int, end: int) -> tuple[int, int]:
        if offset < end and (value := self.data[offset]) < 0x80:
            return value, offset + 1
        value = 0
        for place in range(10):
            if offset + place >= end:
                raise WireError("a number that is cut short", offset)
            byte = self.data[offset + place]
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if place and not byte:
                    raise WireError("a number with needless zeros", offset)
                if value >= 2**64:
                    raise WireError("a number of more than 64 bits", offset)
                return value, offset + place + 1
        raise WireError("a number of more than ten bytes", offset)
