"""Measures how sound changes when its latents are moved, and corrects directions by that."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from musicvae.artifact.parts import AttributeInfo
from musicvae.audio import Sound
from musicvae.errors import SettingError
from musicvae.latents.arrays import Float64, checked_sequences
from musicvae.latents.attributes import LONGEST, move
from musicvae.latents.effects import Decode
from musicvae.measures.frames import Curve, frame_attributes

#: Amounts of the moves that are tried, in standard deviations of the attribute.
AMOUNTS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
#: Fewer of them, which give the same slopes: what correcting needs, while judging needs all.
FEW_AMOUNTS = (-2.0, -1.0, 1.0, 2.0)

#: The attribute that the directions of the others do not change once they are calibrated.
_HELD = "loudness"
#: A direction that moves its attribute by less than this many standard deviations is left alone.
_LEAST = 0.1
#: A direction becomes at most this many times longer.
_MOST = 4.0


@dataclass(frozen=True, eq=False)
class Moves:
    """The measurements of sequences whose latents were moved along one direction.

    Attributes:
        name: the attribute that the direction is for.
        amounts: the moves asked for, in standard deviations of that attribute, float64 (amounts,).
        measured: for each attribute its mean over each decoded sequence, in its own unit, float64
            (sequences, amounts); NaN where the sound has no value, as where it is silent.
        unmoved: for each attribute its mean over each sequence decoded as it is, in its own unit,
            float64 (sequences,).
        slopes: for each attribute by how many of its standard deviations it changed for one asked
            for: 1 for the attribute itself and 0 for the others would be ideal.
        spearman: rank correlation of the moves asked for and the attribute measured, in each
            sequence by itself; the mean over sequences.
        pooled: rank correlation of the moves asked for and the change against the unmoved sequence,
            all sequences together: stricter, since equal moves must have equal effects.
    """

    name: str
    amounts: Float64
    measured: Mapping[str, Float64]
    unmoved: Mapping[str, Float64]
    slopes: Mapping[str, float]
    spearman: float
    pooled: float


def measure_moves(
    decode: Decode,
    sequences: Sequence[ArrayLike],
    attributes: Sequence[AttributeInfo],
    hop: int,
    amounts: Sequence[float] = AMOUNTS,
) -> tuple[Moves, ...]:
    """Move latents along each direction by each amount, decode them, and measure all attributes.

    This calls ``decode`` ``sequences · (1 + attributes · amounts)`` times.

    Args:
        decode: standardised latents, float32 (steps, D), to their sound.
        sequences: standardised latents of held-out tracks, shape (steps, D) each; some seconds of
            several tracks.
        attributes: with names that :func:`musicvae.measures.frames.frame_attributes` knows.
        hop: samples per latent step.
        amounts: moves to try, in standard deviations of the attribute; at least two that differ.

    Returns:
        The moves of each attribute, in the order of ``attributes``.

    Raises:
        LatentError: a sequence has another width than the directions, or is not finite.
        SettingError: there are fewer than two different amounts.
    """
    asked = np.asarray(amounts, np.float64)
    if asked.ndim != 1 or len(np.unique(asked)) < 2 or not np.isfinite(asked).all():
        raise SettingError("too few moves", expected="at least two that differ", received=amounts)
    rows = [row.astype(np.float32) for row in checked_sequences(sequences)]
    sounds = [decode(row) for row in rows]
    unmoved = _table([[sound] for sound in sounds], hop)
    rate = sounds[0].sample_rate / hop
    return tuple(
        _moves(
            info,
            asked,
            _table([[decode(move(row, info, a, rate)) for a in asked] for row in rows], hop),
            unmoved,
            {other.name: other.std for other in attributes},
        )
        for info in attributes
    )


def calibrated(
    attributes: Sequence[AttributeInfo], moves: Sequence[Moves]
) -> tuple[AttributeInfo, ...]:
    """The attributes with directions corrected by what was measured.

    Each direction is scaled so that one standard deviation asked for is one measured. From all but
    the loudness direction so much of that direction is subtracted that loudness does not change.
    Decoders are not linear, so measuring and calibrating a second time brings the result nearer.
    Measure on training tracks, and judge the result on held-out ones.

    Directions with another method than ``"linear"``, and those that moved their attribute by less
    than 0.1 standard deviations for one asked for, are left as they are. None becomes more than
    four times as long, nor longer than :data:`musicvae.latents.attributes.LONGEST`.

    Args:
        attributes: the attributes whose moves were measured.
        moves: their moves, from :func:`measure_moves`.
    """
    infos = {info.name: info for info in attributes}
    slopes = {one.name: one.slopes for one in moves}
    held = infos.get(_HELD)
    if held is not None and not _usable(held, slopes):
        held = None
    return tuple(
        _corrected(info, held if info.name != _HELD else None, slopes)
        if _usable(info, slopes)
        else info
        for info in attributes
    )


def judged(
    attributes: Sequence[AttributeInfo], moves: Sequence[Moves]
) -> tuple[AttributeInfo, ...]:
    """The attributes with the pooled rank correlations of those moves that were measured."""
    ranks = {one.name: round(one.pooled, 4) for one in moves}
    return tuple(
        dataclasses.replace(info, spearman=ranks.get(info.name, info.spearman))
        for info in attributes
    )


def spearman(asked: ArrayLike, measured: ArrayLike) -> float:
    """Rank correlation (Spearman 1904): Pearson's correlation of ranks; equal values share a rank.

    Pairs with a value that is not finite do not count. ``scipy.stats.spearmanr`` gives the same to
    4e-16, but NaN and a warning for what is 0 here, and takes a second or more to import.

    Args:
        asked: numbers of shape (n,), in any unit; converted to float64.
        measured: numbers of shape (n,), in any unit; converted to float64.

    Returns:
        -1 to 1; 0 where either side is constant, or fewer than two pairs count.

    Raises:
        SettingError: the two have different lengths.
    """
    a, b = np.asarray(asked, np.float64), np.asarray(measured, np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise SettingError(
            "these cannot be compared",
            expected="two lists of equal length",
            received=f"shapes {a.shape} and {b.shape}",
        )
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        return 0.0
    first, second = (_ranks(values[both]) for values in (a, b))
    first, second = first - first.mean(), second - second.mean()
    scale = np.sqrt(first @ first * (second @ second))
    return float(np.clip(first @ second / scale, -1, 1)) if scale > 0 else 0.0


def _ranks(values: Float64) -> Float64:
    """Ranks of the values, float64 (n,): 1 for the smallest; equal values have their mean rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Float64 = np.cumsum(counts) - (counts - 1) / 2
    return ranks[places]


