"""A batch: commands that the engine applies together, at one sample frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from musicvae.live.commands.address import Command


@dataclass(slots=True)
class Batch:
    """Commands that are applied together.

    Attributes:
        commands: in order.
        payloads: what was loaded for each command, or ``None``; empty if no command needs one.
        then: called by the rendering thread with the sample frame, after the commands: it may read
            the engine and pass something on, but must not block.
        due: the sample frame at which to apply them; ``None`` is the next one.
        error: the newest error of applying them; set before ``then`` is called.
    """

    commands: tuple[Command, ...] = ()
    payloads: tuple[object, ...] = ()
    then: Callable[[int], None] | None = None
    due: int | None = None
    error: Exception | None = None

    def replaces(self, earlier: Batch) -> bool:
        """Whether ``earlier``, which is due at the same sample frame, becomes inaudible."""
        if earlier.then is not None or earlier.due is not None or self.due is not None:
            return False
        if len(self.commands) != 1 or len(earlier.commands) != 1:
            return False
        return earlier.commands[0].is_replaced_by(self.commands[0])
