"""Matches OSC address patterns (``? * [a-z] [!a] {one,two}``) in bounded time.

A pattern comes from the network, so it must not be able to take long. Each token maps the *set* of
positions reached in the text to the next set, which takes at most length × length operations for
any pattern. (Thompson's simulation, CACM 11(6), 1968. Regular expressions backtrack, which can take
exponential time.)
"""

from __future__ import annotations

from collections.abc import Callable

#: Maps the positions reached in a text to the positions reached after one more token.
Token = Callable[[str, set[int]], set[int]]

_SPECIAL = frozenset("?*[{")
#: Most ``*`` and ``{`` in one pattern: both may match nothing, so they are tried everywhere.
MAX_LOOSE = 16


class PatternError(ValueError):
    """The pattern is malformed; the message says how."""


def is_pattern(address: str) -> bool:
    """Whether an address contains a pattern character."""
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
        """Whether the pattern matches this address."""
        parts = address.split("/")
        return len(parts) == len(self._parts) and all(
            _matches(compiled, part) for compiled, part in zip(self._parts, parts, strict=True)
        )

    def ends(self, last: str) -> bool:
        """Whether its last part matches ``last``, which has no ``/``."""
        return _matches(self._parts[-1], last)

    def begins(self, stem: str) -> bool:
        """Whether it can match ``stem``, which ends in ``/``, with one more part behind it."""
        parts = stem.split("/")
        return len(parts) == len(self._parts) and all(
            _matches(compiled, part)
            for compiled, part in zip(self._parts[:-1], parts[:-1], strict=True)
        )


def _matches(compiled: tuple[int, list[Token]], text: str) -> bool:
    shortest, tokens = compiled
    if shortest > len(text):
        return False
    reached = {0}
    for token in tokens:
        reached = token(text, reached)
        if not reached:
            return False
    return len(text) in reached


def _compile(part: str) -> tuple[int, list[Token]]:
    """The length of the shortest text that can match, and the tokens."""
    tokens: list[Token] = []
    shortest = at = 0
    while at < len(part):
        char = part[at]
        if char == "*":
            if not tokens or tokens[-1] is not _star:
                tokens.append(_star)
            at += 1
        elif char == "[":
            inside, at = _until(part, at, "]")
            tokens.append(_one_of(inside))
            shortest += 1
        elif char == "{":
            inside, at = _until(part, at, "}")
            words = list(dict.fromkeys(inside.split(",")))
            tokens.append(_word_of(words))
            shortest += min(map(len, words))
        else:
            tokens.append(_any if char == "?" else _one_of(char))
            shortest += 1
            at += 1
    return shortest, tokens


def _until(part: str, at: int, closing: str) -> tuple[str, int]:
    end = part.find(closing, at + 1)
    if end < 0:
        raise PatternError(f"{part[at]!r} is not closed")
    return part[at + 1 : end], end + 1


def _star(text: str, positions: set[int]) -> set[int]:
    return set(range(min(positions), len(text) + 1))


def _any(text: str, positions: set[int]) -> set[int]:
    return {position + 1 for position in positions if position < len(text)}


def _one_of(inside: str) -> Token:
    negated = inside.startswith("!") and len(inside) > 1
    ranges = _ranges(inside[1:] if negated else inside)

    def token(text: str, positions: set[int]) -> set[int]:
        return {
            position + 1
            for position in positions
            if position < len(text)
            and any(low <= text[position] <= high for low, high in ranges) != negated
        }

    return token


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


def _word_of(words: list[str]) -> Token:
    def token(text: str, positions: set[int]) -> set[int]:
        return {
            position + len(word)
            for position in positions
            for word in words
            if text.startswith(word, position)
        }

    return token
