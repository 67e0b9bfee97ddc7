"""Measures what OSC packets and replies cost: python-osc beside decoders and encoders of our own.

    python benchmarks/osc_decoding.py | python benchmarks/into_page.py osc-decoding docs/live.md

All ways are behind the same checks (``musicvae/live/osc/packets.py``) and give the same messages,
but for the last column, python-osc without any check. The figures are processor time in µs, the
median of rounds in which the ways take turns; in brackets the ratio to our own.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import statistics
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

from pythonosc.osc_packet import OscPacket

from musicvae.live.osc import packets, replies
from musicvae.live.osc.packets import Argument
from musicvae.live.osc.replies import Value
from musicvae.live.status import FIELDS

#: Packets a second of 16 floats that the daemon must take beside rendering.
RATE = 16_000
_CODES = {"i": "i", "f": "f", "h": "q", "d": "d", "t": "Q"}
_CONSTANTS: dict[str, Argument] = {"T": True, "F": False, "N": None, "I": math.inf}

Work = Callable[[], object]
#: Prepares the decoder for one way, and puts it back.
Way = Callable[[], AbstractContextManager[None]]


def own_arguments(tags: str, _simpler: bytes, body: bytes) -> tuple[Argument, ...]:
    """Our own decoder of arguments: it checks and reads each of them in one go."""
    at, end, values = 0, len(body), list[Argument]()
    for tag in tags:
        value, at = _own_argument(tag, body, at, end)
        values.append(value)
    if at != end:
        raise ValueError("bytes left over")
    return tuple(values)


def _own_argument(tag: str, body: bytes, at: int, end: int) -> tuple[Argument, int]:
    if tag in _CONSTANTS:
        return _CONSTANTS[tag], at
    if tag in "sS":
        return packets._string(body, at, end, "string")
    if tag == "b":
        after = packets._after_blob(body, at, end)
        (size,) = struct.unpack_from(">i", body, at)
        return body[at + 4 : at + 4 + size], after
    after = packets._inside(at + packets._WIDTHS[tag], end)
    if tag in _CODES:
        return struct.unpack_from(f">{_CODES[tag]}", body, at)[0], after
    return chr(body[at + 3]) if tag == "c" else body[at:after], after


class LibraryNumbers:
    """Lets python-osc read arguments that are all numbers.

    Args:
        tags: their type tags.
    """

    def __init__(self, tags: str) -> None:
        self.size = sum(packets._WIDTHS[tag] for tag in tags)
        known = f",{tags.translate(packets._SIMPLER)}".encode()
        self._tags, self._simpler = tags, b"/\0\0\0" + known + bytes(4 - len(known) % 4)

    def unpack_from(self, data: bytes, at: int) -> tuple[Argument, ...]:
        """The same as ``struct.Struct.unpack_from``."""
        return packets._decoded(self._tags, self._simpler, data[at : at + self.size])


def library_numbers(tags: str) -> LibraryNumbers | None:
    """Replaces the layout that ``struct`` reads."""
    return LibraryNumbers(tags) if set(tags) <= _CODES.keys() else None


@contextlib.contextmanager
def _patched(**replaced: Any) -> Iterator[None]:
    with patch.multiple(packets, **replaced):
        packets._header.cache_clear()
        yield
    packets._header.cache_clear()


#: Each reads the same messages from the same packets.
WAYS: dict[str, Way] = {
    "our own": lambda: _patched(_check_arguments=lambda *_: None, _decoded=own_arguments),
    "checks, python-osc": lambda: _patched(_numbers=library_numbers),
    "checks, python-osc, numbers by `struct` (the daemon)": contextlib.nullcontext,
}


def own_message(address: str, *values: Value) -> bytes:
    """Our own encoder of replies."""
    head = _padded(replies._short(address).encode())
    tags, body = ",", bytearray()
    for value in values:
        tag, plain = replies._plain(value)
        data = _padded(plain.encode()) if isinstance(plain, str) else struct.pack(f">{tag}", plain)
        if len(head) + (len(tags) + 1) // 4 * 4 + 4 + len(body) + len(data) > replies.MAX_BYTES:
            break
        tags += tag
        body += data
    return head + _padded(tags.encode()) + bytes(body)


def _padded(text: bytes) -> bytes:
    return text + bytes(4 - len(text) % 4)


def incoming() -> dict[str, bytes]:
    """The packets that a performance sends, by name."""
    single = [own_message(f"/latent/{index}", index / 16) for index in range(16)]
    bundle = b"".join(struct.pack(">i", len(element)) + element for element in single)
    # python-osc copies the rest of a message for each argument: many, and one that is long.
    long = struct.pack(">i", 40_000) + bytes(40_000)
    blobs = _padded(b"/x") + _padded(b"," + b"b" * packets.MAX_ARGUMENTS)
    blobs += bytes(4 * (packets.MAX_ARGUMENTS - 1)) + long
    return {
        "`/latent`, 16 floats": own_message("/latent", *(index / 16 for index in range(16))),
        "`/latent`, 128 floats": own_message("/latent", *(index / 128 for index in range(128))),
        "`/gain`, one float": own_message("/gain", -6.5),
        "bundle of 16 `/latent/<i>`": b"#bundle\0" + struct.pack(">Q", 1) + bundle,
        "`/model/load`, a text": own_message("/model/load", "jazz-2026-stream"),
        f"the costliest: {packets.MAX_ARGUMENTS} blobs, {len(blobs) // 1000} kB": blobs,
    }


def outgoing() -> dict[str, tuple[str, list[Value]]]:
    """The answers of the daemon: address and values, by name."""
    examples: dict[str, Value] = {"s": "jazz-stream", "i": 64, "f": -3.5}
    fields = [value for name, tag, _ in FIELDS for value in (name, examples[tag])]
    return {
        f"`/status.reply`, {len(fields)} values": ("/status.reply", fields),
        "`/peak`, two floats": ("/peak", [-3.5, -6.25]),
        "`/pong`": ("/pong", []),
    }


def timed(works: Sequence[tuple[Way, Work]], rounds: int, seconds: float) -> list[float]:
    """Median µs of processor time of each, the rounds of all interleaved."""
    taken: list[list[float]] = [[] for _ in works]
    counts = [0] * len(works)
    for number in range(rounds + 1):
        for index, (way, work) in enumerate(works):
            with way():
                if number == 0:  # finds out how often, and warms up
                    counts[index] = max(1, int(seconds / _once(work, 20)))
                else:
                    taken[index].append(_once(work, counts[index]))
    return [1e6 * statistics.median(round_) for round_ in taken]


def _once(work: Work, times: int) -> float:
    begin = time.thread_time()
    for _ in range(times):
        work()
    return max(1e-9, (time.thread_time() - begin) / times)


def cells(figures: Sequence[float]) -> str:
    """The rest of a row: each figure, and its ratio to the first."""
    first = figures[0]
    return " | ".join(f"{figure:,.1f} ({figure / first:.1f})" for figure in figures)


def decoding(rounds: int, seconds: float) -> Iterator[str]:
    """The table of packets, as lines."""
    yield f"| packet, µs | {' | '.join(WAYS)} | python-osc, no checks |"
    yield "|---|" + "---:|" * (len(WAYS) + 1)
    for name, data in incoming().items():

        def ours(data: bytes = data) -> object:
            return packets.read(data)

        def alone(data: bytes = data) -> object:
            return [(message.address, *message) for _, message in OscPacket(data).messages]

        works = [(way, ours) for way in WAYS.values()]
        figures = timed([*works, (contextlib.nullcontext, alone)], rounds, seconds)
        yield f"| {name} | {cells(figures)} |"
        if name == next(iter(incoming())):
            shares = [f"{RATE * figure / 1e4:.0f} %" for figure in figures]
    yield f"| the first, {RATE:,} times a second, of one core | {' | '.join(shares)} |"


def encoding(rounds: int, seconds: float) -> Iterator[str]:
    """The table of replies, as lines."""
    yield "| reply, µs | our own | python-osc (the daemon) |"
    yield "|---|---:|---:|"
    for name, (address, values) in outgoing().items():
        works: list[Work] = [
            partial(own_message, address, *values),
            partial(replies.message, address, *values),
        ]
        figures = timed([(contextlib.nullcontext, work) for work in works], rounds, seconds)
        yield f"| {name} | {cells(figures)} |"


def check() -> None:
    """Check that all ways give the same result."""
    word = b"\0\0\0c"  # any argument of four bytes, or half of one of eight
    texts = b"a\0\0\0" + b"\0\0\0\1a\0\0\0" + word * 3 + b"a\0\0\0"
    every = b"/x\0\0,sbcrmSthi[fd]TFNI\0\0" + texts + word * 8
    for data in (*incoming().values(), every):
        read = []
        for way in WAYS.values():
            with way():
                read.append(packets.read(data))
        if not read[0] == read[1] == read[2]:
            raise ValueError(f"the ways read {data!r:.60} differently")
    for address, values in outgoing().values():
        if own_message(address, *values) != replies.message(address, *values):
            raise ValueError(f"the ways write {address} differently")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=51)
    parser.add_argument("--seconds", type=float, default=0.01, help="of one round of one way")
    options = parser.parse_args(arguments)
    check()
    print(*decoding(options.rounds, options.seconds), sep="\n")
    print()
    print(*encoding(options.rounds, options.seconds), sep="\n")


if __name__ == "__main__":
    main()
