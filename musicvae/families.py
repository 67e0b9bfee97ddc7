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
        fit: called once when training ends, with the model and a
            :class:`musicvae.vae.training.preparation.Prepared`; writes what the run needs to be
            played. By default the basis of a clip's latents.
        open: makes the trained model as users meet it, from the model, its recipe and its run
            folder. By default a :class:`musicvae.vae.clip.trained.TrainedModel`.
        loss_settings: keys of ``Recipe.model`` that change what is learnt and not the network, so
            that a run that starts from another one's weights may change them.
    """

    name: str
    description: str
    build: Callable[[Recipe], Any]
    fit: Callable[[Any, Any], None] | None = None
    open: Callable[[Any, Recipe, Any], Any] | None = None
    loss_settings: tuple[str, ...] = ()


#: Every installed model family.
FAMILIES: Registry[ModelFamily] = Registry(
    "musicvae.models",
    ModelFamily,
    noun="model family",
    hint='pip install "musicvae[train]", or the distribution that brings this family',
)
