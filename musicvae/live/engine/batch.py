"""A batch: commands that take effect together, at one frame of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from musicvae.live.commands.address import Command


@dataclass(slots=True)
class Batch:
    """Commands that take effect together.

    Attributes:
        commands: in order.
        payloads: what a job has loaded for each, or ``None``; empty where none needs one.
        then: called by the rendering thread with the frame, after the commands: it may look at the
            engine and hand something on, but must not wait.
        due: the frame at which it is to happen; ``None`` is the next one.
    """

    commands: tuple[Command, ...] = ()
    payloads: tuple[Any, ...] = ()
    then: Callable[[int], None] | None = None
    due: int | None = None

    def replaces(self, earlier: Batch) -> bool:
        """Whether nothing of ``earlier``, which would happen at the same frame, would be heard."""
        if earlier.then is not None or earlier.due is not None or self.due is not None:
            return False
        if len(self.commands) != 1 or len(earlier.commands) != 1:
            return False
        return earlier.commands[0].is_replaced_by(self.commands[0])
