"""Tapes: the latents of a sound in a small file, to be looped, scrubbed, stretched and bent.

:mod:`musicvae.latents.tape_format` has the file's bytes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact import ArtifactInfo
from musicvae.errors import LatentError, SettingError, TapeError
from musicvae.files import read_bytes, replacing
from musicvae.latents import tape_format
from musicvae.latents.adapting import Ground, Heard, Mover
from musicvae.latents.arrays import Latents
from musicvae.latents.tape_format import MAGIC, MAX_BYTES, TapeHeader
from musicvae.paths import AnyPath, input_file, output_file

#: Endings of the files of tapes.
ENDINGS = (".tape",)
_MAKE = "make one: musicvae tape RUN FILE -o NAME.tape"
_COPY_AGAIN = "copy the file again, or make it again with `musicvae tape`"


def no_tape(value: object) -> TapeError:
    """The error for something else where a tape is needed, most often the name of its file."""
    hint = _MAKE
    if isinstance(value, str | os.PathLike):
        hint = f'musicvae.Tape.load("{os.fspath(value)}")'
    return TapeError(
        "this is not a tape",
        expected="a musicvae.Tape",
        received=type(value).__name__,
        hint=hint,
    )


@dataclass(frozen=True, eq=False)
class Tape:
    """A sequence of latents with everything that is needed to play it.

    Two tapes are equal when all of their fields are.

    Attributes:
        latents: standardised, float32 (steps, D), rounded to what float16 holds, so that a tape
            sounds the same before and after it is saved; read-only.
        sample_rate: sample rate of the decoder, in Hz.
        hop: samples per decoder frame.
        stride: decoder frames that each row lasts.
        samples: length of the source in samples at ``sample_rate``.
        latent_space: id of the encoder and basis (16 hex digits); a decoder of the same id gives
            the latents their meaning. Empty where it is not known.
        source: where the sound came from, for people; at most 1000 characters.

    Raises:
        TapeError: latents of the wrong shape, not finite, or beyond ±65504; a number out of range.
    """

    latents: Latents
    sample_rate: int
    hop: int
    stride: int
    samples: int
    latent_space: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "latents", _rounded(self.latents))
        for name in ("sample_rate", "hop", "stride", "samples"):
            value = getattr(self, name)
            if isinstance(value, np.integer):
                object.__setattr__(self, name, int(value))
        self._header()  # checks them

    @property
    def steps(self) -> int:
        """Number of rows."""
        return len(self.latents)

    @property
    def latent_dim(self) -> int:
        """D, the width of a row."""
        return int(self.latents.shape[1])

    @property
    def seconds(self) -> float:
        """Length of the source in seconds."""
        return self.samples / self.sample_rate

    def frames(self) -> Latents:
        """A row for each decoder frame, float32 (steps · stride, D): each row ``stride`` times."""
        return np.repeat(self.latents, self.stride, axis=0)

    def check_space(self, latent_space: str) -> None:
        """Refuse a decoder of another latent space, to which these latents mean other things.

        Args:
            latent_space: latent space of the decoder, 16 hex digits or empty.

        Raises:
            LatentError: the tape was made with another encoder.
        """
        if self.latent_space != latent_space:
            raise LatentError(
                "this tape was made with another encoder, whose latents mean other things",
                expected=f"a tape of latent space {latent_space or 'unstated'}",
                received=f"latent space {self.latent_space or 'unstated'}",
                hint="make it again: musicvae tape RUN FILE -o NAME.tape",
            )

    @cached_property
    def heard(self) -> Heard:
        """Where its latents lie: their mean and covariance."""
        return Heard.all_of(self.latents)

    def adapted(self, info: ArtifactInfo, place: float = 1.0, spread: float = 1.0) -> Tape:
        """This tape, moved to where the music of a model lies: as ``/adapt`` plays it.

        >>> metal = musicvae.StreamDecoder("metal")  # doctest: +SKIP
        >>> metal.play(tape_of_jazz.adapted(metal.info))  # doctest: +SKIP

        Args:
            info: description of a model of the same latent space: ``decoder.info``.
            place: how far the mean of its latents comes to that of the model's music, 0 to 1.
            spread: how far their spread along the principal axes comes to that of the music.

        Returns:
            A new tape of the same length; :mod:`musicvae.latents.adapting` says how.

        Raises:
            LatentError: the tape was made with another encoder.
            SettingError: a share is not from 0 to 1.
        """
        self.check_space(info.latent_space)
        for name, share in (("place", place), ("spread", spread)):
            if not 0 <= share <= 1:
                raise SettingError(
                    f"a tape cannot be moved so far: its {name}", expected="0 to 1", received=share
                )
        mover, rows = Mover(Ground(info)), self.latents.copy()
        mover.aim(self.heard)
        for row in rows:
            mover.move(row, place, spread)
        return replace(self, latents=rows)

    def save(self, path: AnyPath) -> Path:
        """Write the file, whole or not at all.

        Args:
            path: the file, which ends in ``.tape``; one that is there is replaced.

        Returns:
            The path written.

        Raises:
            TapeError: the path cannot be that of a tape (:func:`musicvae.paths.output_file`).
            OSError: it cannot be written.
        """
        target = output_file(path, ENDINGS, error=TapeError)
        with replacing(target) as temporary:
            temporary.write_bytes(self.to_bytes())
        return target

    def to_bytes(self) -> bytes:
        """The whole file, as :meth:`save` writes it."""
        return tape_format.to_bytes(self._header(), self.latents)

    @classmethod
    def load(cls, path: AnyPath) -> Tape:
        """Read a file that :meth:`save` or another program wrote.

        Raises:
            TapeError: there is no such file, it is not a tape, or it is damaged.
        """
        file = input_file(path, "a tape", TapeError, hint=_MAKE)
        name, data = file.name, _read(file)
        if not data.startswith(MAGIC):
            raise TapeError(
                f"{name!r} is not a tape",
                expected=f"a file that begins with {MAGIC!r}",
                received=repr(data[: len(MAGIC)]),
            )
        try:
            header, rows = tape_format.from_bytes(data)
            return cls(
                rows,
                header.sample_rate,
                header.hop,
                header.stride,
                header.samples,
                header.latent_space,
                header.source,
            )
        except TapeError as error:
            raise TapeError(
                f"{name!r} is damaged: {error.what}",
                expected=error.expected,
                received=error.received,
                hint=_COPY_AGAIN,
            ) from None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tape):
            return NotImplemented
        same = np.array_equal(self.latents, other.latents)
        return bool(same) and self._header() == other._header()

    def __hash__(self) -> int:
        return hash((self.steps, self.samples, self.latent_space, self.source))

    def __repr__(self) -> str:
        return (
            f"Tape({self.source!r}, {self.seconds:.2f} s, {self.steps} steps of "
            f"{self.latent_dim} latents, {self.sample_rate} Hz)"
        )

    def _header(self) -> TapeHeader:
        return TapeHeader(
            steps=self.steps,
            latent_dim=self.latent_dim,
            sample_rate=self.sample_rate,
            hop=self.hop,
            stride=self.stride,
            samples=self.samples,
            latent_space=self.latent_space,
            source=self.source,
        )


def _read(path: Path) -> bytes:
    try:
        return read_bytes(path, MAX_BYTES)
    except OSError as error:
        raise TapeError(f"cannot read {str(path)!r}", received=f"{error}") from error
    except ValueError:
        raise TapeError(
            f"{path.name!r} is too large", expected=f"at most {MAX_BYTES} bytes"
        ) from None


def _rounded(latents: ArrayLike) -> Latents:
    """A read-only float32 copy, shape (steps, D), of numbers that float16 holds exactly."""
    try:
        with np.errstate(over="ignore"):
            rows = np.array(latents, np.float32).astype(np.float16).astype(np.float32)
    except (TypeError, ValueError) as error:
        raise TapeError("latents must be numbers", received=f"{error}") from None
    if rows.ndim != 2 or not rows.size:
        raise TapeError(
            "these latents have the wrong shape",
            expected="(steps, D)",
            received=f"shape {rows.shape}",
        )
    if not np.isfinite(rows).all():
        raise TapeError(
            "a tape cannot hold these latents", expected="finite numbers from -65504 to 65504"
        )
    rows.flags.writeable = False
    return rows
