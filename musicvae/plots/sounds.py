"""Draws waveforms and log-mel spectrograms of sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Sound, no_sound
from musicvae.errors import AudioError, SettingError
from musicvae.measures.pairs import log_mel_distance
from musicvae.measures.spectra import COMPARISON_RATE, LOG_OFFSET, MEL_BANDS, MEL_HOP, log_mel
from musicvae.plots.style import (
    STYLE,
    Axes,
    Figure,
    drawable,
    dress,
    grouped,
    new_picture,
    shortened,
)

#: Points along a waveform; about one per pixel.
COLUMNS = 900
#: Frequencies (Hz) written beside a spectrogram.
MARKS = (100, 500, 1_000, 2_000, 4_000, 8_000)
DECIBELS = 20 / np.log(10)  # per natural-log unit


def waveforms(sounds: Sequence[Sound], titles: Sequence[str] | None = None) -> Figure:
    """Draw amplitude over time, all on one scale; four or more sounds are drawn in two columns.

    For each column of pixels, the pale area is from the lowest to the highest sample, the dark one
    ± RMS.

    Args:
        sounds: any number, of any rate; channels are averaged.
        titles: one for each; ``None`` numbers the sounds.

    Returns:
        The figure.

    Raises:
        AudioError: something is no sound, or not finite.
        SettingError: no sounds, or not as many titles as sounds.
        MissingExtraError: matplotlib is not installed.
    """
    sounds = _checked(sounds)
    figure, cells = _grid(sounds, titles, height=1.65)
    highest = max([float(np.abs(sound.mono()).max(initial=0)) for sound in sounds])
    limit = 1.08 * highest if highest > 0 else 1.0
    for axes, sound, title, bottom in cells:
        _waveform(axes, sound)
        dress(axes, title, x="seconds" if bottom else "")
        axes.set_ylim(-limit, limit)
        axes.yaxis.get_major_locator().set_params(nbins=5)
        axes.set_xlim(0, max(sound.seconds, 1e-3))
    return figure


def spectrograms(sounds: Sequence[Sound], titles: Sequence[str] | None = None) -> Figure:
    """Draw log-mel spectrograms (:func:`musicvae.measures.log_mel`), all on one scale in dB.

    Args:
        sounds: any number, of any rate; channels are averaged.
        titles: one for each; ``None`` numbers the sounds.

    Returns:
        The figure.

    Raises:
        AudioError: a sound is empty or not finite.
        SettingError: no sounds, or not as many titles as sounds.
        MissingExtraError: matplotlib or librosa is not installed.
    """
    sounds = _checked(sounds)
    figure, cells = _grid(sounds, titles, height=2.0)
    bands = [log_mel(sound) for sound in sounds]
    for (axes, _, title, bottom), image in zip(cells, bands, strict=True):
        shown = _spectrogram(axes, image, _ceiling(bands))
        dress(axes, title, x="seconds" if bottom else "", grid=False)
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel("Hz")
    _colour_bar(figure, shown)
    return figure


def side_by_side(
    originals: Sequence[Sound],
    reconstructions: Sequence[Sound],
    titles: Sequence[str] | None = None,
) -> Figure:
    """Draw the log-mel spectrograms of sounds and of their reconstructions, a pair in each row.

    The title tells the distance of the pair (:func:`musicvae.measures.log_mel_distance`). Both are
    cut to the length of the shorter.

    Args:
        originals: any number, of any rate; channels are averaged.
        reconstructions: one for each original.
        titles: one for each pair; ``None`` numbers the pairs.

    Returns:
        The figure.

    Raises:
        AudioError: a sound is empty or not finite.
        SettingError: no sounds, or not as many reconstructions or titles as originals.
        MissingExtraError: matplotlib or librosa is not installed.
    """
    originals, reconstructions = _checked(originals), _checked(reconstructions)
    if len(originals) != len(reconstructions):
        raise SettingError(
            "every original needs its reconstruction",
            expected=f"{len(originals)} reconstructions",
            received=f"{len(reconstructions)}",
        )
    names = _titles(originals, titles)
    figure = new_picture(9.6, 0.5 + 1.95 * len(originals))
    grid = figure.subplots(len(originals), 2, squeeze=False, sharey=True)
    for row, (original, reconstruction) in enumerate(zip(originals, reconstructions, strict=True)):
        bands = [log_mel(original), log_mel(reconstruction)]
        frames = min(map(len, bands))
        distance = log_mel_distance(original, reconstruction)
        last = row == len(originals) - 1
        for axes, image, title in zip(
            grid[row],
            bands,
            (names[row], f"reconstruction, log-mel distance {distance:.2f}"),
            strict=True,
        ):
            shown = _spectrogram(axes, image[:frames], _ceiling(bands[:1]))
            dress(axes, title, x="seconds" if last else "", grid=False)
        grid[row][0].set_ylabel("Hz")
        _colour_bar(figure, shown, grid[row])
    return figure


def _checked(sounds: Sequence[Sound] | Sound) -> list[Sound]:
    """The sounds, one alone among them, after a check that they are sounds and finite."""
    listed = [sounds] if isinstance(sounds, Sound) else list(sounds)
    for sound in listed:
        if not isinstance(sound, Sound):
            raise no_sound(sound)
        if not np.isfinite(sound.samples).all():
            raise AudioError("a sound with NaN or infinite samples cannot be drawn")
    return listed


def _grid(
    sounds: Sequence[Sound], titles: Sequence[str] | None, height: float
) -> tuple[Figure, list[tuple[Axes, Sound, str, bool]]]:
    """A figure and, for each sound, (axes, sound, title, whether the axes are at the bottom)."""
    names = _titles(sounds, titles)
    columns = 1 if len(sounds) < 4 else 2
    rows = -(-len(sounds) // columns)
    figure = new_picture(9.6, 0.45 + height * rows)
    every = list(figure.subplots(rows, columns, squeeze=False, sharey=True).flat)
    for spare in every[len(sounds) :]:
        spare.remove()
    bottom = [index + columns >= len(sounds) for index in range(len(sounds))]
    return figure, list(zip(every, sounds, names, bottom, strict=False))


def _titles(sounds: Sequence[Sound], titles: Sequence[str] | None) -> list[str]:
    """The given titles, shortened, or numbers."""
    if not len(sounds):
        raise SettingError("nothing to draw", expected="at least one sound", received="none")
    if titles is not None and len(titles) != len(sounds):
        raise SettingError(
            "every sound needs a title", expected=f"{len(sounds)} titles", received=f"{len(titles)}"
        )
    return (
        [str(number) for number in range(1, len(sounds) + 1)]
        if titles is None
        else [shortened(t) for t in titles]
    )


def _waveform(axes: Axes, sound: Sound) -> None:
    """Draw one waveform: single samples where they are few, else range and RMS by column."""
    samples = sound.mono()
    if len(samples) <= 2 * COLUMNS:
        axes.plot(
            np.arange(len(samples)) / sound.sample_rate, samples, STYLE["main"], linewidth=0.9
        )
        return
    edges = np.linspace(0, len(samples), COLUMNS, endpoint=False).astype(int)
    seconds = (edges + len(samples) / COLUMNS / 2) / sound.sample_rate
    low, high = np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)
    sizes = np.diff(np.append(edges, len(samples)))
    rms = np.sqrt(np.add.reduceat(np.square(samples, dtype=np.float64), edges) / sizes)
    axes.fill_between(seconds, low, high, color=STYLE["pale"], linewidth=0)
    axes.fill_between(seconds, -rms, rms, color=STYLE["main"], linewidth=0)


def _ceiling(bands: Sequence[NDArray[np.float32]]) -> float:
    """The highest value of log-mel bands, float32 (frames, 80) each; natural log.

    It lies at least 1 above the floor, as silence needs a range too.
    """
    return max(max(float(image.max()) for image in bands), float(np.log(LOG_OFFSET)) + 1.0)


def _spectrogram(axes: Axes, bands: NDArray[np.float32], ceiling: float) -> Any:
    """Draw log-mel bands, float32 (frames, 80), as dB below ``ceiling``; both are natural logs."""
    frames = len(bands)
    image = axes.imshow(
        (bands.T - ceiling) * DECIBELS,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        cmap=STYLE["map"],
        extent=(0, frames * MEL_HOP / COMPARISON_RATE, 0, MEL_BANDS),
        vmin=(np.log(LOG_OFFSET) - ceiling) * DECIBELS,
        vmax=0,
    )
    axes.set_yticks([_band_of(mark) for mark in MARKS], [grouped(mark) for mark in MARKS])
    return image


def _band_of(frequency: float) -> float:
    """Vertical position of a frequency (Hz) in a spectrogram, in bands."""
    from musicvae.measures.spectra import librosa

    mel, highest = librosa().hz_to_mel([frequency, COMPARISON_RATE / 2])
    # 80 bands have 82 edges; the centre of the first band is edge 1, drawn at position 0.5.
    return float(mel / highest) * (MEL_BANDS + 1) - 0.5


def _colour_bar(figure: Figure, image: Any, axes: Any = None) -> None:
    """Draw the scale in dB beside some axes, or beside all."""
    bar = figure.colorbar(
        image, ax=figure.axes if axes is None else list(axes), aspect=30, pad=0.015
    )
    bar.outline.set_visible(False)
    bar.ax.tick_params(labelsize=STYLE["text"], labelcolor=STYLE["quiet"], length=0)
    bar.ax.set_title(
        drawable("dB"), fontsize=STYLE["text"], color=STYLE["quiet"], fontfamily=STYLE["font"]
    )
