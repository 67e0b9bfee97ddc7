"""Between two states: numbers move, everything else flips half-way. Pure.

A state is what a preset holds: the messages that bring a deck there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musicvae.live.commands.messages import Message, without_deck

#: There is nothing between two seeds, and half a loop's start makes no loop.
SWITCHES = frozenset(
    {
        *("/seed", "/freeze", "/hold", "/play", "/mute", "/source"),
        *("/model/load", "/tape/load", "/tape/play", "/tape/loop"),
    }
)
#: One value stands for the same value for every latent.
_SPREADING = frozenset({"/latent/scale", "/latent/bias"})


def between(a: Sequence[Message], b: Sequence[Message], t: float) -> list[Message]:
    """The state that lies ``t`` of the way from ``a`` to ``b``.

    Numbers of messages that both have move linearly, in float64. Words, switches and what only one
    of them has are those of ``a`` below 0.5 and those of ``b`` from there.

    Args:
        a: messages, each address once; where one comes twice, the first is paired with the first.
        b: likewise.
        t: 0 is exactly ``a`` and 1 exactly ``b``; beyond, it is the nearer of the two.

    Returns:
        New messages, in the order of the nearer state.
    """
    if t <= 0.0 or t >= 1.0:
        return [list(message) for message in (a if t <= 0.0 else b)]
    near, far = (a, b) if t < 0.5 else (b, a)
    partners = dict(_keyed(far))
    result = []
    for key, message in _keyed(near):
        partner = partners.get(key)
        if partner is None:
            result.append(list(message))
        else:
            start, end = (message, partner) if near is a else (partner, message)
            result.append(_blend(start, end, t))
    return result


def _keyed(state: Sequence[Message]) -> Iterator[tuple[tuple[str, int], Message]]:
    """Each message with its address and how often that came before."""
    seen: dict[str, int] = {}
    for message in state:
        number = seen.get(message[0], 0)
        seen[message[0]] = number + 1
        yield (message[0], number), message


def _blend(a: Message, b: Message, t: float) -> Message:
    address = without_deck(a)[0]
    left, right = a[1:], b[1:]
    if address in _SPREADING and 1 in (len(left), len(right)):
        width = max(len(left), len(right))
        left, right = (_spread(values, width) for values in (left, right))
    words = any(isinstance(value, str) for value in (*left, *right))
    if address in SWITCHES or words or len(left) != len(right):
        return list(a if t < 0.5 else b)
    return [a[0], *(_number(x, y, t) for x, y in zip(left, right, strict=True))]


def _spread(values: Message, width: int) -> Message:
    return values * width if len(values) == 1 else values


def _number(x: float, y: float, t: float) -> float | int:
    # In this form equal ends do not waver, and below t = 1 no rounding leads beyond y.
    return x if x == y else x + t * (y - x)
