"""A batch: commands that the engine applies together, at one sample frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from musicvae.live.commands.address import Command

#: The heaviest batch: about 2 ms of the rendering thread's time. More commands become several.
MOST_TOGETHER = 256
#: Values that make a command as heavy as another one.
_VALUES = 128
#: Weight of a function that reads the engine, or of a voice or a tape that comes along.
_HEAVY = 8


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
        last: the last of several batches of one post, which holds the error of each of them;
            ``None`` if there is only one.
        dropped: number of commands that others of the same batch replaced.
        weight: the work of applying it, in that of a short command.
    """

    commands: tuple[Command, ...] = ()
    payloads: tuple[object, ...] = ()
    then: Callable[[int], None] | None = None
    due: int | None = None
    error: Exception | None = None
    last: Batch | None = None
    dropped: int = 0
    weight: int = field(init=False)

    def __post_init__(self) -> None:
        heavy = sum(payload is not None for payload in self.payloads) + (self.then is not None)
        self.weight = max(1, sum(map(_weight, self.commands)) + _HEAVY * heavy)

    def replaces(self, earlier: Batch) -> bool:
        """Whether ``earlier``, which is due at the same sample frame, becomes inaudible.

        Each of its commands must be replaced by that in the same position: two commands for one
        place, as ``/latent/from 0`` and ``/latent/from 4``, set different things.
        """
        if earlier.then is not None or earlier.due is not None or self.due is not None:
            return False
        if not 0 < len(earlier.commands) == len(self.commands):
            return False
        pairs = zip(earlier.commands, self.commands, strict=True)
        return all(before.is_replaced_by(after) for before, after in pairs)


def batches(
    commands: Sequence[Command],
    payloads: Sequence[object] = (),
    then: Callable[[int], None] | None = None,
    due: int | None = None,
) -> Iterator[Batch]:
    """The commands as one batch or, where they are too heavy for one, as several in this order.

    Commands that a later one of them replaces are left out.

    Args:
        commands: in order.
        payloads: of each command; may be empty.
        then: called after the last batch.
        due: of all batches.
    """
    kept = _not_replaced(commands)
    dropped, part, weight = len(commands) - len(kept), list[int](), 0
    for index in kept:
        added = _weight(commands[index])
        if part and weight + added > MOST_TOGETHER:
            yield _part(commands, payloads, part, None, due, dropped)
            dropped, part, weight = 0, [], 0
        part.append(index)
        weight += added
    yield _part(commands, payloads, part, then, due, dropped)


def _part(
    commands: Sequence[Command],
    payloads: Sequence[object],
    part: list[int],
    then: Callable[[int], None] | None,
    due: int | None,
    dropped: int,
) -> Batch:
    chosen = tuple(payloads[index] for index in part) if payloads else ()
    return Batch(tuple(commands[index] for index in part), chosen, then, due, dropped=dropped)


def _not_replaced(commands: Sequence[Command]) -> list[int]:
    """The indices of the commands that no later one replaces.

    A command without a rule for that may depend on all that came before it for the same deck, so
    nothing before it is left out because of something behind it.
    """
    if len(commands) < 2:
        return [*range(len(commands))]
    newest: dict[str, dict[object, int]] = {}  # for each deck
    replaced = set()
    for index, command in enumerate(commands):
        places = newest.setdefault(command.deck, {})
        if command.row.replaced_by is None:
            places.clear()
            continue
        before = places.get(command.place)
        if before is not None and commands[before].is_replaced_by(command):
            replaced.add(before)
        places[command.place] = index
    return [index for index in range(len(commands)) if index not in replaced]


def _weight(command: Command) -> int:
    return 1 + len(command.values) // _VALUES
