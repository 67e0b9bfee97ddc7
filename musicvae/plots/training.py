"""Draws the course of a training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicvae.errors import SettingError
from musicvae.plots.style import STYLE, Axes, Figure, dress, grouped, legend, new_picture


def training_curves(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw ELBO, reconstruction, KL and active latents over epochs, for training and test set.

    Args:
        rows: one mapping per epoch with ``epoch`` and any of ``train_elbo``, ``test_elbo``,
            ``train_reconstruction``, ``test_reconstruction``, ``train_kl``, ``test_kl`` (nats per
            clip), ``beta``, ``active_latents``. A missing value, or ``None``, is a gap in its line.

    Returns:
        The figure.

    Raises:
        SettingError: no rows.
        MissingExtraError: matplotlib is not installed.
    """
    if not len(rows):
        raise SettingError(
            "no epoch was finished yet, so there are no curves",
            expected="at least one row of history",
        )
    figure = new_picture(9.6, 5.6)
    epochs = _column(rows, "epoch")
    elbo, reconstruction, kl, latents = figure.subplots(2, 2, sharex=True).flat
    _pair(elbo, rows, epochs, "elbo", "ELBO, nats a clip (higher is better)")
    _mark_best(elbo, epochs, _column(rows, "test_elbo"))
    _pair(reconstruction, rows, epochs, "reconstruction", "Reconstruction, log p(x|z) in nats")
    _pair(kl, rows, epochs, "kl", "KL to the prior, nats a clip")
    _line(latents, epochs, _column(rows, "active_latents"), STYLE["main"], "")
    dress(latents, "Active latents, and β of the KL")
    latents.set_ylim(bottom=0)
    _beta(latents, epochs, _column(rows, "beta"))
    for axes in (kl, latents):
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
    legend(elbo, loc="lower right")
    return figure


def _pair(
    axes: Axes,
    rows: Sequence[Mapping[str, Any]],
    epochs: NDArray[np.float64],
    name: str,
    title: str,
) -> None:
    """Draw one figure of the training set and of the test set; epochs have shape (rows,)."""
    _line(axes, epochs, _column(rows, f"train_{name}"), STYLE["pale"], "training")
    _line(axes, epochs, _column(rows, f"test_{name}"), STYLE["main"], "test")
    dress(axes, title)
    axes.yaxis.set_major_formatter(lambda value, _: grouped(value))


def _line(
    axes: Axes, epochs: NDArray[np.float64], values: NDArray[np.float64], colour: str, label: str
) -> None:
    """Draw values over epochs, float64 (rows,) both; NaN is a gap."""
    # A single point gives no line.
    marker = "o" if np.isfinite(values).sum() == 1 else ""
    axes.plot(epochs, values, color=colour, linewidth=1.6, marker=marker, label=label)


def _mark_best(axes: Axes, epochs: NDArray[np.float64], elbo: NDArray[np.float64]) -> None:
    """Mark the epoch with the highest ELBO; float64 (rows,) both."""
    if not np.isfinite(elbo).any():
        return
    best = int(np.nanargmax(elbo))
    label = f"best: {grouped(round(elbo[best]))} at epoch {epochs[best]:.0f}"
    axes.plot(epochs[best], elbo[best], "o", color=STYLE["warm"], markersize=5, label=label)


def _beta(axes: Axes, epochs: NDArray[np.float64], beta: NDArray[np.float64]) -> None:
    """Draw β over epochs, float64 (rows,) both, on an axis at the right."""
    if not np.isfinite(beta).any():
        return
    right = axes.twinx()
    right.plot(epochs, beta, color=STYLE["warm"], linewidth=1.2, linestyle=(0, (4, 2)))
    dress(right, y="β", grid=False)
    right.yaxis.label.set_color(STYLE["warm"])
    right.tick_params(labelcolor=STYLE["warm"])
    right.patch.set_visible(False)
    right.set_ylim(0, 1.08 * max(float(np.nanmax(beta)), 1e-6))


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    """The values of one name, float64 (rows,), NaN where one is missing."""
    values = (row.get(name) for row in rows)
    return np.array([np.nan if value in (None, "") else float(value) for value in values])
