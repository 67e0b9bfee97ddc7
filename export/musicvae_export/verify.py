"""Compares an exported clip decoder with the TensorFlow model; refuses the file if they differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.errors import ArtifactError, LatentError, ParityError
from musicvae.runtime.decoder import Decoder

#: Largest difference allowed, relative to full scale ±1: -100 dBFS.
TOLERANCE = 1e-5
#: The same for weights that were rounded to float16. The artifact states the actual difference.
HALF_TOLERANCE = 0.02

#: Batch sizes that are compared; ``simplify`` used none of them.
_BATCHES = (1, 5, 8)


def verify(
    function: Any, decoder: Decoder, real: NDArray[np.float32], tolerance: float = TOLERANCE
) -> dict[str, float]:
    """Compare a TensorFlow decoder with its artifact, sample by sample.

    Args:
        function: the ``tf.function`` that was exported.
        decoder: the artifact, opened as a player opens it.
        real: standardised latents of real clips, float32 (n, D).
        tolerance: largest difference allowed.

    Returns:
        The largest difference, relative to full scale ±1, for random and for real latents.

    Raises:
        ParityError: a difference is above ``tolerance``, a sample is not finite, or the same
            latents do not give the same samples twice.
    """
    random = decoder.random_latents(sum(_BATCHES), seed=0)
    worst = {
        name: max(_difference(function, decoder, batch, name) for batch in _batches(latents))
        for name, latents in {"random": random, "real": real}.items()
    }
    refuse_differences(worst, tolerance)
    return worst


def refuse_differences(
    worst: dict[str, float], tolerance: float, scale: str = "full scale"
) -> None:
    """Raise ParityError if a difference, by kind of input, is too large or not a number."""
    if not all(value <= tolerance for value in worst.values()):
        raise ParityError(
            "the ONNX graph and the TensorFlow model disagree",
            expected=f"a difference of at most {tolerance:g} of {scale}",
            received=", ".join(f"{value:.2e} on {name} input" for name, value in worst.items()),
        )


def _batches(latents: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """The latents (n, D) in batches of the sizes above, in turn."""
    start = 0
    while start < len(latents):
        for size in _BATCHES:
            if start < len(latents):
                yield latents[start : start + size]
            start += size


def _difference(function: Any, decoder: Decoder, latents: NDArray[np.float32], name: str) -> float:
    expected = np.asarray(function(latents))
    if not np.isfinite(expected).all():
        raise ParityError(f"the TensorFlow model's sound is not finite on {name} latents")
    try:
        audio, again = decoder.decode(latents), decoder.decode(latents)
    except (ArtifactError, LatentError) as error:
        raise ParityError(
            f"the ONNX graph cannot play {name} latents",
            received=f"{len(latents)} at once: {error}",
        ) from error
    if not np.array_equal(audio, again):
        raise ParityError("the ONNX graph does not play the same latents the same way twice")
    if audio.shape != expected.shape:
        raise ParityError(
            "the ONNX graph and the TensorFlow model disagree",
            expected=f"sound of shape {expected.shape}",
            received=f"shape {audio.shape}",
        )
    return float(np.abs(audio - expected).max())
