"""Writes the counters of a training into a checkpoint, reads them back, and plans anew.

The plan of a run depends on the settings that may change when it goes on
(:data:`musicvae.vae.training.resuming.FREE`). A checkpoint tells which of them it was made with.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeGuard

from musicvae.recipes import Recipe
from musicvae.vae.training.progress import FIRST_PLAN, Averages, Counters
from musicvae.vae.training.resuming import FREE

#: The counters of seconds.
_TIMES = (
    *("seconds", "timed_seconds", "phase_seconds"),
    *("planned_stepping", "evaluation", "evaluations"),
)


def kept_counters(counters: Counters, averages: Averages, recipe: Recipe) -> dict[str, Any]:
    """The JSON values that a checkpoint keeps beside the weights."""
    plan = {name: getattr(recipe, name) for name in FREE}
    return asdict(counters) | {"averages": averages.to_json(), "plan": plan}


@dataclass(frozen=True)
class Restored:
    """The counters of a checkpoint.

    Attributes:
        counters: as they were.
        averages: of the epoch that had begun.
        plan: the settings that the plan was made with; ``None`` in checkpoints of older versions.
    """

    counters: Counters
    averages: Averages
    plan: Mapping[str, Any] | None

    @classmethod
    def of(cls, kept: Mapping[str, Any], phases: int) -> Restored:
        """What :func:`kept_counters` gave.

        Args:
            kept: the values.
            phases: number of phases of the training.

        Raises:
            KeyError, TypeError, ValueError: they are something else.
        """
        values = {name: value for name, value in kept.items() if name not in ("averages", "plan")}
        counters = Counters(**values)
        for field in fields(Counters):
            _check(field.name, getattr(counters, field.name))
        if counters.phases != phases or counters.phase >= phases:
            raise ValueError(f"it is of a training of {counters.phases} phases")
        averages = Averages.from_json(kept["averages"])
        _check("steps of its averages", kept["averages"]["steps"])
        for name, value in kept["averages"]["sums"].items():
            if not (_is_number(value) and math.isfinite(value)):
                raise ValueError(f"its average {name} is {value!r}")
        return cls(counters, averages, kept.get("plan"))

    def fits(self, recipe: Recipe) -> bool:
        """Whether the plan was made with the settings of a recipe."""
        return self.plan is None or self.plan == {name: getattr(recipe, name) for name in FREE}


def replan(
    counters: Counters, recipe: Recipe, longest: int, minutes: float, epoch_steps: int
) -> None:
    """Plan the rest of the present phase anew, with other settings.

    Args:
        counters: changed in place.
        recipe: with the new settings.
        longest: largest number of steps of the phase.
        minutes: time budget of the phase, in minutes; only used where the recipe has one.
        epoch_steps: steps from one evaluation to the next.
    """
    counters.stopped, counters.planned = False, False
    counters.planned_steps = counters.phase_step + max(1, longest)
    counters.stop_early(recipe.patience)
    if recipe.minutes is None:
        return
    if counters.seconds - counters.phase_seconds >= 60 * minutes:
        counters.planned_steps = min(counters.planned_steps, counters.step)
    elif counters.timed_seconds and counters.step - counters.phase_step >= FIRST_PLAN:
        counters.plan(counters.timed_seconds, minutes, longest, epoch_steps)


def _check(name: str, value: object) -> None:
    """Check a counter: a number that is finite and, but for the best objective, not negative.

    Raises:
        ValueError: it is something else.
    """
    if name in ("planned", "stopped"):
        good = isinstance(value, bool)
    elif name == "best":
        good = value is None or (_is_number(value) and math.isfinite(value))
    elif name in _TIMES:
        good = _is_number(value) and 0 <= value < math.inf
    else:
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not good:
        raise ValueError(f"its {name} is {value!r:.40}")


def _is_number(value: object) -> TypeGuard[float]:
    """Whether JSON has it as a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)
