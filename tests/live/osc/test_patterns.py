from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.live.osc.patterns import Pattern, PatternError, is_pattern


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


def test_the_work_for_a_hostile_pattern_is_bounded() -> None:
    text = "a" * 120
    tested = 0

    class Counting(str):
        def __getitem__(self, key):  # type: ignore[no-untyped-def]
            nonlocal tested
            tested += 1
            return super().__getitem__(key)

        def split(self, *_):  # type: ignore[no-untyped-def]
            return [self]

    # A backtracking matcher needs about 2 to the power of 60 steps here.
    assert not Pattern("*a" * 60 + "b").matches(Counting(text))
    assert 0 < tested <= 61 * 121
