"""What happens to the engine at one frame, all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from musicvae.live.commands.command import Command


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
        mine, other = self.commands[0], earlier.commands[0]
        return (
            mine.path in ("/latent", "/latent/<i>")
            and (mine.path, mine.deck, mine.key) == (other.path, other.deck, other.key)
            and len(mine.values) == len(other.values)
        )
