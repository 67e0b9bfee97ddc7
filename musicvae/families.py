"""Model families: kinds of VAE that can be trained, found by name through entry points.

A family is registered under ``musicvae.models`` as a :class:`ModelFamily`. Its ``build`` returns a
Keras model that keeps the contract of :class:`musicvae.vae.cvae.CVAE`. Loading a family imports
TensorFlow; listing their names does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from musicvae.recipes import Recipe
from musicvae.registry import Registry


@dataclass(frozen=True)
class ModelFamily:
    """One kind of VAE.

    Attributes:
        name: as registered.
        description: one sentence.
        build: makes an untrained model for a recipe; raises ``SettingError`` for settings that the
            family cannot use. The weights depend on Keras' global seed alone.
    """

    name: str
    description: str
    build: Callable[[Recipe], Any]


#: Every installed model family.
FAMILIES: Registry[ModelFamily] = Registry(
    "musicvae.models",
    ModelFamily,
    noun="model family",
    mend='pip install "musicvae[train]", or the distribution that brings this family',
)
