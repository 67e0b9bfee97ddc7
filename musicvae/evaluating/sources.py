"""Plays a model by one of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from musicvae.audio import Sound
from musicvae.errors import SettingError
from musicvae.paths import AnyPath
from musicvae.runtime.playing import PLAYERS


@dataclass(frozen=True)
class Source:
    """What moves the latents.

    Attributes:
        name: one of :data:`musicvae.runtime.playing.PLAYERS`.
        variation: of a prior, 0 to 1; see :func:`musicvae.runtime.new_music.play_prior`.
        memory: its path, or the name of a ready model that brings one; ``None`` is the model's own.
        prior: the prior's path; ``None`` is the model's own.
    """

    name: str
    variation: float = 1.0
    memory: AnyPath | None = None
    prior: AnyPath | None = None

    @classmethod
    def parse(cls, text: str, memory: AnyPath | None = None, prior: AnyPath | None = None) -> Self:
        """A source from its name; ``prior=0.5`` is a prior at variation 0.5.

        Raises:
            SettingError: it is none.
        """
        name, _, variation = text.partition("=")
        try:
            share = float(variation) if variation else 1.0
        except ValueError:
            share = -1.0
        if name not in PLAYERS or not 0 <= share <= 1 or (variation and name != "prior"):
            raise SettingError(
                "this is no source",
                expected=f"one of {', '.join(PLAYERS)}; or prior=0 to prior=1, a variation",
                received=text,
            )
        return cls(name, share, memory, prior)

    def __str__(self) -> str:
        """Its name, with its variation where it is not 1."""
        return self.name if self.variation == 1 else f"{self.name}={self.variation:g}"

    def play(self, model: AnyPath, seconds: float, seed: int) -> Sound:
        """What a model plays from this source.

        Raises:
            SettingError: a number is out of its range.
            ArtifactError, LatentError, MemoryBankError: a file cannot be used, or they do not fit
                together.
            RegistryError: there is no ready model of that name.
        """
        wishes: dict[str, dict[str, object]] = {
            "walk": {},
            "memory": {"memory": self.memory},
            "prior": {"prior": self.prior, "variation": self.variation, "memory": self.memory},
        }
        return PLAYERS[self.name](model, seconds, seed, **wishes[self.name])
