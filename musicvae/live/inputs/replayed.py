"""The input of a recording, heard again sample for sample."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import AudioError, ScoreError
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.soundfiles.reader import Reader


class Replayed:
    """Reads the WAV file that lies beside a score.

    Args:
        path: the file.
        rate: of the score, in Hz.

    Raises:
        ScoreError: the file is missing, or is not that of such a recording.
    """

    def __init__(self, path: Path, rate: int) -> None:
        expected = f"the file {path.name!r} beside the score, as it was recorded"
        try:
            reader = Reader(path)
        except (AudioError, OSError) as error:
            raise ScoreError(
                "the sound that came in is missing",
                expected=expected,
                received=getattr(error, "what", "") or str(error),
                hint="keep NAME.wav, NAME.score.jsonl and NAME.input.wav together",
            ) from error
        if (reader.rate, reader.channels) != (rate, CHANNELS):
            raise ScoreError(
                "this is not the sound that came in",
                expected=f"{expected}: {rate} Hz, {CHANNELS} channels",
                received=f"{reader.rate} Hz, {reader.channels} channel(s)",
            )
        self._blocks: Iterator[Samples] = reader.blocks()
        self._block = np.zeros((0, CHANNELS), np.float32)

    def read(self, out: Samples) -> None:
        """Write the next sample frames into ``out``, float32 (sample frames, 2); zeros at the end.

        Raises:
            AudioError: the file cannot be decoded.
        """
        done = 0
        while done < len(out):
            if not len(self._block):
                block = next(self._blocks, None)
                if block is None:
                    out[done:] = 0.0
                    return
                self._block = block
            count = min(len(out) - done, len(self._block))
            out[done : done + count] = self._block[:count]
            self._block = self._block[count:]
            done += count
