"""Learned priors: models of how the latents of a stream go on, trained on music."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from musicvae.priors import PriorFamily
from musicvae.vae.prior.outline import Outline
from musicvae.vae.prior.settings import DEFAULTS, TwoPathSettings

if TYPE_CHECKING:
    from musicvae.vae.prior.model import TwoPathPrior


def build_energy(outline: Outline, settings: Mapping[str, int | float]) -> TwoPathPrior:
    """A two-path prior with the energy head."""
    from musicvae.vae.prior.heads import EnergyHead
    from musicvae.vae.prior.model import TwoPathPrior

    return TwoPathPrior(outline, TwoPathSettings.of(settings), EnergyHead, rolls=True)


def build_mixture(outline: Outline, settings: Mapping[str, int | float]) -> TwoPathPrior:
    """A two-path prior with the mixture head."""
    from musicvae.vae.prior.heads import MixtureHead
    from musicvae.vae.prior.model import TwoPathPrior

    return TwoPathPrior(outline, TwoPathSettings.of(settings), MixtureHead, rolls=False)


ENERGY = PriorFamily(
    "energy", "Two paths and moved noise, trained by the energy score and by rollouts.",
    build_energy, DEFAULTS,
)  # fmt: skip
MIXTURE = PriorFamily(
    "mixture", "Two paths and a mixture of normal distributions, with an exact likelihood.",
    build_mixture, DEFAULTS,
)  # fmt: skip
