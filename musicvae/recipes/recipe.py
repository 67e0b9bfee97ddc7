"""Defines a recipe: everything that decides a training run besides the sounds, as one flat record.

A recipe is data. It is written into the run folder, so that the run can be resumed, compared and
repeated. Recipes are found by name through the entry-point group ``musicvae.recipes``, so a plug-in
can bring its own. The module that holds them must not import TensorFlow.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from musicvae.errors import SettingError
from musicvae.recipes.audio_spec import AudioSpec
from musicvae.recipes.split import parse_split
from musicvae.registry import Registry


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
        seed: seed of the split, the initial weights, the crops and ε.

    Raises:
        SettingError: a value is out of range.
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

    def __post_init__(self) -> None:
        AudioSpec(self.sample_rate, self.channels)
        parse_split(self.split)
        for name, lowest in _LOWEST.items():
            value = getattr(self, name)
            if value is not None and not value >= lowest:
                raise SettingError(
                    f"{name} is too small", expected=f"at least {lowest}", received=value
                )
        if not 0 <= self.final_learning_rate <= 1:
            raise SettingError(
                "final_learning_rate is a fraction",
                expected="0 to 1",
                received=self.final_learning_rate,
            )
        if not 0 <= self.adversarial < 1:
            raise SettingError(
                "adversarial is a share of the training",
                expected="from 0 to below 1",
                received=self.adversarial,
            )

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
                    "a recipe has no such setting", expected=", ".join(known), received=name
                )
            if name == "model":
                if not isinstance(value, Mapping):
                    raise SettingError("model is a mapping of settings", received=value)
                changes[name] = {**self.model, **value}
            else:
                changes[name] = _as_type_of(name, getattr(self, name), value)
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """A dictionary for JSON, from which :meth:`from_json` makes the same recipe."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return values | {"model": dict(self.model)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe whose :meth:`to_json` this is.

        Raises:
            SettingError: a setting is unknown or missing.
        """
        try:
            return cls(**values)
        except TypeError as error:
            raise SettingError(
                "this is not a recipe of this version of musicvae", received=str(error)
            ) from error


_LOWEST = {
    "samples": 256,
    "latent_dim": 1,
    "batch_size": 1,
    "epochs": 1,
    "minutes": 0,
    "learning_rate": 0,
    "gradient_norm": 0,
    "kl_weight": 0,
    "kl_warmup": 0,
    "free_bits": 0,
    "patience": 0,
    "seed": 0,
}


def _as_type_of(name: str, current: Any, value: Any) -> Any:
    """``value`` converted to the type of the setting; a number may be text from a command line."""
    if name == "minutes":
        return None if value in (None, "", "none") else _number(name, float, value)
    if isinstance(current, str):
        return str(value)
    return _number(name, int if isinstance(current, int) else float, value)


def _number(name: str, kind: type[int] | type[float], value: Any) -> int | float:
    try:
        number = kind(value)
        if number != float(value) or not math.isfinite(number):
            raise ValueError(value)
    except (TypeError, ValueError, OverflowError) as error:
        expected = "a whole number" if kind is int else "a finite number"
        raise SettingError(
            f"{name} is not {expected}", expected=expected, received=str(value)
        ) from error
    return number


#: Every installed recipe, shipped ones and those of plug-ins.
RECIPES: Registry[Recipe] = Registry(
    "musicvae.recipes",
    Recipe,
    noun="recipe",
    hint="`musicvae recipes` lists them; plugins/README.md shows how a plug-in brings its own",
)


def get_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownNameError: no recipe of that name is installed; the message lists those that are.
        RegistryError: two distributions claim the name, or the plug-in does not load.
    """
    return RECIPES.get(name)
