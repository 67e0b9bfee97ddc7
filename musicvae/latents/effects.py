"""Measures what the sound does when one latent moves: which attributes and bands change, how far.

Pieces of music are decoded as they are, and with one latent a standard deviation higher, and lower.
Half of the difference is what one standard deviation changes. All else is equal, also the noise in
the decoder, so that few seconds suffice.

:mod:`musicvae.latents.wording` puts the figures into words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from musicvae.audio import Sound
from musicvae.latents.arrays import Float64, Latents, checked_sequences
from musicvae.measures.bands import band_levels, bands_within, thirds_within
from musicvae.measures.frames import frame_attributes
from musicvae.measures.stereo import stereo_curves

#: Standardised latents, float32 (steps, D), to their sound.
Decode = Callable[[Latents], Sound]

#: The mean of the absolute changes of all third octaves at all steps, in dB: what is heard of a
#: latent that raises a band in one piece and lowers it in another.
DIFFERENCE = "difference"


@dataclass(frozen=True, eq=False)
class Effects:
    """What one standard deviation of each latent changes.

    Attributes:
        names: of the Q quantities: attributes (:data:`musicvae.measures.frames.UNITS`) but for
            ``bass``, which here is the level of that band; of a stereo sound its balance; bands
            (:data:`musicvae.measures.bands.BANDS`); third octaves by their middle such as
            ``"315 Hz"``; and :data:`DIFFERENCE`.
        changes: float64 (D, Q), in the unit of the quantity; levels are in dB.
        spreads: float64 (Q,), the standard deviation of the quantity over all steps of the pieces.
    """

    names: tuple[str, ...]
    changes: Float64
    spreads: Float64

    def of(self, latent: int, name: str) -> float:
        """The change of a quantity, in its unit; 0 where it was not measured."""
        return float(self.changes[latent, self.names.index(name)]) if name in self.names else 0.0

    def relative(self, latent: int, name: str) -> float:
        """The change of a quantity in standard deviations of what it has in the pieces."""
        if name not in self.names:
            return 0.0
        spread = float(self.spreads[self.names.index(name)])
        return self.of(latent, name) / spread if spread > 1e-9 else 0.0

    def to_json(self) -> dict[str, Any]:
        """All fields, for JSON, with four significant digits."""
        return {
            "names": list(self.names),
            "spreads": _rounded(self.spreads),
            "changes": [_rounded(row) for row in self.changes],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Effects:
        """Read what :meth:`to_json` wrote.

        Raises:
            TypeError, KeyError, ValueError: a field is missing, or of the wrong shape.
        """
        names = tuple(values["names"])
        spreads = np.array(values["spreads"], np.float64)
        changes = np.array(values["changes"], np.float64)
        if spreads.shape != (len(names),) or changes.ndim != 2 or changes.shape[1] != len(names):
            raise ValueError("the effects of its latents are not of equal widths")
        if not all(isinstance(name, str) for name in names) or not np.isfinite(changes).all():
            raise ValueError("the effects of its latents are not measured")
        return cls(names, changes, spreads)


def measure_effects(
    decode: Decode, sequences: Sequence[ArrayLike], spreads: ArrayLike, hop: int
) -> Effects:
    """Move each latent of music by a standard deviation either way, decode, and measure.

    This calls ``decode`` ``sequences · (1 + 2 · D)`` times. It needs no TensorFlow:

        stream = mv.StreamDecoder("jazz.onnx")
        late = stream.info.latency

        def decode(z):
            return mv.Sound.of(stream.decode(stream.hold(z))[late:], stream.info.sample_rate)

    Args:
        decode: standardised latents, float32 (steps, D), to their sound, aligned with them.
        sequences: standardised latents of music, shape (steps, D) each; 2 s of several tracks.
        spreads: standard deviation of each latent over the training set, shape (D,).
        hop: samples per latent step.

    Raises:
        LatentError: a sequence has another width, or is not finite.
    """
    far = np.asarray(spreads, np.float64)
    rows = checked_sequences(sequences, len(far))
    measured = [_Measured(decode(row.astype(np.float32)), hop) for row in rows]
    names = (*measured[0].curves, DIFFERENCE)
    changes = np.zeros((len(rows), len(far), len(names)))
    for piece, row in enumerate(rows):
        for latent, amount in enumerate(far):
            step = np.zeros(len(far))
            step[latent] = amount
            up, down = (
                _Measured(decode((row + sign * step).astype(np.float32)), hop) for sign in (1, -1)
            )
            changes[piece, latent] = up.less(down) / 2
    return Effects(names, changes.mean(axis=0), _spreads(measured))


class _Measured:
    """All curves of one sound.

    Attributes:
        curves: by name, float (steps,), in their units; NaN where the sound has no such thing.
        thirds: levels of the third octaves in dBFS, float64 (steps, thirds).
    """

    def __init__(self, sound: Sound, hop: int) -> None:
        bands, thirds = bands_within(sound.sample_rate), thirds_within(sound.sample_rate)
        levels = band_levels(sound, hop, [*bands.values(), *thirds.values()])
        self.curves: dict[str, Any] = dict(frame_attributes(sound, hop))
        del self.curves["bass"]  # the band of that name says the same without the other bands
        if sound.samples.shape[1] == 2:
            self.curves["balance"] = stereo_curves(sound, hop)["balance"]
        self.curves |= dict(zip((*bands, *thirds), levels.T, strict=True))
        self.thirds = levels[:, len(bands) :]

    def less(self, other: _Measured) -> Float64:
        """The means of this sound less those of another, and their difference, float64 (Q,)."""
        means = [_mean(curve) - _mean(other.curves[name]) for name, curve in self.curves.items()]
        difference = float(np.abs(self.thirds - other.thirds).mean())
        less: Float64 = np.nan_to_num(np.array([*means, difference]))
        return less


def _spreads(measured: Sequence[_Measured]) -> Float64:
    """Standard deviation of each quantity over all steps, float64 (Q,); 0 of the difference."""
    together = {
        name: np.concatenate([np.asarray(one.curves[name], np.float64) for one in measured])
        for name in measured[0].curves
    }
    there = [curve[np.isfinite(curve)] for curve in together.values()]
    return np.array([*(float(curve.std()) if len(curve) else 0.0 for curve in there), 0.0])


def _mean(curve: ArrayLike) -> float:
    """The mean of the values, of shape (steps,), that are finite; NaN where none is."""
    values = np.asarray(curve, np.float64)
    there = values[np.isfinite(values)]
    return float(there.mean()) if len(there) else float("nan")


def _rounded(numbers: Float64) -> list[float]:
    return [float(f"{number:.4g}") for number in numbers]
