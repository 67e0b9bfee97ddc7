"""JSON values, as strangers may write them: numbers at the edges, wrong types, and text that is
no JSON at all; and changes at a random place of a value.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

#: Python writes no whole numbers of more digits.
_WIDEST = 10**4000


class Raw(str):
    """A piece of JSON text that is written as it is, right or wrong."""

    __slots__ = ()


NUMBERS: tuple[Any, ...] = (
    *(0, -0.0, 1, -1, 0.5, -0.5, 2, 3, 7, 63, 64, 100, 255, 256, 257, 4096, 65_535, 65_536),
    *(1e-300, 5e-324, 1e-45, -1e-45, 1.17549435e-38, 1e-7, 1e6, 1e9, 1e38, -1e38, 3.5e38),
    *(1e299, -1e299, 1.7e308, -1.7e308, 2**31 - 1, 2**31, -(2**31), 2**53, 2**63 - 1, 2**63),
    *(-(2**63), 2**64, 10**400, -(10**400), 1_000_000, 192_000, 192_001, 999, 1000),
    *(Raw("1e999"), Raw("-1e999"), Raw("NaN"), Raw("Infinity"), Raw("-Infinity"), Raw("1e-999")),
    *(Raw("9" * 5000), Raw("0." + "3" * 4000), Raw("1" + "0" * 308 + ".0")),
)
TEXTS: tuple[Any, ...] = (
    *("", " ", "a", "é", "…", "\U0001f3b5", "a" * 1000, "a" * 1025, "x" * 70_000, "../../x", "/"),
    *("\x1b[2J", "a\nb", "\0", "\x7f", "\u202e", "\u2028", "con", ".", "..", "NaN", "1", "é" * 600),
    *("0" * 16, "f" * 64, "F" * 16, "/etc/passwd", "%s%n", "{}", "a/b", "\\", '"', "<b>", "\ufeff"),
    *(Raw(r'"\ud800"'), Raw(r'"a\udfffb"'), Raw('"\t"'), Raw('"' + "y" * 2**20 + '"')),
)
OTHERS: tuple[Any, ...] = (
    *(None, True, False, [], {}, [[]], {"": None}, [1], ["a"], [None] * 100, {"a": {"b": []}}),
    *(Raw("[" * 63 + "]" * 63), Raw("[" * 65 + "]" * 65), Raw("[" * 10_000 + "]" * 10_000)),
    *(Raw('{"a":' * 200 + "1" + "}" * 200), Raw("[" + "0," * 200_000 + "0]")),
    *(Raw('{"a": 1, "a": 2}'), Raw(""), Raw("nul"), Raw("'a'"), Raw("// no"), Raw("[1,]")),
)


def edge(rng: random.Random) -> Any:
    """A value that some reader does not expect."""
    return copy.deepcopy(rng.choice(rng.choice((NUMBERS, NUMBERS, TEXTS, OTHERS))))


def like(rng: random.Random, value: Any) -> Any:
    """A value of the same type at the edge of what it may be."""
    if isinstance(value, bool) or value is None:
        return edge(rng)
    if isinstance(value, int):
        whole: tuple[Any, ...] = (
            value - 1,
            value + 1,
            2 * value,
            -value,
            Raw(f"{value}.5"),
            Raw(f'"{value}"'),
        )
        return rng.choice((*whole, rng.choice(NUMBERS)))
    if isinstance(value, float):
        near = (-value, value * 1e6, value * 1e-30, value * 1e300, str(value))
        return rng.choice((*near, rng.choice(NUMBERS), rng.choice(NUMBERS)))
    if isinstance(value, str):
        return rng.choice((value[:-1], value * 2, value.upper(), rng.choice(TEXTS)))
    return edge(rng)


def changed(rng: random.Random, value: Any) -> Any:
    """The value with one change at a random place, not always a deep one."""
    if isinstance(value, dict | list) and value and rng.random() < 0.9:
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        if rng.random() < 0.6 or not isinstance(value[key], dict | list):
            value[key] = _here(rng, value, key)
        else:
            value[key] = changed(rng, value[key])
        if rng.random() < 0.05:
            _resize(rng, value, key)
        return value
    return like(rng, value)


def _here(rng: random.Random, value: Any, key: Any) -> Any:
    inside = value[key]
    if isinstance(inside, dict | list) and inside and rng.random() < 0.7:
        return changed(rng, inside)
    act: Callable[[], Any] = rng.choice(
        (
            lambda: like(rng, inside),
            lambda: like(rng, inside),
            lambda: edge(rng),
            lambda: [inside],
            lambda: copy.deepcopy(rng.choice(_items(value))),
        )
    )
    return act()


def _items(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def _resize(rng: random.Random, value: Any, key: Any) -> None:
    if rng.random() < 0.4:
        del value[key]
    elif isinstance(value, dict):
        value[rng.choice(("", "schema", "kind", "x", "a" * 500, "\x1b", "__class__"))] = edge(rng)
    elif len(written(value[key])) < 1000:  # or the file would fill the disk
        value += [value[key]] * rng.choice((1, 2, 64, 257, 5000))


def written(value: Any) -> str:
    """JSON text; a :class:`Raw` is written as it is, also as a key."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        inside = (f"{_key(key)}: {written(item)}" for key, item in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < _WIDEST else "9" * 4400
    return json.dumps(value)


def _key(key: Any) -> str:
    return str(key) if isinstance(key, Raw) else json.dumps(str(key))


def spoilt(rng: random.Random, data: bytes) -> bytes:
    """The bytes of a text file with one change that no grammar would make."""
    at = rng.randrange(len(data) + 1)
    act: Callable[[], bytes] = rng.choice(
        (
            lambda: data[:at],
            lambda: data[:at] + rng.randbytes(rng.choice((1, 4, 100))) + data[at:],
            lambda: b"\xef\xbb\xbf" + data,
            lambda: data.decode("utf-8", "replace").encode("utf-16"),
            lambda: data + data,
            lambda: data + b"\0" * 100,
            lambda: b"",
            lambda: data.replace(b",", b",,", 1),
            lambda: data.replace(b"\n", b"\r\n"),
        )
    )
    return act()
