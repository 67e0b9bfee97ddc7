"""Defines what a prior family is: a kind of model of how latents go on, which a plug-in can bring.

A family is registered as a :class:`PriorFamily` under the entry-point group ``musicvae.priors``.
Encoding, batches, the training loop, the choice of weights by rollouts, the export and its
verification are the same for all. ``docs/prior.md`` describes the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from musicvae.registry import Registry


@dataclass(frozen=True)
class PriorFamily:
    """One kind of prior.

    Attributes:
        name: the name it is registered under.
        description: one sentence.
        build: makes an untrained model from the :class:`musicvae.vae.prior.outline.Outline` (what
            is known of the latents, and the conditions) and the settings: an object that keeps the
            contract of :class:`musicvae.vae.prior.model.PriorModel`. The initial weights depend on
            Keras' global seed alone.
        settings: the names of its settings with their defaults.
    """

    name: str
    description: str
    build: Callable[[Any, Mapping[str, int | float]], Any]
    settings: Mapping[str, int | float]


#: Every installed family of priors.
PRIORS: Registry[PriorFamily] = Registry(
    "musicvae.priors",
    PriorFamily,
    noun="family of priors",
    hint='pip install "musicvae[train]", or the distribution that brings this family',
    others="install the distribution that brings this family",
)
