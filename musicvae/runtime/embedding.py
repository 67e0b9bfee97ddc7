"""Hears what kind of music a sound is: embeddings of its 3 s windows, and their genres.

A small network was taught to tell ten genres of generated music apart, and to tell music from what
music is not: the same music backwards, in shuffled pieces, smeared in time, drifting from one
moment to another, or as noise of its spectrum. Its last layer but one is the embedding, in which
sets of sounds are compared by their Fréchet distance (Kilgour et al. 2019 did so with an embedding
of 1 s). ``python -m musicvae_export.embedding`` makes the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound
from musicvae.errors import ArtifactError, AudioError
from musicvae.measures.spectra import COMPARISON_RATE, MEL_HOP, log_mel

Float32 = NDArray[np.float32]

#: Frames of a window (3 s) and from window to window, of :func:`musicvae.measures.log_mel`.
WINDOW, HOP = 129, 65
#: The metadata key under which the file names its genres.
KEY = "musicvae_embedding"
#: The file that comes with musicvae.
SHIPPED = Path(__file__).with_name("embedding.onnx")
_TOGETHER = 64


class Heard(NamedTuple):
    """What is heard in the windows of a sound.

    Attributes:
        points: their embeddings, float32 (windows, E).
        chances: probabilities of each genre, in the order of :attr:`Embedding.names`, and last that
            it is no music: float32 (windows, genres + 1).
    """

    points: Float32
    chances: Float32


class Embedding:
    """An opened embedding.

    Args:
        path: its file.

    Raises:
        ArtifactError: it is missing, or no embedding.

    Attributes:
        names: of the genres that it knows.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                path.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
            facts = json.loads(session.get_modelmeta().custom_metadata_map[KEY])
            self.names: tuple[str, ...] = tuple(map(str, facts["genres"]))
        except Exception as error:  # onnxruntime's errors have no common base but this
            raise ArtifactError(
                f"{path.name!r} is no embedding",
                received=str(error).strip(),
                hint="make one with `python -m musicvae_export.embedding`",
            ) from error
        self._session: Any = session

    @classmethod
    def shipped(cls) -> Self:
        """The one that comes with musicvae."""
        return cls(SHIPPED)

    def hear(self, sound: Sound) -> Heard:
        """Embed a sound of 3 s or more.

        Raises:
            AudioError: it is shorter, or not finite.
            MissingExtraError: librosa is not installed.
        """
        frames = windows_of(log_mel(sound))
        if not len(frames):
            raise AudioError(
                "too short to tell what kind of music it is",
                expected=f"at least {WINDOW * MEL_HOP / COMPARISON_RATE:.1f} s",
                received=f"{sound.seconds:.1f} s",
            )
        parts = [
            self._session.run(None, {"windows": frames[at : at + _TOGETHER]})
            for at in range(0, len(frames), _TOGETHER)
        ]
        return Heard(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def windows_of(bands: NDArray[np.floating], hop: int = HOP) -> Float32:
    """Windows of log-mel frames, (frames, 80): float32 (windows, 129, 80)."""
    starts = range(0, len(bands) - WINDOW + 1, hop)
    if not starts:
        return np.zeros((0, WINDOW, bands.shape[1]), np.float32)
    return np.stack([bands[at : at + WINDOW] for at in starts]).astype(np.float32)