def _table(sounds: Sequence[Sequence[Sound]], hop: int) -> dict[str, Float64]:
    """The mean of each attribute over each sound, float64 (rows, sounds in a row), in its unit."""
    curves = [[frame_attributes(sound, hop) for sound in row] for row in sounds]
    return {
        name: np.array([[_mean(one[name]) for one in row] for row in curves])
        for name in curves[0][0]
    }


def _mean(curve: Curve) -> float:
    """The mean of the values, float32 (steps,), that are finite; NaN where none is."""
    there = curve[np.isfinite(curve)]
    return float(there.mean(dtype=np.float64)) if len(there) else float("nan")


def _moves(
    info: AttributeInfo,
    asked: Float64,
    measured: dict[str, Float64],
    unmoved: dict[str, Float64],
    stds: dict[str, float],
) -> Moves:
    """The moves of one attribute.

    Args:
        info: the attribute.
        asked: amounts, float64 (amounts,), in its standard deviations.
        measured: of each attribute, float64 (sequences, amounts), in its unit.
        unmoved: of each attribute, float64 (sequences, 1), in its unit.
        stds: standard deviation of each attribute, in its unit.
    """
    own = measured[info.name]
    changes = {name: measured[name] - unmoved[name] for name in stds}
    return Moves(
        name=info.name,
        amounts=asked,
        measured=measured,
        unmoved={name: values[:, 0] for name, values in unmoved.items()},
        slopes={name: _slope(asked, changes[name]) / (std or 1) for name, std in stds.items()},
        spearman=float(np.mean([spearman(asked, values) for values in own])),
        pooled=spearman(np.tile(asked, len(own)), changes[info.name].ravel()),
    )


def _slope(asked: Float64, changes: Float64) -> float:
    """The slope of the line through the origin that fits best; 0 where no change is finite.

    Args:
        asked: float64 (amounts,).
        changes: float64 (sequences, amounts).
    """
    there = np.isfinite(changes)
    against = np.broadcast_to(asked, changes.shape)[there]
    return float(against @ changes[there]) / max(float(against @ against), 1e-12)


def _usable(info: AttributeInfo, slopes: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether the direction moves its own attribute far enough to be calibrated."""
    return info.method == "linear" and slopes.get(info.name, {}).get(info.name, 0) >= _LEAST


def _corrected(
    info: AttributeInfo, held: AttributeInfo | None, slopes: Mapping[str, Mapping[str, float]]
) -> AttributeInfo:
    """The attribute with a direction of the right length that leaves ``held`` as it is."""
    direction = np.array(info.direction)
    own = slopes[info.name][info.name]
    scale, less = 1 / own, 0.0
    if held is not None:
        # scale · direction + less · held moves the attribute by 1 and the held one by 0.
        leak, cross = slopes[info.name][held.name], slopes[held.name][info.name]
        rest = own - cross * leak / slopes[held.name][held.name]
        if rest >= _LEAST:
            scale, less = 1 / rest, -leak / slopes[held.name][held.name] / rest
            direction = direction + less / scale * np.array(held.direction)
    direction = direction * min(scale, _MOST)
    length = float(np.linalg.norm(direction))
    direction = direction * min(1.0, LONGEST / max(length, 1e-12))
    return dataclasses.replace(info, direction=tuple(direction.tolist()))
