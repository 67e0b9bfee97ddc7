"""Defines a recipe: everything that decides a training run besides the sounds, as one flat record.

A recipe is data. It is written into the run folder, so that the run can be resumed, compared and
repeated. Recipes are found by name through the entry-point group ``musicvae.recipes``, so a plug-in
can bring its own. The module that holds them must not import TensorFlow.
"""

from __future__ import annotations

import dataclasses
import json
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from musicvae.errors import SettingError
from musicvae.recipes.audio_spec import CHANNELS, RATES, AudioSpec
from musicvae.recipes.augmentation import NONE, augment_text
from musicvae.recipes.ranges import SEED, Range, whole
from musicvae.recipes.split import parse_split
from musicvae.registry import Registry
from musicvae.similar import did_you_mean
from musicvae.text import printable


@dataclass(frozen=True)
class Recipe:
    """The settings of one training run.

    Attributes:
        name: the recipe's name.
        family: name of the model family, as registered under ``musicvae.models``.
        sample_rate: in Hz.
        channels: 1 or 2.
        samples: length of one training clip in samples.
        latent_dim: D, the number of latents.
        model: settings of the model family.
        batch_size: clips per step, over all workers together.
        epochs: passes over the training tracks, at most.
        minutes: longest training time in minutes; ``None`` for no limit.
        learning_rate: the highest learning rate of Adam.
        final_learning_rate: the learning rate at the end of the cosine decay over all epochs, as a
            fraction of ``learning_rate``; 1 keeps it constant.
        gradient_norm: largest norm of the gradient of the loss per sample; 0 does not clip.
        kl_weight: β of the ELBO once warmed up (Higgins et al. 2017); 1 is the exact ELBO.
        kl_warmup: optimiser steps over which β rises linearly from 0.
        free_bits: KL in nats per latent below which it is not reduced (Kingma et al. 2016).
        patience: epochs without a better test ELBO after which training stops, or goes on to its
            adversarial phase; 0 waits without limit.
        adversarial: share of the training, from 0 to below 1, for a second phase in which the
            decoder is trained against critics; 0 for none.
        split: how tracks are divided into training and test tracks: a ratio such as ``"80/20"``,
            counts such as ``"13+12"``, or ``"last 10"`` (see :mod:`musicvae.recipes.split`).
        seed: seed of the split, the initial weights, the crops, their augmentation and ε.
        augment: how training crops are changed, such as ``"gain:6 speed:1"``; ``"none"`` leaves
            them as they are (see :mod:`musicvae.recipes.augmentation`).

    Raises:
        SettingError: a value is of the wrong type, or out of range.
    """

    name: str
    family: str
    sample_rate: int
    samples: int
    latent_dim: int
    channels: int = 1
    model: Mapping[str, Any] = field(default_factory=dict)
    batch_size: int = 16
    epochs: int = 100
    minutes: float | None = None
    learning_rate: float = 3e-4
    final_learning_rate: float = 1.0
    gradient_norm: float = 0.0
    kl_weight: float = 1.0
    kl_warmup: int = 0
    free_bits: float = 0.0
    patience: int = 0
    adversarial: float = 0.0
    split: str = "80/20"
    seed: int = 0
    augment: str = NONE

    def __post_init__(self) -> None:
        for name in ("name", "family"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise SettingError(f"{name} is not a name", expected="text", received=repr(value))
        parse_split(self.split)
        object.__setattr__(self, "augment", augment_text(self.augment))
        for name, limits in _RANGES.items():
            value = getattr(self, name)
            if name != "minutes" or value is not None:
                object.__setattr__(self, name, limits.check(name, value))
        object.__setattr__(self, "model", _plain_mapping(self.model))

    @property
    def audio(self) -> AudioSpec:
        """Sample rate and channels."""
        return AudioSpec(self.sample_rate, self.channels)

    @property
    def seconds(self) -> float:
        """Length of one clip in seconds."""
        return self.samples / self.sample_rate

    def with_settings(self, **changes: Any) -> Recipe:
        """A copy with some settings changed; ``model`` is merged, not replaced.

        Raises:
            SettingError: there is no such setting, or a value is out of range or of the wrong type.
        """
        known = sorted(field.name for field in dataclasses.fields(self))
        for name, value in changes.items():
            if name not in known:
                raise SettingError(
                    "a recipe has no such setting",
                    expected=", ".join(known),
                    received=name,
                    hint=did_you_mean(name, known),
                )
            if name == "model":
                changes[name] = {**self.model, **_plain_mapping(value)}
            elif name in _RANGES:
                changes[name] = _from_text(name, value)
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """A dictionary for JSON, from which :meth:`from_json` makes the same recipe."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return values | {"model": dict(self.model)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe whose :meth:`to_json` this is.

        Raises:
            SettingError: a setting is unknown, missing, or cannot be used.
        """
        try:
            return cls(**values)
        except TypeError as error:
            raise SettingError(
                "this is not a recipe of this version of musicvae", received=printable(f"{error}")
            ) from error


#: The range of each number. The upper ends are far beyond what has a use; they keep a slip of the
#: keyboard from taking all memory, or hours, before it is noticed.
_RANGES = {
    "sample_rate": RATES,
    "channels": CHANNELS,
    "samples": whole(256, 2**26),
    "latent_dim": whole(1, 65_536),
    "batch_size": whole(1, 65_536),
    "epochs": whole(1, 10_000_000),
    "minutes": Range(0, 1_000_000),
    "learning_rate": Range(0, 10),
    "final_learning_rate": Range(0, 1),
    "gradient_norm": Range(0, 1e9),
    "kl_weight": Range(0, 1e6),
    "kl_warmup": whole(0, 1_000_000_000),
    "free_bits": Range(0, 1e6),
    "patience": whole(0, 10_000_000),
    "adversarial": Range(0, 1, below=True),
    "seed": SEED,
}


def _from_text(name: str, value: object) -> int | float | None:
    """The number of a setting, which may be text from a command line."""
    if name == "minutes" and value in (None, "", "none"):
        return None
    return _RANGES[name].check(name, value, text=True)


def _plain_mapping(model: object) -> dict[str, Any]:
    """The settings of a model family as a dictionary of plain values, which JSON can hold.

    Raises:
        SettingError: it is not a mapping, or a value is something else.
    """
    if not isinstance(model, Mapping):
        raise SettingError(
            "model is a mapping of settings",
            expected="settings by name",
            received=f"{type(model).__name__} {model!r:.80}",
        )
    settings = {}
    for name, value in model.items():
        of_numpy = isinstance(value, numbers.Number) and hasattr(value, "item")
        plain = value.item() if of_numpy else value
        try:
            json.dumps({name: plain}, sort_keys=True)
        except (TypeError, ValueError) as error:
            raise SettingError(
                f"model.{name} cannot be used",
                expected="a number, text, or what else JSON can hold",
                received=f"{type(value).__name__}",
            ) from error
        settings[str(name)] = plain
    return settings


#: Name of the recipe that is used where none is named: it makes models that performers play.
DEFAULT = "stream"

#: Every installed recipe, shipped ones and those of plug-ins.
RECIPES: Registry[Recipe] = Registry(
    "musicvae.recipes",
    Recipe,
    noun="recipe",
    hint="pip install --force-reinstall musicvae, which brings some",
    others="`musicvae recipes` lists them; plugins/README.md shows how a plug-in brings its own",
)


def get_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownNameError: no recipe of that name is installed; the message lists those that are.
        RegistryError: two distributions claim the name, or the plug-in does not load.
    """
    return RECIPES.get(name)
