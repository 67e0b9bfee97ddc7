"""Defines what a model family is: a kind of VAE that can be trained, opened, exported and played.

A family is registered as a :class:`ModelFamily` under the entry-point group ``musicvae.models``,
and its recipes under ``musicvae.recipes``. It carries all that depends on the kind of model; no
other part of musicvae asks which family a model is of. Ours import TensorFlow when they compute,
not when they are loaded, so that a recipe is checked at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from musicvae.artifact import ArtifactInfo
from musicvae.errors import SettingError
from musicvae.recipes import Recipe
from musicvae.registry import Registry


@dataclass(frozen=True)
class Exportable:
    """One part of a trained model that can be exported to an artifact, such as its decoder.

    Attributes:
        info: the artifact's description, as far as the model knows it. ``info.kind`` decides which
            class plays the artifact and how it is verified.
        function: the ``tf.function`` to convert, with an input signature. Its inputs and outputs
            are the kind's ports, in the order of :mod:`musicvae.artifact.ports`.
        real_input: returns real input for the verification, float32: ``real_input(n)`` is latents
            (n, D) for n clips or n frames of a decoder, and sound (n · hop, channels) for n latent
            steps of an encoder.
        sound: of an encoder: the sound, float32 (steps · hop, channels), that the model makes of
            latents, float32 (steps, D); ``None`` where there is no decoder to judge it by.
    """

    info: ArtifactInfo
    function: Any
    real_input: Callable[[int], NDArray[np.float32]]
    sound: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None


class ExportableModel(Protocol):
    """A trained model, as the exporter sees it."""

    def exports(self) -> Mapping[str, Exportable]:
        """The parts that can be exported, by name: ``"decoder"``, and ``"encoder"`` if it has one.

        Raises:
            RunError: what the description needs is missing from the run folder.
        """


@dataclass(frozen=True)
class ModelFamily:
    """One kind of VAE.

    Attributes:
        name: the name it is registered under.
        description: one sentence.
        build: makes an untrained model for a recipe: a Keras model that keeps the contract of
            :class:`musicvae.vae.cvae.CVAE`. The initial weights depend on Keras' global seed alone.
            Raises ``SettingError`` for settings that the family cannot use.
        fit: called once when training ends, with the model and a
            :class:`musicvae.vae.run.prepared.Prepared`; writes the files of the run folder
            that ``open`` reads.
        open: makes the trained model that users work with, an :class:`ExportableModel`, from the
            model, its recipe and its :class:`musicvae.vae.run.folder.RunFolder`.
        loss_settings: keys of ``Recipe.model`` that change the loss and not the network, so that a
            run that starts from another run's weights may change them.
        check: raises ``SettingError`` for a recipe that the family cannot use: an unknown key of
            ``Recipe.model``, a value out of range, settings that do not fit together. It is called
            before anything is decoded or written, and before ``build``;
            :func:`musicvae.recipes.read_settings` does most of it.
        step_bytes: about how many bytes of memory one training step needs besides the batch of
            sounds: weights, their gradients and averages, and what the layers keep. A recipe that
            cannot fit into this machine's memory is then refused with both numbers.
    """

    name: str
    description: str
    build: Callable[[Recipe], Any]
    fit: Callable[[Any, Any], None]
    open: Callable[[Any, Recipe, Any], Any]
    loss_settings: tuple[str, ...] = ()
    check: Callable[[Recipe], None] | None = None
    step_bytes: Callable[[Recipe], float] | None = None

    def check_recipe(self, recipe: Recipe) -> None:
        """Check the settings of a recipe of this family.

        Raises:
            SettingError: a number in ``recipe.model`` is not finite, or the family's own check
                refuses the recipe.
        """
        for name, value in recipe.model.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise SettingError(
                    f"model.{name} cannot be used", expected="a finite number", received=value
                )
        if self.check is not None:
            self.check(recipe)


#: Every installed model family.
FAMILIES: Registry[ModelFamily] = Registry(
    "musicvae.models",
    ModelFamily,
    noun="model family",
    hint='pip install "musicvae[train]", or the distribution that brings this family',
    others="install the distribution that brings this family",
)
