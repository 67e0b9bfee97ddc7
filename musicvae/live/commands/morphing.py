"""Morphs two states: interpolates between them by the morph rule of each address.

A state is the content of a preset: the messages that set a deck. This module uses neither files
nor the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from musicvae.live.commands.address import Morph
from musicvae.live.commands.messages import StoredMessage, without_deck


def between(
    a: Sequence[StoredMessage],
    b: Sequence[StoredMessage],
    t: float,
    rule_of: Callable[[str], Morph],
) -> list[StoredMessage]:
    """The state at the share ``t`` of the way from ``a`` to ``b``.

    Numbers of messages that both states have are interpolated linearly, in float64. Texts,
    switches and messages that only one state has are those of ``a`` below 0.5 and those of ``b``
    from 0.5 on.

    Args:
        a: messages. If an address occurs several times, the first is paired with the first in
            ``b``, the second with the second.
        b: messages, of the same form.
        t: 0 or less gives exactly ``a``, 1 or more exactly ``b``.
        rule_of: gives the morph rule of an address without a deck.

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
            result.append(_blend(start, end, t, rule_of(without_deck(message)[0])))
    return result


def _keyed(state: Sequence[StoredMessage]) -> Iterator[tuple[tuple[str, int], StoredMessage]]:
    """Each message with its address and how often that address occurred before it."""
    seen: dict[str, int] = {}
    for message in state:
        number = seen.get(message[0], 0)
        seen[message[0]] = number + 1
        yield (message[0], number), message


def _blend(a: StoredMessage, b: StoredMessage, t: float, rule: Morph) -> StoredMessage:
    left, right = a[1:], b[1:]
    if rule is Morph.SPREAD and 1 in (len(left), len(right)):
        width = max(len(left), len(right))
        left, right = (_spread(values, width) for values in (left, right))
    words = any(isinstance(value, str) for value in (*left, *right))
    if rule is Morph.SWITCH or words or len(left) != len(right):
        return list(a if t < 0.5 else b)
    return [a[0], *(_number(x, y, t) for x, y in zip(left, right, strict=True))]


def _spread(values: StoredMessage, width: int) -> StoredMessage:
    return values * width if len(values) == 1 else values


def _number(x: float, y: float, t: float) -> float | int:
    # In this form equal ends give exactly that value, and below t = 1 rounding never exceeds y.
    return x if x == y else x + t * (y - x)
