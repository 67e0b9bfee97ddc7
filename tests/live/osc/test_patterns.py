from __future__ import annotations

import re
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.osc.patterns import MAX_LOOSE, Pattern, PatternError, is_pattern


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("/latent", ["/latent"], ["/laten", "/latents", "/", "/latent/0"]),
        ("/l?tent", ["/latent"], ["/ltent", "/laatent"]),
        ("/*", ["/gain", "/"], ["/latent/0"]),
        ("/l*t", ["/latent", "/lt"], ["/latents"]),
        ("/latent/*", ["/latent/0", "/latent/17"], ["/latent", "/latent/0/1"]),
        ("/latent/[0-3]", ["/latent/0", "/latent/3"], ["/latent/4", "/latent/"]),
        ("/latent/[!0-3]", ["/latent/4"], ["/latent/0", "/latent/44"]),
        ("/latent/[13]", ["/latent/1", "/latent/3"], ["/latent/2"]),
        ("/[a-]", ["/a", "/-"], ["/b"]),
        ("/{gain,play}", ["/gain", "/play"], ["/panic", "/gainplay"]),
        ("/{a,ab}{b,c}", ["/ab", "/ac", "/abb", "/abc"], ["/a", "/abbc"]),
        ("/deck/?/latent/{1,12}", ["/deck/a/latent/12"], ["/deck/a/latent/2"]),
        ("/[!]", ["/!"], ["/a", "/"]),
        ("/[]x", [], ["/x", "/]x"]),
        ("/[3-0]", [], ["/1", "/3"]),
        ("/a{}b", ["/ab"], ["/a{}b"]),
        ("/***", ["/", "/abc"], ["/a/b"]),
        ("//*", ["//a"], ["/a"]),
    ],
)
def test_matches(pattern: str, yes: list[str], no: list[str]) -> None:
    compiled = Pattern(pattern)
    assert [address for address in yes if not compiled.matches(address)] == []
    assert [address for address in no if compiled.matches(address)] == []


@pytest.mark.parametrize("pattern", ["/[a", "/{a,b", "/a[", "/[a/b]"])
def test_a_malformed_pattern_is_an_error(pattern: str) -> None:
    with pytest.raises(PatternError, match="not closed"):
        Pattern(pattern)


def test_only_special_characters_make_a_pattern() -> None:
    assert not is_pattern("/latent/0")
    assert all(is_pattern(f"/{char}") for char in "?*[{")


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    expression = pattern.replace("*", "[ab]*").replace("?", "[ab]")
    assert Pattern(pattern).matches(text) == bool(re.fullmatch(expression, text))


class Counting(str):
    """Counts how often a matcher looks at it."""

    looks = 0

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        Counting.looks += 1
        return super().__getitem__(key)

    def startswith(self, *arguments: Any) -> bool:
        Counting.looks += 1
        return super().startswith(*arguments)

    def split(self, *_: Any, **__: Any) -> list[str]:
        return [self]


@pytest.mark.parametrize(
    ("pattern", "tokens"),
    [
        # A backtracking matcher needs about 2 to the power of 16 steps and more here.
        ("*a" * MAX_LOOSE + "b", 2 * MAX_LOOSE + 1),
        ("*?" * MAX_LOOSE + "b", 2 * MAX_LOOSE + 1),
        ("*[a-z]" * MAX_LOOSE + "[!a]", 2 * MAX_LOOSE + 1),
        ("{,a}" * MAX_LOOSE + "b", 2 * MAX_LOOSE + 1),
        ("{a,aa,aaa}" * MAX_LOOSE + "b", 3 * MAX_LOOSE + 1),
        ("{" + "a," * 100 + "a}" + "*b", 3),
    ],
)
def test_the_work_for_a_hostile_pattern_is_bounded(pattern: str, tokens: int) -> None:
    text = "a" * 120
    Counting.looks = 0
    assert not Pattern(pattern).matches(Counting(text))
    assert 0 < Counting.looks <= tokens * (len(text) + 1)


@pytest.mark.parametrize("pattern", ["/" + "*a" * 17, "/" + "{,a}" * 17, "/*" * 17])
def test_more_wildcards_than_anybody_writes_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError, match="more than 16"):
        Pattern(pattern)


def test_a_text_that_is_too_short_is_not_even_looked_at() -> None:
    Counting.looks = 0
    assert not Pattern("a" * 100).matches(Counting("a" * 99))
    assert Counting.looks == 0


@pytest.mark.parametrize(
    ("pattern", "stem", "begins"),
    [
        ("/latent/*", "/latent/", True),
        ("/l*/7", "/latent/", True),
        ("/latent", "/latent/", False),
        ("/latent/*/x", "/latent/", False),
        ("/deck/[ab]/latent/3", "/deck/b/latent/", True),
        ("/deck/[ab]/latent/3", "/deck/b/attr/", False),
    ],
)
def test_begins(pattern: str, stem: str, begins: bool) -> None:
    assert Pattern(pattern).begins(stem) == begins
