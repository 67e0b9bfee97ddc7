"""What can encode for a prior: an exported encoder, and the model of a run."""

from __future__ import annotations

import os
from typing import Any

from musicvae.audio import Sound
from musicvae.errors import ArtifactError, RunError
from musicvae.latents.arrays import Float32
from musicvae.paths import AnyPath
from musicvae.runtime.encoder import Encoder
from musicvae.vae.prior.material import Space


class ArtifactEar:
    """Encodes with an exported encoder, which is quicker than a run.

    Args:
        encoder: its file, or the name of a ready model that has one.

    Raises:
        ArtifactError: it cannot be used, or does not name its latent space.
    """

    def __init__(self, encoder: AnyPath) -> None:
        self._encoder = Encoder(encoder)
        self.threads = os.cpu_count() or 1
        info = self._encoder.info
        if not info.latent_space or not info.stride:
            raise ArtifactError(
                "this encoder does not name its latent space",
                expected="an encoder of a stream",
                hint="export it again with `musicvae export --encoder`",
            )
        self.space, self.licence, self.genre = Space.of(info), info.licence, info.genre

    def encode(self, sound: Sound) -> Float32:
        """The standardised latents of a sound, float32 (steps, D)."""
        return self._encoder.encode(sound)


class RunEar:
    """Encodes with the model of a run.

    Args:
        trained: a :class:`musicvae.vae.stream.trained.TrainedStream`.

    Raises:
        RunError: the model is not a stream.
    """

    def __init__(self, trained: Any) -> None:
        playing, settings = getattr(trained, "playing", None), getattr(trained, "settings", None)
        if playing is None or settings is None:
            raise RunError(
                "only streams have a prior",
                expected="a run of the recipe stream or stream44",
                received=f"a run of the recipe {trained.recipe.name}",
            )
        recipe = trained.recipe
        self._trained = trained
        self.threads = 1
        self.space = Space(
            playing.latent_space, recipe.sample_rate, recipe.channels, settings.step,
            settings.stride, recipe.latent_dim,
        )  # fmt: skip
        self.licence = trained.licence

    def encode(self, sound: Sound) -> Float32:
        """The standardised latents of a sound, float32 (steps, D)."""
        return self._trained.encode(sound)
