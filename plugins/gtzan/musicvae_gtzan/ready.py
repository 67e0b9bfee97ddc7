"""The ten ready models: decoders, memories and priors; one encoder, one latent space.

Latents that play through one of them play through all: a gesture, a tape or a preset of jazz goes
on as metal. How they were made and measured: the README of this distribution, and their cards.
"""

from __future__ import annotations

from musicvae.models import ReadyModel

#: What the encoder and the basis of its latents are, in one number; see ``musicvae inspect``.
LATENT_SPACE = "139a63af7d27ecf2"


def _ready(genre: str, prior: str = "shared") -> ReadyModel:
    """The ready model of a genre, with a prior of its own or that of all ten."""
    return ReadyModel(
        name=genre,
        genre=genre,
        decoder=f"musicvae_gtzan:models/{genre}.onnx",
        encoder="musicvae_gtzan:models/encoder.onnx",
        latent_space=LATENT_SPACE,
        licence="Apache-2.0",
        card=f"musicvae_gtzan:models/{genre}.card.json",
        run="musicvae_gtzan:models/shared",
        memory=f"musicvae_gtzan:models/{genre}.memory",
        prior=f"musicvae_gtzan:models/{prior}.prior.onnx",
    )


BLUES = _ready("blues", prior="blues")
CLASSICAL = _ready("classical", prior="classical")
COUNTRY = _ready("country", prior="country")
DISCO = _ready("disco")
HIPHOP = _ready("hiphop")
JAZZ = _ready("jazz")
METAL = _ready("metal", prior="metal")
POP = _ready("pop", prior="pop")
REGGAE = _ready("reggae", prior="reggae")
ROCK = _ready("rock")
