"""Starting a run from the weights of another, so that both share one latent space.

A decoder that learns a new genre on a frozen encoder answers to the same latents as the old one:
one gesture plays through jazz or metal, and a tape of one can be played by the other.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from musicvae.errors import RunError, SettingError
from musicvae.families import FAMILIES
from musicvae.recipes import Recipe
from musicvae.vae.run import checkpoint
from musicvae.vae.run.folder import PathLike, RunFolder

#: Parts of a model that may keep their weights.
PARTS = ("encoder", "decoder")

#: What decides the shape of the weights and the meaning of the latents.
_SHAPE = ("family", "sample_rate", "channels", "latent_dim", "model")


def recipe_from(source: PathLike, settings: Mapping[str, Any]) -> Recipe:
    """The recipe of the run ``source`` with other settings, none of which change its network.

    Raises:
        RunError: the folder is no run that left a model.
        SettingError: a setting would change the network.
    """
    run = _finished(source)
    before = run.recipe()
    after = before.with_settings(**settings)
    free = FAMILIES.get(before.family).loss_settings
    changed = [name for name in _SHAPE if _fixed(after, name, free) != _fixed(before, name, free)]
    if changed:
        raise SettingError(
            "a run that starts from another one's weights has the same network",
            expected=", ".join(f"{name} {getattr(before, name)}" for name in changed),
            received=", ".join(f"{name} {getattr(after, name)}" for name in changed),
        )
    return after


def check_frozen(frozen: Sequence[str], source: PathLike | None) -> tuple[str, ...]:
    """The parts to freeze, checked.

    Raises:
        SettingError: there is no such part, all would be frozen, or nothing to keep.
    """
    parts = tuple(dict.fromkeys(frozen))
    if any(part not in PARTS for part in parts) or len(parts) == len(PARTS):
        raise SettingError(
            "these parts cannot be frozen",
            expected="encoder or decoder",
            received=", ".join(frozen),
        )
    if parts and source is None:
        raise SettingError(
            "freezing keeps trained weights, and there are none",
            expected="the run they come from",
            received="no run",
            hint="add --from RUN",
        )
    return parts


def copy_start(source: PathLike, target: RunFolder) -> None:
    """Copy what the new run starts from into it, so that it can be resumed without ``source``."""
    run = _finished(source)
    shutil.copyfile(run.latents, target.start_latents)
    shutil.copyfile(run.best, target.start)


def describe_start(source: PathLike, frozen: Sequence[str]) -> dict[str, Any]:
    """What ``run.json`` says of it."""
    run = _finished(source)
    description = run.describe()
    return {
        "run": str(Path(source).resolve()),
        "genre": description["genre"],
        "licence": description["licence"],
        "data_sha256": description["train_digest"],
        "steps": checkpoint.counters_of(run.best)["step"],
        "frozen": list(frozen),
    }


def _fixed(recipe: Recipe, name: str, free: Sequence[str]) -> Any:
    value = getattr(recipe, name)
    if name == "model":
        return {key: setting for key, setting in value.items() if key not in free}
    return value


def _finished(source: PathLike) -> RunFolder:
    run = RunFolder.open(source)
    if not (run.best.is_file() and run.latents.is_file()):
        raise RunError(
            "this run has left no model to start from",
            expected="a run that ended, or was stopped with Ctrl-C",
            received=str(source),
            hint=f"musicvae train --resume --out {source}",
        )
    return run
