"""The clip family: one latent vector decodes to a whole buffer of sound."""

from __future__ import annotations

from musicvae.vae.clip.network import FAMILY as FAMILY
