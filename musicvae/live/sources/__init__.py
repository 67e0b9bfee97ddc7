"""Latent sources, which move the latents of a deck by themselves, and their registration."""

from __future__ import annotations

from musicvae.live.sources.input import InputSource
from musicvae.live.sources.memory import MemorySource
from musicvae.live.sources.prior import PriorSource
from musicvae.live.sources.source import Source as Source
from musicvae.live.sources.tape import TapeSource
from musicvae.live.sources.walk import WalkSource

#: Every latent source by its name. A new one is listed here and nowhere else.
SOURCES: dict[str, type[Source]] = {
    kind.name: kind for kind in (TapeSource, WalkSource, MemorySource, PriorSource, InputSource)
}
