"""Compares the memory that a training step needs with what this machine has, before it begins."""

from __future__ import annotations

import os
from pathlib import Path

import tensorflow as tf

from musicvae.errors import SettingError
from musicvae.families import FAMILIES
from musicvae.recipes import Recipe

#: Batches of sound that exist at once: read ahead, being read, and the one in use.
_BATCHES = 8
#: TensorFlow with a small model, compiled.
_PROGRAM = 0.7e9


def check_memory(recipe: Recipe) -> str:
    """Check that a training step of a recipe fits into this machine's memory.

    On a GPU, whose memory TensorFlow manages by itself, only the batches count.

    Returns:
        A warning for people where it would fit if other programs used less; otherwise empty.

    Raises:
        SettingError: it does not fit; the message has both numbers.
    """
    total, free = machine_bytes()
    needed = needed_bytes(recipe, on_gpu=bool(tf.config.list_physical_devices("GPU")))
    if needed > total:
        raise SettingError(
            "a training step of this recipe does not fit into memory",
            expected=f"at most {total / 1e9:.1f} GB, all that this machine has",
            received=f"about {needed / 1e9:,.1f} GB for batch_size {recipe.batch_size}, samples "
            f"{recipe.samples}, channels {recipe.channels} and a model of "
            f"{', '.join(f'{k} {v}' for k, v in recipe.model.items()) or 'fixed size'}",
            hint="make batch_size, samples or the model smaller",
        )
    if needed > free:
        return (
            f"a training step needs about {needed / 1e9:.1f} GB of memory, and only "
            f"{free / 1e9:.1f} GB are free: it may become slow, or be ended by the system"
        )
    return ""


def needed_bytes(recipe: Recipe, on_gpu: bool = False) -> float:
    """About how many bytes of this machine's memory a training with this recipe uses."""
    batch = 4.0 * recipe.batch_size * recipe.samples * recipe.channels
    step = FAMILIES.get(recipe.family).step_bytes
    model = 0.0 if on_gpu or step is None else step(recipe)
    return _PROGRAM + _BATCHES * batch + model


def machine_bytes() -> tuple[float, float]:
    """The memory that this process may use at most, and how much of it is free, in bytes.

    Infinite where the system does not say.
    """
    try:
        text = Path("/proc/meminfo").read_text("ascii")
        rows = dict(line.split(":", 1) for line in text.splitlines())
        sizes = {name: 1024.0 * float(rows[name].split()[0]) for name in _MEMINFO if name in rows}
        total = sizes["MemTotal"] + sizes.get("SwapTotal", 0.0)
        free = sizes["MemAvailable"] + sizes.get("SwapFree", 0.0)
    except (OSError, ValueError, KeyError, IndexError):
        total = free = _physical()
    limit = min(map(_limit_of, _LIMITS))
    return min(total, limit), min(free, limit)


_MEMINFO = ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
#: Where a container's limit is written, of both kinds that Linux has.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def _limit_of(path: str) -> float:
    """The limit of a container in bytes; infinite without one."""
    try:
        return float(Path(path).read_text("ascii"))
    except (OSError, ValueError):
        return float("inf")


def _physical() -> float:
    """The machine's memory in bytes, where /proc does not say."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return float("inf")
