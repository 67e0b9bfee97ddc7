"""Defines what a latent source is: something that moves the latents of a deck by itself.

A source adds its movement to what a performer sets. To add one, write a subclass of
:class:`Source` with its addresses in a module of its own, and list it in ``sources/__init__.py``:
``/source`` then accepts its name, presets keep what its addresses describe, and a model swap hands
its position on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Latents
from musicvae.live.commands.address import Address


class Source(ABC):
    """Writes one frame of movement after another. It counts frames and knows no clock.

    All methods belong to the rendering thread, so none may block.

    Args:
        info: of the deck's model.
        frame_rate: frames per second.

    Attributes:
        name: what ``/source`` calls it.
        addresses: its rows of the address table; their target is the source itself.
    """

    name: ClassVar[str]
    addresses: ClassVar[tuple[Address, ...]]

    @abstractmethod
    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None: ...

    @property
    def ready(self) -> bool:
        """Whether it has something to play; until then its deck behaves as without a source."""
        return True

    @abstractmethod
    def next(self, out: Latents) -> None:
        """Write this frame's movement into ``out``, float32 (D,), and go on to the next frame."""

    @abstractmethod
    def adopt(self, other: Self) -> None:
        """Go on where ``other`` is, which belongs to another model of the same latent space."""
