"""Printable text."""

from __future__ import annotations

import pytest

from musicvae.text import printable


@pytest.mark.parametrize("text", ["", "jazz 2.onnx", "été, ночь, 夜", "a-b_c (3)"])
def test_what_can_be_printed_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    "char", ["\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\ud800"]
)
def test_what_steers_a_terminal_is_replaced_one_for_one(char: str) -> None:
    assert printable(f"a{char}[31mb{char}") == "a?[31mb?"
    assert printable(f"a{char}b", " ") == "a b"
