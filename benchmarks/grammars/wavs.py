"""WAV files, chunk by chunk: headers that say less, more or something else than the file holds."""

from __future__ import annotations

import math
import random
import struct
from dataclasses import dataclass, field

from grammars.grammar import Files

RATE = 8_000
_SIZES = (0, 1, 2, 3, 7, 8, 15, 16, 17, 2**15, 2**31 - 1, 2**31, 0x7FFFF000, 2**32 - 2, 2**32 - 1)
_OTHERS = (
    b"LIST",
    b"fact",
    b"bext",
    b"JUNK",
    b"id3 ",
    b"data",
    b"fmt ",
    b"\0\0\0\0",
    b"ds64",
    b"PEAK",
)
_SHIFTS = (-(2**31), -100, -2, -1, 1, 2, 8, 100, 2**20)


@dataclass
class Chunk:
    """A chunk of a RIFF file.

    Attributes:
        name: four bytes.
        body: what it holds.
        size: what its header says; ``None`` for the truth.
    """

    name: bytes
    body: bytes
    size: int | None = None

    def to_bytes(self) -> bytes:
        """Header, body, and a byte where the body's length is odd."""
        size = len(self.body) if self.size is None else self.size
        return (
            self.name + struct.pack("<I", size % 2**32) + self.body + b"\0" * (len(self.body) % 2)
        )


@dataclass
class Wav:
    """A WAV file.

    Attributes:
        chunks: in order.
        form: the first four bytes and the third.
        size: what the first header says; ``None`` for the truth.
        before: bytes before it all.
        cut: bytes that are missing at the end.
    """

    chunks: list[Chunk]
    form: tuple[bytes, bytes] = (b"RIFF", b"WAVE")
    size: int | None = None
    before: bytes = b""
    cut: int = 0
    spoil: list[int] = field(default_factory=list)


class Wavs:
    """See :class:`grammars.grammar.Grammar`; 1.5 s of a sine, in any of the usual formats."""

    def valid(self, rng: random.Random) -> Wav:
        """A right file, perhaps with chunks that are seldom."""
        code, bits = rng.choice(
            ((1, 16), (1, 16), (1, 16), (1, 8), (1, 24), (1, 32), (3, 32), (3, 64))
        )
        channels = rng.choice((1, 1, 2, 6))
        chunks = [Chunk(b"fmt ", _format(code, channels, RATE, bits))]
        if rng.random() < 0.3:
            chunks.append(
                Chunk(rng.choice((b"LIST", b"fact", b"JUNK")), rng.randbytes(rng.randrange(40)))
            )
        chunks.append(Chunk(b"data", _sine(code, channels, bits)))
        return Wav(chunks)

    def change(self, rng: random.Random, value: Wav) -> Wav:
        """Change a size, a chunk, the format or the end."""
        kind, total = rng.random(), sum(len(chunk.body) for chunk in value.chunks)
        chunk = rng.choice(value.chunks) if value.chunks else Chunk(b"data", b"")
        if kind < 0.2:
            chunk.size = rng.choice((*_SIZES, len(chunk.body) + rng.choice(_SHIFTS)))
        elif kind < 0.35:
            value.size = rng.choice((*_SIZES, 36 + total + rng.choice(_SHIFTS)))
        elif kind < 0.55 and chunk.name == b"fmt ":
            chunk.body = _strange_format(rng, chunk.body)
        elif kind < 0.65:
            value.cut = rng.choice((1, 2, 7, 8, 100, total // 2, total - 1, total + 20))
        elif kind < 0.75:
            extra = Chunk(rng.choice(_OTHERS), rng.randbytes(rng.choice((0, 1, 3, 16, 1001))))
            value.chunks.insert(rng.randrange(len(value.chunks) + 1), extra)
        elif kind < 0.8 and value.chunks:
            value.chunks.remove(chunk)
        elif kind < 0.85:
            rng.shuffle(value.chunks)
        elif kind < 0.9:
            value.form = rng.choice(
                ((b"RIFX", b"WAVE"), (b"RF64", b"WAVE"), (b"RIFF", b"AVI "), (b"FORM", b"AIFF"))
            )
        elif kind < 0.93:
            value.before = rng.choice(
                (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10), b"\xef\xbb\xbf", bytes(512))
            )
        else:
            chunk.body = _strange_samples(rng, chunk.body)
        return value

    def files(self, value: Wav) -> Files:
        """The file, in a folder as a data set has them."""
        body = value.form[1] + b"".join(chunk.to_bytes() for chunk in value.chunks)
        size = len(body) if value.size is None else value.size
        data = value.form[0] + struct.pack("<I", size % 2**32) + body
        data = value.before + (data[: -value.cut] if value.cut else data)
        return {"sounds/strange.wav": data}


def _format(code: int, channels: int, rate: int, bits: int) -> bytes:
    width = channels * bits // 8
    return struct.pack("<HHIIHH", code, channels, rate, rate * width, width, bits)


def _strange_format(rng: random.Random, body: bytes) -> bytes:
    """One field of the format changed, or more or fewer bytes."""
    if rng.random() < 0.2 or len(body) < 16:
        return rng.choice((body[:14], body[:10], b"", body + b"\0\0", body + b"\x16\0" + bytes(22)))
    fields = list(struct.unpack("<HHIIHH", body[:16]))
    at = rng.randrange(6)
    fields[at] = rng.choice(
        (
            (0, 1, 2, 3, 6, 7, 17, 0x31, 0x55, 0xFFFE, 0xFFFF),
            (0, 1, 3, 64, 255, 1024, 1025, 65_535),
            (0, 1, 999, 1000, 11_025, 192_000, 768_001, 2**31 - 1, 2**32 - 1),
            (0, 1, 2**32 - 1),
            (0, 1, 3, 65_535),
            (0, 1, 4, 7, 12, 20, 33, 64, 65_535),
        )[at]
    )
    return struct.pack("<HHIIHH", *fields) + body[16:]


def _sine(code: int, channels: int, bits: int) -> bytes:
    """1.5 s of a sine in all channels."""
    wave = [0.5 * math.sin(2 * math.pi * 220 * t / RATE) for t in range(3 * RATE // 2)]
    if code == 3:
        one = [struct.pack("<f" if bits == 32 else "<d", sample) for sample in wave]
    elif bits == 8:
        one = [bytes([round(128 + 127 * sample)]) for sample in wave]
    else:
        full = 2 ** (bits - 1) - 1
        one = [round(full * sample).to_bytes(bits // 8, "little", signed=True) for sample in wave]
    return b"".join(sample * channels for sample in one)


def _strange_samples(rng: random.Random, body: bytes) -> bytes:
    """Samples that are not finite, silence, a constant, noise, or none."""
    count = len(body) // 4
    return rng.choice(
        (
            b"\0\0\xc0\x7f" * count,
            b"\0\0\x80\x7f" * count,
            body[: len(body) // 2] + b"\0\0\x80\xff" + body[len(body) // 2 :],
            b"\xff\xff\x7f\x7f" * count,
            b"\0" * len(body),
            b"\xff\x7f" * (2 * count),
            rng.randbytes(min(len(body), 50_000)),
            body[:-1],
            body[:3],
            b"",
        )
    )
