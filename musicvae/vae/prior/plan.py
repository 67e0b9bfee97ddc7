"""How a prior is trained: everything that decides the weights besides the latents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from musicvae.errors import SettingError
from musicvae.priors import PRIORS
from musicvae.recipes.ranges import SEED, Range, whole
from musicvae.similar import did_you_mean

_RANGES = {
    "batch_size": whole(2, 1024),
    "seconds": Range(0.1, 120),
    "steps": whole(2, 10_000_000),
    "minutes": Range(0.01, 10_000),
    "learning_rate": Range(1e-7, 1),
    "rollouts": Range(0, 0.9),
    "check": whole(1, 100_000),
    "patience": whole(0, 10_000),
    "judged": whole(2, 256),
    "judged_seconds": Range(4, 600),
    "seed": SEED,
}
#: Settings that may change when a training goes on.
LENGTH = ("minutes", "steps", "patience")


@dataclass(frozen=True)
class Plan:
    """Settings of a prior's training.

    Attributes:
        family: name of the prior's family.
        model: settings of the family.
        batch_size: crops in a batch.
        seconds: length of a crop in seconds, without the rollout.
        steps: most optimiser steps.
        minutes: limit of the training time.
        learning_rate: the highest; it rises for 50 steps, and falls to a twentieth (cosine).
        rollouts: share of the time at the end that trains by rollouts.
        check: optimiser steps between two checks by rollouts, of which the best weights are kept.
        patience: checks without a better held-out loss after which the phase ends; 0 never ends it.
        judged: rollouts of a check.
        judged_seconds: length of each.
        seed: of weights, crops and noise.
    """

    family: str = "energy"
    model: Mapping[str, int | float] = field(default_factory=dict)
    batch_size: int = 16
    seconds: float = 12.0
    steps: int = 20_000
    minutes: float = 40.0
    learning_rate: float = 1e-3
    rollouts: float = 0.3
    check: int = 100
    patience: int = 8
    judged: int = 16
    judged_seconds: float = 30.0
    seed: int = 0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Plan:
        """A plan from settings by name, as numbers or texts; ``model`` holds the family's.

        Raises:
            SettingError: a name is unknown, or a value out of range.
            UnknownNameError: the family is not installed.
        """
        checked: dict[str, Any] = {}
        for name, value in values.items():
            if name == "family":
                checked[name] = str(value)
            elif name == "model":
                checked[name] = dict(value)
            elif name in _RANGES:
                checked[name] = _RANGES[name].check(name, value, text=True)
            else:
                known = [one.name for one in fields(cls)]
                raise SettingError(
                    "the training of a prior has no such setting",
                    expected=", ".join(known),
                    received=name,
                    hint=did_you_mean(name, known),
                )
        plan = cls(**checked)
        defaults = PRIORS.get(plan.family).settings
        for name in plan.model:
            if name not in defaults:
                raise SettingError(
                    f"a prior of the family {plan.family} has no such setting",
                    expected=", ".join(defaults),
                    received=name,
                    hint=did_you_mean(name, defaults),
                )
        return plan

    def to_json(self) -> dict[str, Any]:
        """The settings for JSON."""
        return asdict(self)
