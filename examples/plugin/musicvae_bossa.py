"""Bossa nova for musicvae."""

from musicvae.genres import Genre

BOSSA = Genre(
    name="bossa",
    description="Nylon guitar, brushed drums, a soft voice just behind the beat.",
    folders=("bossa-nova",),
    tempo=(115, 150),
    settings={
        "stream": {"model": {"flux_weight": 2.0}},
        "clip": {"samples": 81_920, "latent_dim": 640},
    },
)
