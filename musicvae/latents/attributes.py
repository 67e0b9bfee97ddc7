"""Directions in latent space that move what one hears: louder, brighter, noisier, busier.

:func:`fit_directions` finds them by linear regression from latents to what
:func:`musicvae.measures.frames.frame_attributes` measures; :mod:`musicvae.latents.calibration`
decodes moved latents, measures whether the sound follows, and corrects what regression cannot know.
Figures here and there are of 24 log-mel components of music at 43 steps a second (jazz, classical,
metal, hiphop), inverted with Griffin-Lim.

Regression alone goes the right way (rank correlation 0.94 and more) but not far enough or too far:
a loudness direction made for one standard deviation moved 2 to 2.7 of them, and brightness and
noisiness moved loudness by 0.40 on average. Regression with loudness held (partial correlation)
still moved it by 0.3: what goes together in the training set is not what the decoder does. Mended
by measuring, a direction moved its attribute by 0.8 to 1.2 and loudness by 0.19, on held-out
tracks. Noisiness with brightness held as well hardly moved at all, and in one genre the wrong way:
the two go together, and are left together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicvae.artifact.parts import AttributeInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.arrays import checked_sequences
from musicvae.measures.frames import ONSET_SECONDS, UNITS, hann, smooth

Array = NDArray[np.float64]
Measured = Sequence[Mapping[str, ArrayLike]]

#: The longest a direction may be, in standard deviations of the latents: beyond it, one standard
#: deviation of the attribute would ask for latents that music does not have.
LONGEST = 2.0
#: Attributes that are moved by the method ``"contrast"``; see :func:`contrast`.
CONTRAST = ("onsets",)
#: How much more latents deviate from their moving mean for each standard deviation asked for.
CONTRAST_GAIN = 0.4
#: Width of that mean in seconds, at half its height.
CONTRAST_SECONDS = 0.2

_SLOW = {"onsets": ONSET_SECONDS}  # of these, latents are smoothed as the attribute is
_OUTLIERS = (1.0, 99.0)  # percentiles; silence at -80 dBFS would else outweigh the music


@dataclass(frozen=True, eq=False)
class _Line:
    """A linear prediction of one attribute, and the covariance of the latents it was fitted to."""

    weights: Array
    covariance: Array
    mean: float
    std: float
    r2: float

    @property
    def width(self) -> int:
        return len(self.weights)


def fit_directions(
    latents: Sequence[ArrayLike],
    measured: Measured,
    held_latents: Sequence[ArrayLike],
    held_measured: Measured,
    rate: float,
    ridge: float = 0.1,
    contrast_only: Collection[str] = CONTRAST,
) -> tuple[AttributeInfo, ...]:
    """A direction for each attribute, by ridge regression (Hoerl & Kennard 1970).

    The regression's weights w say how latents predict the attribute. Of all moves that raise the
    prediction by one standard deviation, the direction is the shortest as the latents' covariance C
    measures length (Mahalanobis 1936): ``C w`` scaled, which for white latents is the correlation
    of each latent with the attribute. It keeps moved latents as near to the music's as it can, and
    is at most :data:`LONGEST` long, even if that raises the prediction by less. Values beyond the
    training set's 1st and 99th percentile count as these. For onsets, which are counted over a
    second, latents are smoothed over the same second.

    Args:
        latents: standardised latents of each training track, shape (steps, D).
        measured: for each track, by name, the attribute at each step, shape (steps,); NaN where
            there is none. Every track has the same names.
        held_latents: of tracks that were not trained on; R² is theirs.
        held_measured: likewise.
        rate: steps per second.
        ridge: penalty on the squared weights, as a share of the latents' variance.
        contrast_only: names that get the method ``"contrast"`` and a direction of zeros; their R²
            is still that of the linear prediction. A linear direction moves onsets by chance: rank
            correlation -0.7 to 0.5, R² below 0.1.

    Raises:
        LatentError: latents and attributes do not fit together, or are not there.
    """
    found = []
    for name in measured[0] if len(measured) else ():
        train = _gathered(latents, measured, name, rate)
        line = _fitted(train, _gathered(held_latents, held_measured, name, rate), ridge)
        linear = name not in contrast_only
        found.append(
            AttributeInfo(
                name=name,
                unit=UNITS.get(name, ""),
                direction=tuple(_direction(line).tolist()) if linear else (0.0,) * line.width,
                mean=line.mean,
                std=line.std,
                r2=line.r2,
                method="linear" if linear else "contrast",
            )
        )
    if not found:
        raise LatentError("there are no attributes", expected="a mapping for each track")
    return tuple(found)


def move(
    latents: ArrayLike, info: AttributeInfo, amount: ArrayLike, rate: float = 43.0
) -> NDArray[np.float32]:
    """Latents with an attribute raised by about ``amount`` standard deviations.

    Args:
        latents: standardised, shape (steps, D).
        info: the attribute, from :func:`fit_directions` or an artifact.
        amount: one number, or one for each step; negative lowers it.
        rate: steps per second; only the method ``"contrast"`` needs it.

    Returns:
        float32, shape (steps, D).

    Raises:
        LatentError: the shape is not that of the attribute's direction, or a value is not finite.
        SettingError: an amount is not finite, there are too many, or the method is not known.
    """
    (rows,) = checked_sequences([latents], len(info.direction))
    asked = np.asarray(amount, np.float64)
    if asked.shape not in ((), (len(rows),)) or not np.isfinite(asked).all():
        raise SettingError(
            "latents cannot be moved by this",
            expected=f"one finite number, or {len(rows)}",
            received=f"shape {asked.shape}" if asked.shape else amount,
        )
    if info.method == "contrast":
        return contrast(rows, np.maximum(1 + CONTRAST_GAIN * asked, 0), rate)
    if info.method != "linear":
        raise SettingError(
            f"{info.name} is moved in a way that is not known here",
            expected="linear or contrast",
            received=info.method,
        )
    moved: Array = rows + asked[..., None] * np.array(info.direction)
    return moved.astype(np.float32)


def contrast(latents: ArrayLike, gain: ArrayLike, rate: float) -> NDArray[np.float32]:
    """Latents that deviate ``gain`` times as much from their own moving mean over 0.2 s.

    Sharper or blunter attacks: more or fewer onsets (rank correlation 0.8 to 0.98), and 0.1 to 0.35
    standard deviations of loudness for one asked for.

    Args:
        latents: standardised, shape (steps, D).
        gain: 1 changes nothing, 0 leaves the mean; one number, or one for each step.
        rate: steps per second.

    Returns:
        float32, shape (steps, D).
    """
    rows = np.asarray(latents, np.float64)
    mean = smooth(rows, hann(CONTRAST_SECONDS * rate))
    sharper: Array = np.asarray(gain, np.float64)[..., None] * (rows - mean) + mean
    return sharper.astype(np.float32)


def _gathered(
    latents: Sequence[ArrayLike], measured: Measured, name: str, rate: float
) -> tuple[Array, Array]:
    """All steps that have the attribute: latents (n, D) and values (n,)."""
    tracks = [np.asarray(track, np.float64) for track in latents]
    curves = [np.asarray(curves.get(name, ()), np.float64) for curves in measured]
    if [track.shape[:1] for track in tracks] != [curve.shape for curve in curves]:
        raise LatentError(
            f"latents and {name} do not fit together",
            expected="as many values as steps in each track",
            received=f"{[*map(len, tracks)][:4]} steps, {[*map(len, curves)][:4]} values",
        )
    window = hann(_SLOW[name] * rate) if name in _SLOW else np.ones(1)
    rows = np.concatenate([smooth(track, window) for track in checked_sequences(tracks)])
    values = np.concatenate(curves)
    audible = np.isfinite(values)
    if not audible.any():
        raise LatentError(f"no step of these tracks has a {name}")
    return rows[audible], values[audible]


def _fitted(train: tuple[Array, Array], held: tuple[Array, Array], ridge: float) -> _Line:
    low, high = np.percentile(train[1], _OUTLIERS)
    rows, values = train[0], np.clip(train[1], low, high)
    centre, mean = rows.mean(axis=0), values.mean()
    covariance = (rows - centre).T @ (rows - centre) / len(rows)
    penalty = (ridge * np.trace(covariance) / len(covariance) + 1e-12) * np.eye(len(covariance))
    products = (rows - centre).T @ (values - mean) / len(rows)
    weights = np.linalg.solve(covariance + penalty, products)
    asked = np.clip(held[1], low, high)
    error = np.mean((asked - mean - (held[0] - centre) @ weights) ** 2)
    r2 = 1 - error / max(asked.var(), 1e-12) if error > 1e-12 else 1.0
    return _Line(weights, covariance, float(mean), float(values.std()), float(max(r2, -1e6)))


def _direction(line: _Line) -> Array:
    towards = line.covariance @ line.weights
    predicted = float(line.weights @ towards) ** 0.5  # standard deviation of the prediction
    if predicted < 1e-9:
        return np.zeros_like(towards)
    direction: Array = towards / predicted * min(line.std / predicted, LONGEST)
    return direction
