"""Makes inputs for ``fuzz.py``: OSC packets that are nearly well-formed.

Random bytes are refused at the first check. So we begin with packets that are right, or known to
break some library, and change a few things in them: sizes, tags, numbers, addresses, the framing.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path

from musicvae.live.table import ADDRESSES

Packet = bytes | bytearray
Mutation = Callable[[random.Random, bytearray], Packet]

HOSTILE = Path(__file__).resolve().parent.parent / "tests" / "live" / "hostile_packets.json"
#: More than any packet of a host, and enough to hide things in; a flood has more.
_MOST = 4096
#: The longest datagram, in bytes; and what a message in a bundle has around it.
_DATAGRAM, _AROUND = 65_507, 24

_SIZES = (-(2**31), -8, -4, -1, 0, 1, 3, 4, 8, 12, 16, 255, 256, 4096, 65536, 2**31 - 4, 2**31 - 1)
_WORDS = (b"\x7f\xc0\0\0", b"\x7f\x80\0\0", b"\xff\x80\0\0", b"\x7f\x7f\xff\xff", b"\0\0\0\1")
_TAGS = b"ifsbhtdScrmTFNI[]x,\0"
_PARTS = (
    *("*", "?", "[0-9]", "[!a]", "[", "{a,b}", "{", "}", "]", "**", "{,}", "[a-", "a", "b", "0"),
    *("63", "64", "99999999", "deck", "latent", "<i>", "..", "é", "\x7f", "latent/*", "{latent,*}"),
)
_TEXTS = (
    *("", "jazz", "../../etc/passwd", "/latent", "/x", "/ping", "/latent/*", "/deck/b", "held"),
    *("walk", "a" * 300, "\n", "CON", "\x1b[2J", "é", "1", "/panic", "/alias", "/deck/a/gain"),
)
#: Types of the arguments that addresses want; a number in place of a text is a mutation's work.
_KINDS = ("", "f", "f", "i", "s", "ss", "ssf", "sf", "ff", "if", "TF", "fs", "d", "h", "N", "b")


def padded(text: bytes) -> bytes:
    """The bytes with one to four zeros, as OSC requires."""
    return text + bytes(4 - len(text) % 4)


def message(address: str, tags: str, body: bytes) -> bytes:
    """A packet of one message."""
    return padded(address.encode()) + padded(f",{tags}".encode()) + body


def bundle(*elements: Packet, when: int = 1) -> bytes:
    """A packet of a bundle."""
    parts = (struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", when) + b"".join(parts)


def hostile() -> list[bytes]:
    """The packets that break OSC libraries."""
    return [bytes.fromhex(entry["hex"]) for entry in json.loads(HOSTILE.read_text("utf-8"))]


def valid(rng: random.Random, address: str) -> bytes:
    """A message to an address, with arguments that may even be the right ones."""
    tags, body = rng.choice((*_KINDS, "f" * 16, "f" * 64, "".join(rng.choices("fisdT", k=5)))), b""
    for tag in tags:
        if tag in "fd":
            body += struct.pack(f">{tag}", rng.choice((0, 1, 1, 0.5, 0.25, -1, 7.25, 1e9)))
        elif tag in "ih":
            body += struct.pack(">i" if tag == "i" else ">q", rng.choice((0, 1, 2, -1, 20, 2**30)))
        elif tag == "s":
            body += padded(rng.choice(_TEXTS).encode())
        elif tag == "b":
            body += struct.pack(">i4s", 4, b"blob")
    return message(address, tags, body)


def flood(rng: random.Random, address: str) -> bytes:
    """One packet with as many messages as may be, alike or not, at once or a frame apart.

    An address costs the more the longer it is prepared or the more addresses it means.
    """
    costly = ("/seed", "/latent/norm/*", "/latent/*", "/*", "/deck/*/latent/*", "/panic", "/walk")
    messages = [valid(rng, rng.choice((*costly, address))) for _ in range(rng.choice((1, 2, 16)))]
    many = rng.choice((16, 17, 200, 1000, 1023))
    elements = (rng.choices(messages, k=many) if rng.random() < 0.5 else messages * many)[:many]
    while sum(len(element) + _AROUND for element in elements) > _DATAGRAM - _AROUND:
        elements = elements[: len(elements) // 2]
    if rng.random() < 0.7:
        return bundle(*elements, when=rng.choice((0, 1, 2**63)))
    step = 2**32 // 48_000  # of a time tag, a sample frame
    start = rng.choice((2, 2**32, 2**63))
    apart = [bundle(each, when=start + step * number) for number, each in enumerate(elements)]
    return bundle(*apart, when=start)


class Inputs:
    """An endless supply.

    Args:
        seed: the same gives the same inputs.
    """

    def __init__(self, seed: int) -> None:
        self._rng = rng = random.Random(seed)
        self._paths = [_filled(rng, entry.path) for entry in ADDRESSES for _ in range(4)]
        self._seeds = hostile() + [valid(rng, path) for path in self._paths for _ in range(4)]
        self._seeds += [bundle(*rng.choices(self._seeds, k=rng.randrange(5))) for _ in range(200)]

    def seeds(self) -> list[bytes]:
        """The inputs from which all others are made."""
        return list(self._seeds)

    def next(self) -> bytes:
        """The next input."""
        rng = self._rng
        kind = rng.random()
        if kind < 0.002:
            return flood(rng, rng.choice(self._paths))
        if kind < 0.1:
            return valid(rng, "/" + "/".join(rng.choices(_PARTS, k=rng.randrange(1, 6))))
        packet: Packet = rng.choice(self._seeds)
        if kind < 0.2:
            packet = valid(rng, rng.choice(self._paths))
        elif kind < 0.3:
            packet = bundle(packet, rng.choice(self._seeds), when=rng.choice((0, 1, 2**63)))
        changed = bytearray(packet)
        for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3, 6))):
            if changed:
                changed = bytearray(rng.choice(_MUTATIONS)(rng, changed))
        return bytes(changed[:_MOST])


def _filled(rng: random.Random, path: str) -> str:
    """An address of the table, its placeholder filled in, perhaps for a deck."""
    for placeholder, keys in (
        ("<i>", ("0", "3", "63", "64", "*")),
        ("<n>", ("1", "64")),
        ("<name>", ("loudness", "nothing")),
    ):
        path = path.replace(placeholder, rng.choice(keys))
    return rng.choice(("", "", "/deck/a", "/deck/b", "/deck/*")) + path


def _place(rng: random.Random, packet: bytearray) -> int:
    """A multiple of 4 inside, where sizes, tags and numbers begin."""
    return rng.randrange(len(packet)) // 4 * 4


def _flip(rng: random.Random, packet: bytearray) -> Packet:
    packet[rng.randrange(len(packet))] ^= 1 << rng.randrange(8)
    return packet


def _byte(rng: random.Random, packet: bytearray) -> Packet:
    packet[rng.randrange(len(packet))] = rng.randrange(256)
    return packet


def _tag(rng: random.Random, packet: bytearray) -> Packet:
    begin = packet.find(b",") + 1
    packet[min(begin + rng.randrange(8), len(packet) - 1)] = rng.choice(_TAGS)
    return packet


def _size(rng: random.Random, packet: bytearray) -> Packet:
    at = _place(rng, packet)
    packet[at : at + 4] = struct.pack(">i", rng.choice(_SIZES))
    return packet


def _word(rng: random.Random, packet: bytearray) -> Packet:
    at = _place(rng, packet)
    packet[at : at + 4] = rng.choice(_WORDS)
    return packet


def _cut(rng: random.Random, packet: bytearray) -> Packet:
    at = rng.randrange(len(packet))
    return packet[: at if rng.random() < 0.5 else at // 4 * 4]


def _repeat(rng: random.Random, packet: bytearray) -> Packet:
    at, end = _place(rng, packet), _place(rng, packet)
    return packet[:end] + packet[at:end] * rng.choice((1, 2, 50)) + packet[end:]


def _remove(rng: random.Random, packet: bytearray) -> Packet:
    at = _place(rng, packet)
    del packet[at : at + 4 * rng.randrange(1, 4)]
    return packet


def _address(rng: random.Random, packet: bytearray) -> Packet:
    end = packet.find(b"\0")
    path = "/" + "/".join(rng.choices(_PARTS, k=rng.randrange(1, 5)))
    return padded(path.encode()) + packet[max(0, end) // 4 * 4 + 4 :]


def _wrap(rng: random.Random, packet: bytearray) -> Packet:
    depth = rng.choice((1, 1, 2, 7, 8, 9))
    for _ in range(depth):
        packet = bytearray(bundle(packet, when=rng.getrandbits(64)))
    return packet


def _crowd(rng: random.Random, packet: bytearray) -> Packet:
    return bundle(*[packet] * rng.choice((2, 3, 1023, 1024))) if len(packet) < 40 else packet


_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _byte, _tag, _tag, _size, _size, _word, _word, _cut, _repeat, _remove, _address),
    *(_wrap, _crowd),
)
