"""Draws how much each latent is used: its KL divergence from the prior."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from musicvae.errors import SettingError
from musicvae.plots.style import STYLE, Figure, dress, grouped, legend, new_picture

#: A latent with less KL than this, in nats, carries next to no information.
IN_USE = 0.1


def latent_usage(kl_per_dim: ArrayLike) -> Figure:
    """Draw the KL of every latent, largest first; those above 0.1 nats count as used.

    A latent whose posterior equals the prior has no KL and carries no information (posterior
    collapse, Bowman et al. 2016). The line is the cumulative share of the whole KL.

    Args:
        kl_per_dim: numbers of shape (D,), in nats, means over clips; converted to float64.

    Returns:
        The figure.

    Raises:
        SettingError: not one finite number per latent.
        MissingExtraError: matplotlib is not installed.
    """
    try:
        kl = np.asarray(kl_per_dim).astype(np.float64, casting="same_kind")
    except (TypeError, ValueError):
        kl = np.array(np.nan)
    if kl.ndim != 1 or not kl.size or not np.isfinite(kl).all():
        raise SettingError(
            "latent usage is one finite number per latent",
            expected="shape (D,), in nats",
            received=f"shape {kl.shape}",
        )
    kl = np.sort(kl)[::-1]
    used = int(np.count_nonzero(kl > IN_USE))
    figure = new_picture(9.6, 3.2)
    axes = figure.subplots()
    rank = np.arange(1, len(kl) + 1)
    # Gaps between hundreds of bars would be finer than a pixel.
    width = 0.82 if len(kl) <= 150 else 1.0
    for part, colour, label in (
        (slice(used), "main", "in use"),
        (slice(used, None), "pale", "idle"),
    ):
        if len(kl[part]):
            axes.bar(rank[part], kl[part], width=width, color=STYLE[colour], label=label)
    total = grouped(float(f"{kl.sum():.3g}"))
    title = f"{used} of {len(kl)} latents in use, {total} nats a clip"
    dress(axes, title, x="latents, the busiest first", y="KL, nats")
    axes.grid(False, axis="x")
    axes.set_xlim(0.4, len(kl) + 0.6)
    axes.set_ylim(min(0.0, 1.05 * kl.min()), max(1.08 * kl.max(), IN_USE))
    axes.xaxis.get_major_locator().set_params(integer=True)
    if kl.sum() > 0:
        share = axes.twinx()
        share.plot(rank, 100 * np.cumsum(kl) / kl.sum(), color=STYLE["warm"], label="share so far")
        dress(share, y="share of all nats, %", grid=False)
        share.patch.set_visible(False)
        share.set_ylim(0, 108)
        handles = [h for each in (axes, share) for h in each.get_legend_handles_labels()[0]]
        legend(share, handles=handles, loc="center right")
    return figure
