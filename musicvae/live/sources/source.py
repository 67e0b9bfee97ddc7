"""Defines the interface of a latent source, which moves the latents of a deck by itself.

The movement of a source is added to the latents that a performer sets. To add a source, write a
subclass of :class:`Source` with its addresses in a module of its own, and list it in
``sources/__init__.py``. Then ``/source`` accepts its name, presets keep and morph the state of its
addresses, and after a model swap it continues from the same position.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Self

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Latents
from musicvae.live.commands.address import Address
from musicvae.live.hearing.ear import Ear
from musicvae.live.sources.guidance import Guidance


class Source(ABC):
    """Writes the movement of the latents, frame by frame; a frame is one step of the decoder.

    A source counts frames and uses no clock. All methods run on the rendering thread, so none may
    block.

    Args:
        info: description of the deck's model.
        frame_rate: frames per second.

    Attributes:
        name: the word for it in ``/source``.
        meaning: a few words for the documentation of ``/source``.
        wants: why it is not ready, and what mends that; nothing where it always is.
        addresses: its rows of the address table; their target is the source itself.
        guided: whether it reads :attr:`Guidance.lead`, which is computed for such sources alone.
        ear: through which it hears the input; ``None`` where it does not.
    """

    name: ClassVar[str]
    meaning: ClassVar[str]
    wants: ClassVar[str] = ""
    addresses: ClassVar[tuple[Address, ...]]
    guided: ClassVar[bool] = False
    ear: Ear | None = None

    @abstractmethod
    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None: ...

    @property
    def ready(self) -> bool:
        """Whether it has something to play; until then it does not move the latents."""
        return True

    def attend(self, guidance: Guidance) -> None:  # noqa: B027 (not every source is guided)
        """Keep the settings that all sources of the deck share, to read them in each frame."""

    def begin(self) -> None:  # noqa: B027
        """It becomes the current source, which it was not."""

    def restart(self, seed: int) -> None:  # noqa: B027
        """Begin again, with random numbers of this seed, any whole number of 32 bits."""

    def foresee(self) -> None:  # noqa: B027
        """Compute something of the next frames in advance, where that takes long.

        Called between blocks while there is time, or never: it must not change what is played.
        """

    @abstractmethod
    def next(self, out: Latents) -> None:
        """Write the movement of this frame into ``out``, and advance to the next frame.

        Args:
            out: float32, shape (D,), in units of the standardised latents; overwritten.
        """

    @abstractmethod
    def adopt(self, other: Self) -> None:
        """Continue from the state of ``other``, a source of another model.

        The two models have the same latent space; their frame rates may differ.
        """
