"""Reads which processes train together from the environment variable ``TF_CONFIG``.

It is TensorFlow's own format: the addresses of all workers, the same list for each of them, and
which of them this process is::

    {"cluster": {"worker": ["node1:7800", "node2:7800"]}, "task": {"type": "worker", "index": 0}}

The first worker is the chief, or the one task of the type ``chief`` where there is one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from musicvae.errors import SettingError

#: The strategy of several processes.
MULTIWORKER = "multiworker"
#: Names of all strategies.
STRATEGIES = ("default", "mirrored", MULTIWORKER)

_EXPECTED = (
    '{"cluster": {"worker": ["HOST:PORT", …]}, "task": {"type": "worker", "index": 0}}, with the '
    "same list and another index in each process"
)


@dataclass(frozen=True)
class Cluster:
    """The processes that train together.

    Attributes:
        addresses: ``HOST:PORT`` of each, the chief first.
        index: which of them this process is, from 0.
    """

    addresses: tuple[str, ...]
    index: int

    @classmethod
    def from_environment(cls) -> Cluster:
        """The cluster that ``TF_CONFIG`` describes.

        Raises:
            SettingError: it is missing, malformed, or names tasks of another type.
        """
        text = os.environ.get("TF_CONFIG", "")
        try:
            return cls._of(json.loads(text))
        except (KeyError, ValueError, TypeError) as error:
            raise SettingError(
                "the strategy multiworker needs the environment variable TF_CONFIG",
                expected=_EXPECTED,
                received=f"{text or 'nothing'} ({error})",
                hint="examples/cluster/ has a script that sets it for Slurm, and a manifest for "
                "Kubernetes",
            ) from error

    @classmethod
    def _of(cls, config: Any) -> Cluster:
        """The cluster of a parsed ``TF_CONFIG``; what is wrong raises one of several errors."""
        chiefs, workers = _tasks(config, "chief"), _tasks(config, "worker")
        kind, number = config["task"]["type"], int(config["task"]["index"])
        own = {"chief": chiefs, "worker": workers}[kind]
        addresses = (*chiefs, *workers)
        if not 0 <= number < len(own):
            raise ValueError(f"there is no {kind} {number}")
        if len(chiefs) > 1 or len(set(addresses)) < len(addresses):
            raise ValueError("an address or a chief occurs twice")
        return cls(addresses, number if kind == "chief" else len(chiefs) + number)


def check_strategy(name: str) -> None:
    """Refuse the name of a strategy that there is not, or that has no cluster here.

    Raises:
        SettingError: unknown name, or ``TF_CONFIG`` is missing or malformed.
    """
    if name not in STRATEGIES:
        raise SettingError("unknown strategy", expected=", ".join(STRATEGIES), received=name)
    if name == MULTIWORKER:
        Cluster.from_environment()


def _tasks(config: Any, kind: str) -> list[str]:
    """The addresses of the tasks of one type; none where the type is not named."""
    tasks = config["cluster"].get(kind, [])
    if not isinstance(tasks, list) or not all(isinstance(task, str) for task in tasks):
        raise TypeError(f"{kind} is no list of addresses")
    return tasks
