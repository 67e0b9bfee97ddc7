"""Memories: encoded tracks with the places where one may jump from one to another.

>>> memory = Memory.load("jazz.memory")  # doctest: +SKIP
>>> memory.seconds, memory.styles  # doctest: +SKIP
(720.4, ('jazz',))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicvae.errors import LatentError, MemoryBankError
from musicvae.files import read_bytes, replacing
from musicvae.latents.arrays import Latents
from musicvae.latents.memory import memory_format
from musicvae.latents.memory.memory_format import MAGIC, MAX_BYTES, Body
from musicvae.latents.memory.memory_header import NONE, WINDOW, MemoryHeader, Part
from musicvae.latents.memory.neighbours import enterable
from musicvae.paths import AnyPath, input_file, output_file

#: Endings of the files of memories.
ENDINGS = (".memory",)
_MAKE = "make one: musicvae memory FOLDER --encoder ENCODER -o NAME.memory"
_COPY_AGAIN = "copy the file again, or make it again with `musicvae memory`"


@dataclass(frozen=True, eq=False)
class Memory:
    """Encoded tracks, and the joints between them. Nothing in it changes.

    To make one from sounds, call :func:`musicvae.runtime.remembering.remember`.

    Attributes:
        header: what the file says in plain text: sizes, latent space, parts, licence.
        body: the arrays.

    Raises:
        MemoryBankError: the two do not fit together.
    """

    header: MemoryHeader
    body: Body

    def __post_init__(self) -> None:
        _check(self.header, self.body)
        for name in ("codes", "joints", "onsets", "phases", "neighbours", "measured"):
            getattr(self.body, name).flags.writeable = False

    @property
    def steps(self) -> int:
        """Rows of all parts together."""
        return self.header.steps

    @property
    def latent_dim(self) -> int:
        """D, the width of a row."""
        return self.header.latent_dim

    @property
    def latent_space(self) -> str:
        """16 hex digits that name the encoder and the basis, or empty."""
        return self.header.latent_space

    @property
    def parts(self) -> tuple[Part, ...]:
        """The encoded tracks, in order."""
        return self.header.parts

    @property
    def styles(self) -> tuple[str, ...]:
        """The styles of its parts, each once, in order."""
        return self.header.styles

    @property
    def seconds(self) -> float:
        """How long all parts last together."""
        return self.header.seconds

    @property
    def step_rate(self) -> float:
        """Steps per second."""
        return self.steps / self.seconds

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        """The step behind the end of each part, int64 (parts,)."""
        return np.cumsum([part.steps for part in self.parts])

    def part_at(self, step: int) -> Part:
        """The part that a step belongs to."""
        return self.parts[int(np.searchsorted(self.ends, step, side="right"))]

    def rows(self, first: int = 0, last: int | None = None) -> Latents:
        """Standardised latents of steps ``first`` to ``last`` - 1, float32 (steps, D)."""
        rows: Latents = self.body.codes[first:last] * np.float32(self.header.scale)
        return rows

    def check_space(self, latent_space: str, latent_dim: int) -> None:
        """Refuse a decoder of another latent space, to which these latents mean other things.

        Args:
            latent_space: latent space of the decoder, 16 hex digits or empty.
            latent_dim: how many latents it has.

        Raises:
            LatentError: the memory was made with another encoder.
        """
        mine = (self.latent_space, self.latent_dim)
        if mine != (latent_space, latent_dim):
            raise LatentError(
                "this memory was made with another encoder, whose latents mean other things",
                expected=f"{latent_dim} latents of space {latent_space or 'unstated'}",
                received=f"{mine[1]} latents of space {mine[0] or 'unstated'}",
                hint="make it again: musicvae memory FOLDER --encoder ENCODER -o NAME.memory",
            )

    def save(self, path: AnyPath) -> Path:
        """Write the file, whole or not at all.

        Args:
            path: the file, which ends in ``.memory``; one that is there is replaced.

        Returns:
            The path written.

        Raises:
            MemoryBankError: the path cannot be that of a memory, or the memory is too large.
            OSError: it cannot be written.
        """
        target = output_file(path, ENDINGS, error=MemoryBankError)
        data = memory_format.to_bytes(self.header, self.body)
        if len(data) > MAX_BYTES:
            raise MemoryBankError(
                "this memory is too large", expected=f"{MAX_BYTES} bytes", received=len(data)
            )
        with replacing(target) as temporary:
            temporary.write_bytes(data)
        return target

    @classmethod
    def load(cls, path: AnyPath) -> Memory:
        """Read a file that :meth:`save` or another program wrote.

        Raises:
            MemoryBankError: there is no such file, it is not a memory, or it is damaged.
        """
        file = input_file(path, "a memory", MemoryBankError, hint=_MAKE)
        name, data = file.name, _read(file)
        if not data.startswith(MAGIC):
            raise MemoryBankError(
                f"{name!r} is not a memory",
                expected=f"a file that begins with {MAGIC!r}",
                received=repr(data[: len(MAGIC)]),
            )
        try:
            return cls(*memory_format.from_bytes(data))
        except MemoryBankError as error:
            raise MemoryBankError(
                f"{name!r} is damaged: {error.what}",
                expected=error.expected,
                received=error.received,
                hint=_COPY_AGAIN,
            ) from None

    def __repr__(self) -> str:
        return (
            f"Memory({len(self.parts)} tracks, {self.seconds:.0f} s, {self.steps} steps of "
            f"{self.latent_dim} latents, {self.header.joints} joints)"
        )


def _check(header: MemoryHeader, body: Body) -> None:
    """Refuse arrays that are not those of the header, or that point where nothing is."""
    count = header.joints
    shapes = {
        "codes": (header.steps, header.latent_dim),
        "joints": (count,),
        "onsets": (count,),
        "phases": (count,),
        "neighbours": (count, header.neighbours),
        "measured": (count, len(header.attributes)),
    }
    for name, shape in shapes.items():
        if getattr(body, name).shape != shape:
            raise MemoryBankError(
                f"its {name} have the wrong shape",
                expected=f"{shape}",
                received=f"{getattr(body, name).shape}",
            )
    joints, near = body.joints.astype(np.int64), body.neighbours
    ends = np.cumsum([part.steps for part in header.parts])
    starts = ends - [part.steps for part in header.parts]
    inside = np.searchsorted(ends, joints, side="right")
    legal = (joints >= 0) & (joints < header.steps)
    if not legal.all() or (np.diff(joints) <= 0).any():
        raise MemoryBankError("its joints are not in order", expected="rising steps within it")
    if (joints - starts[inside] < WINDOW).any():
        raise MemoryBankError(
            "a joint is too near the beginning of its part", expected=f"{WINDOW} steps or more"
        )
    if np.setdiff1d(np.arange(len(ends)), inside).size:
        raise MemoryBankError("a part has no joint", expected="at least one in each")
    if not enterable(body.joints, header.parts)[0].any():
        raise MemoryBankError("no joint has anything behind it to be played")
    if ((near >= count) & (near != NONE)).any():
        raise MemoryBankError("a joint's neighbour is none", expected=f"joints 0 to {count - 1}")


def _read(path: Path) -> bytes:
    try:
        return read_bytes(path, MAX_BYTES)
    except OSError as error:
        raise MemoryBankError(f"cannot read {str(path)!r}", received=f"{error}") from error
    except ValueError:
        raise MemoryBankError(
            f"{path.name!r} is too large", expected=f"at most {MAX_BYTES} bytes"
        ) from None
