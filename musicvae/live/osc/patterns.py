"""OSC address patterns (``? * [a-z] [!a] {one,two}``) without regular expressions.

A pattern comes from the network, so its cost must be bounded: each token maps the *set* of places
reached in the text to the next set, which is at most length × length steps however the pattern is
made. (Thompson's simulation, CACM 11(6), 1968; backtracking engines take exponential time.)
"""

from __future__ import annotations

from collections.abc import Callable

#: Maps the places reached in a text to the places reached after one more token.
Step = Callable[[str, set[int]], set[int]]

_SPECIAL = frozenset("?*[{")
#: Of ``*`` and ``{`` in one pattern, which may match nothing and so are tried everywhere.
MAX_LOOSE = 16


class PatternError(ValueError):
    """The pattern is malformed; the message says how."""


def is_pattern(address: str) -> bool:
    """Whether an address holds any pattern character."""
    return not _SPECIAL.isdisjoint(address)


class Pattern:
    """A compiled address pattern.

    Args:
        text: such as ``"/deck/*/latent/[0-3]"``. No token crosses a ``/``.

    Raises:
        PatternError: a bracket or brace is not closed, or there are too many of ``*`` and ``{``.

    Example:
        >>> Pattern("/latent/[0-3]").matches("/latent/2")
        True
    """

    def __init__(self, text: str) -> None:
        if text.count("*") + text.count("{") > MAX_LOOSE:
            raise PatternError(f"more than {MAX_LOOSE} of * and {{ in one pattern")
        self._parts = [_compile(part) for part in text.split("/")]

    def matches(self, address: str) -> bool:
        """Whether the pattern stands for this address."""
        parts = address.split("/")
        return len(parts) == len(self._parts) and all(
            _matches(compiled, part) for compiled, part in zip(self._parts, parts, strict=True)
        )

    def begins(self, stem: str) -> bool:
        """Whether it may stand for ``stem``, which ends in ``/``, and one part more."""
        parts = stem.split("/")
        return len(parts) == len(self._parts) and all(
            _matches(compiled, part)
            for compiled, part in zip(self._parts[:-1], parts[:-1], strict=True)
        )


def _matches(compiled: tuple[int, list[Step]], text: str) -> bool:
    shortest, steps = compiled
    if shortest > len(text):
        return False
    places = {0}
    for step in steps:
        places = step(text, places)
        if not places:
            return False
    return len(text) in places


def _compile(part: str) -> tuple[int, list[Step]]:
    """The shortest text that can match, and the steps."""
    steps: list[Step] = []
    shortest = at = 0
    while at < len(part):
        char = part[at]
        if char == "*":
            if not steps or steps[-1] is not _star:
                steps.append(_star)
            at += 1
        elif char == "[":
            inside, at = _until(part, at, "]")
            steps.append(_one_of(inside))
            shortest += 1
        elif char == "{":
            inside, at = _until(part, at, "}")
            words = list(dict.fromkeys(inside.split(",")))
            steps.append(_word_of(words))
            shortest += min(map(len, words))
        else:
            steps.append(_any if char == "?" else _one_of(char))
            shortest += 1
            at += 1
    return shortest, steps


def _until(part: str, at: int, closing: str) -> tuple[str, int]:
    end = part.find(closing, at + 1)
    if end < 0:
        raise PatternError(f"{part[at]!r} is not closed")
    return part[at + 1 : end], end + 1


def _star(text: str, places: set[int]) -> set[int]:
    return set(range(min(places), len(text) + 1))


def _any(text: str, places: set[int]) -> set[int]:
    return {place + 1 for place in places if place < len(text)}


def _one_of(inside: str) -> Step:
    negated = inside.startswith("!") and len(inside) > 1
    ranges = _ranges(inside[1:] if negated else inside)

    def step(text: str, places: set[int]) -> set[int]:
        return {
            place + 1
            for place in places
            if place < len(text)
            and any(low <= text[place] <= high for low, high in ranges) != negated
        }

    return step


def _ranges(inside: str) -> list[tuple[str, str]]:
    ranges = []
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            ranges.append((inside[at], inside[at + 2]))
            at += 3
        else:
            ranges.append((inside[at], inside[at]))
            at += 1
    return ranges


def _word_of(words: list[str]) -> Step:
    def step(text: str, places: set[int]) -> set[int]:
        return {
            place + len(word) for place in places for word in words if text.startswith(word, place)
        }

    return step
