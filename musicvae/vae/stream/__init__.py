"""The stream family: a sequence of latents decodes to one hop of sound each, without end."""

from __future__ import annotations

from musicvae.vae.stream.network import FAMILY as FAMILY
