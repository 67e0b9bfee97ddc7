"""Text of strangers can be printed and written, whatever it holds."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.text import encodable, encodable_json, printable, to_json

#: Every code point, halves of surrogate pairs too.
ANY = st.characters(exclude_categories=())


@pytest.mark.parametrize("text", ["", "jazz 2.onnx", "été, ночь, 夜", "a-b_c (3)"])
def test_what_can_be_printed_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    "char",
    ["\n", "\r", "\t", "\x00", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066", "\ud800"],
)
def test_what_steers_a_terminal_is_replaced_one_for_one(char: str) -> None:
    assert printable(f"a{char}[31mb{char}") == "a?[31mb?"
    assert printable(f"a{char}b", " ") == "a b"


def test_a_long_text_ends_where_it_is_told_to() -> None:
    assert printable("jazz", most=4) == "jazz"
    assert printable("jazz\x1b" * 10**5, most=8) == "jazz?ja…"


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb", "\udfff\ud800", "été 夜 🎷"])
def test_an_encodable_text_can_be_written(text: str) -> None:
    assert len(encodable(text).encode("utf-8").decode("utf-8")) == len(text)
    assert ("\ufffd" in encodable(text)) == ("🎷" not in text)


@given(st.recursive(st.text(ANY), lambda inner: st.dictionaries(st.text(ANY), inner), max_leaves=5))
def test_json_is_one_printable_line_with_the_same_meaning(value: object) -> None:
    line = to_json(value)
    assert line.isprintable()
    assert line.encode("utf-8").decode("utf-8") == line
    assert len(f"{line}\n{line}".splitlines()) == 2
    exact = json.dumps(value, ensure_ascii=False)
    assert json.loads(line) == json.loads(encodable(exact))


@pytest.mark.parametrize(
    "char", ["\n", "\x7f", "\x9b", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff"]
)
def test_json_keeps_a_strange_character_but_escapes_it(char: str) -> None:
    line = to_json({"genre": f"a{char}b"})
    assert char not in line
    assert json.loads(line) == {"genre": f"a{char}b"}


def test_json_with_lines() -> None:
    assert to_json({"a": ["\x1b", "é"]}, indent=1) == '{\n "a": [\n  "\\u001b",\n  "\\u00e9"\n ]\n}'


def test_json_has_no_word_for_nan() -> None:
    assert (
        to_json({"levels": [float("nan"), float("-inf"), 1.5]}) == '{"levels": [null, null, 1.5]}'
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"\uDFFF\uD800"', "\ufffd\ufffd"),
        (r'"\ud83c\udfb7 \ud83c"', "🎷 \ufffd"),
        (r'"\\ud800"', r"\ud800"),
        (r'{"\udc00": ["\ud800\u0041"]}', {"\ufffd": ["\ufffdA"]}),
        ('"a\ud800b"', "a\ufffdb"),
    ],
)
def test_every_text_in_json_can_be_encoded(text: str, value: object) -> None:
    assert json.loads(encodable_json(text)) == value


@given(st.text(st.sampled_from(["\\", "u", "d", "D", "8", "c", "F", "0", "A"]), max_size=40))
def test_any_escapes_in_json_become_characters(escapes: str) -> None:
    with contextlib.suppress(ValueError):
        exact = json.loads(f'"{escapes}"')
        assert json.loads(encodable_json(f'"{escapes}"')) == encodable(exact)
