"""Finds directions in latent space that change one attribute of the sound, and moves latents.

The attributes are loudness, brightness, noisiness, onsets, bass and, in stereo, width, as
:func:`musicvae.measures.frames.frame_attributes` measures them. :func:`fit_directions` finds a
direction for each by linear regression from latents to attributes;
:mod:`musicvae.latents.calibration` then decodes moved latents, measures how the sound changes, and
corrects the directions by that. The figures in both modules were measured on 24 log-mel components
of music at 43 steps a second (jazz, classical, metal, hiphop), inverted with Griffin-Lim.

Regression alone finds the right way (rank correlation at least 0.94) but not the right distance: a
loudness direction made for one standard deviation moved loudness by 2 to 2.7, and brightness and
noisiness directions moved loudness by 0.40 on average. Regression with loudness held constant
(partial correlation) still moved it by 0.3: a correlation in the training set is not an effect of
the decoder. After calibration a direction moved its attribute by 0.8 to 1.2, and loudness by 0.19,
on held-out tracks. A noisiness direction with brightness held constant as well moved noisiness
hardly at all, and in one genre the wrong way, so the two are not separated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact.parts import AttributeInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.arrays import Float64, Latents, checked_sequences
from musicvae.measures.frames import UNITS
from musicvae.measures.onsets import ONSET_SECONDS
from musicvae.measures.smoothing import hann, smooth

#: For each track, by name, an attribute at each step, shape (steps,), in its own unit.
Measured = Sequence[Mapping[str, ArrayLike]]

#: The longest a direction may be, in standard deviations of the latents: beyond it, one standard
#: deviation of the attribute would ask for latents that music does not have.
LONGEST = 2.0
#: Attributes that are moved by the method ``"contrast"``; see :func:`contrast`.
CONTRAST = ("onsets",)
#: Change of the contrast gain for each standard deviation asked for.
CONTRAST_GAIN = 0.4
#: Width of the moving mean's window in seconds, at half its height.
CONTRAST_SECONDS = 0.2

#: An artifact offers an attribute that follows its knob at least at this rank correlation, and
#: moves by at least this many standard deviations for one asked for, on unheard tracks.
LEAST_SPEARMAN, LEAST_MOVE = 0.8, 0.1

#: Attributes counted over a window of this many seconds, over which latents are smoothed too.
SLOW = {"onsets": ONSET_SECONDS}
#: Percentiles at which values are clipped; silence at -80 dBFS would else outweigh the music.
_OUTLIERS = (1.0, 99.0)


@dataclass(frozen=True, eq=False)
class _Line:
    """A linear prediction of one attribute.

    Attributes:
        weights: float64 (D,), the attribute's change for a change of 1 in each latent.
        covariance: float64 (D, D), of the latents that it was fitted to.
        mean: mean of the attribute, in its unit.
        std: standard deviation of the attribute, in its unit.
        r2: share of the attribute's variance that is explained, on held-out tracks.
    """

    weights: Float64
    covariance: Float64
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

    The regression's weights w predict the attribute from latents. Of all moves that raise the
    prediction by one standard deviation, the direction is the shortest one, where length is
    measured with the latents' covariance C (Mahalanobis 1936): ``C w`` scaled, which for white
    latents is the correlation of each latent with the attribute. So moved latents stay as near to
    those of music as they can. A direction is at most :data:`LONGEST` long, even if that raises the
    prediction by less. Values beyond the training set's 1st and 99th percentile are clipped to
    these. For onsets, which are counted over a second, latents are smoothed over a second too.

    Args:
        latents: standardised latents of each training track, numbers of shape (steps, D);
            computed in float64.
        measured: for each track, by name, the attribute at each step, float, shape (steps,);
            NaN where there is none. Every track has the same names.
        held_latents: the same for tracks that were not trained on, from which R² is computed.
        held_measured: the attributes of these tracks.
        rate: steps per second.
        ridge: penalty on the squared weights, as a share of the latents' variance.
        contrast_only: names that get the method ``"contrast"`` and a direction of zeros; their R²
            is still that of the linear prediction. Linear directions moved onsets by chance: rank
            correlation -0.7 to 0.5, R² below 0.1.

    Returns:
        For each attribute its direction (D numbers, in standard deviations of the latents), and its
        mean and standard deviation in its own unit.

    Raises:
        LatentError: latents and attributes differ in their number of steps, or there are none.
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


def move(latents: ArrayLike, info: AttributeInfo, amount: ArrayLike, rate: float = 43.0) -> Latents:
    """Latents with an attribute raised by about ``amount`` standard deviations.

    Args:
        latents: standardised, shape (steps, D).
        info: the attribute, from :func:`fit_directions` or an artifact.
        amount: in standard deviations of the attribute: one number, or one for each step, shape
            (steps,); a negative one lowers the attribute.
        rate: steps per second; only the method ``"contrast"`` needs it.

    Returns:
        Standardised latents, float32, shape (steps, D).

    Raises:
        LatentError: the shape is not that of the attribute's direction, or a value is not finite.
        SettingError: an amount is not finite, their number is wrong, or the method is unknown.
    """
    (rows,) = checked_sequences([latents], len(info.direction))
    asked = np.asarray(amount, np.float64)
    if asked.shape not in ((), (len(rows),)) or not np.isfinite(asked).all():
        raise SettingError(
            "latents cannot be moved by this amount",
            expected=f"one finite number, or {len(rows)}",
            received=f"shape {asked.shape}" if asked.shape else amount,
        )
    if info.method == "contrast":
        return contrast(rows, np.maximum(1 + CONTRAST_GAIN * asked, 0), rate)
    if info.method != "linear":
        raise SettingError(
            f"{info.name} has a method that this musicvae does not know",
            expected="linear or contrast",
            received=info.method,
        )
    moved: Float64 = rows + asked[..., None] * np.array(info.direction)
    return moved.astype(np.float32)


def is_offered(info: AttributeInfo, own_slope: float | None = None) -> bool:
    """Whether a performer can rely on an attribute: on stage, none is better than an idle one.

    Args:
        info: the attribute; one whose rank correlation was not measured is not doubted.
        own_slope: by how many of its standard deviations it moved for one asked for, if known.
    """
    follows = info.spearman is None or info.spearman >= LEAST_SPEARMAN
    return follows and (own_slope is None or own_slope >= LEAST_MOVE)


def contrast(latents: ArrayLike, gain: ArrayLike, rate: float) -> Latents:
    """Latents that deviate ``gain`` times as much from their own moving mean over 0.2 s.

    Attacks become sharper or softer, so that there are more or fewer onsets (rank correlation 0.8
    to 0.98). Loudness changes by 0.1 to 0.35 standard deviations for one of onsets.

    Args:
        latents: standardised, shape (steps, D).
        gain: 1 changes nothing, 0 leaves the moving mean alone; one number, or one for each step,
            shape (steps,).
        rate: steps per second.

    Returns:
        Standardised latents, float32, shape (steps, D).
    """
    rows = np.asarray(latents, np.float64)
    mean = smooth(rows, hann(CONTRAST_SECONDS * rate))
    sharper: Float64 = np.asarray(gain, np.float64)[..., None] * (rows - mean) + mean
    return sharper.astype(np.float32)


def _gathered(
    latents: Sequence[ArrayLike], measured: Measured, name: str, rate: float
) -> tuple[Float64, Float64]:
    """All steps that have the attribute: latents, float64 (n, D), and its values, float64 (n,)."""
    tracks = [np.asarray(track, np.float64) for track in latents]
    curves = [np.asarray(curves.get(name, ()), np.float64) for curves in measured]
    if [track.shape[:1] for track in tracks] != [curve.shape for curve in curves]:
        raise LatentError(
            f"latents and {name} have different numbers of steps",
            expected="one value for each step of each track",
            received=f"{[*map(len, tracks)][:4]} steps, {[*map(len, curves)][:4]} values",
        )
    window = hann(SLOW[name] * rate) if name in SLOW else np.ones(1)
    rows = np.concatenate([smooth(track, window) for track in checked_sequences(tracks)])
    values = np.concatenate(curves)
    audible = np.isfinite(values)
    if not audible.any():
        raise LatentError(f"{name} has no value at any step of these tracks")
    return rows[audible], values[audible]


def _fitted(train: tuple[Float64, Float64], held: tuple[Float64, Float64], ridge: float) -> _Line:
    """The ridge regression from latents, float64 (n, D), to values, float64 (n,), in their unit."""
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


def _direction(line: _Line) -> Float64:
    """The direction for one standard deviation of the attribute, float64 (D,)."""
    towards = line.covariance @ line.weights
    predicted = float(line.weights @ towards) ** 0.5  # standard deviation of the prediction
    if predicted < 1e-9:
        return np.zeros_like(towards)
    direction: Float64 = towards / predicted * min(line.std / predicted, LONGEST)
    return direction
