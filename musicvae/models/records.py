"""Reads objects of JSON as frozen dataclasses whose fields say what they may hold.

    @dataclass(frozen=True)
    class Facts:
        bytes: int = whole(1, 2**29)
        sha256: str = digest(64)

:func:`read_record` trusts nothing: a name that is unknown or missing, a value of another type or
out of range is an error that names its place, such as ``training.steps``. The length of texts and
lists is bounded, so that whatever was read can be shown.
"""

from __future__ import annotations

import dataclasses
import math
import re
import reprlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)

#: Makes a field's value of one from JSON; the text is its place, for the error.
Rule = Callable[[object, str], Any]
_RULE = "rule"


def read_record(cls: type[Record], values: object, place: str = "") -> Record:
    """An instance of a dataclass of an object of JSON.

    Args:
        cls: the class; each of its fields is made by a function of this module.
        values: what the JSON holds there.
        place: where that is, for errors; empty is the whole text.

    Raises:
        ValueError: a name is unknown or missing, or a value cannot be; the message says where.
    """
    if not isinstance(values, dict):
        raise ValueError(f"{place or 'it'} is no object but {_shown(values)}")
    fields = {field.name: field for field in dataclasses.fields(cls)}
    unknown = [name for name in values if name not in fields]
    if unknown:
        raise ValueError(f"{_inside(place, unknown[0])} is unknown")
    made = {}
    for name, field in fields.items():
        if name in values:
            made[name] = field.metadata[_RULE](values[name], _inside(place, name))
        elif field.default is dataclasses.MISSING:
            raise ValueError(f"{_inside(place, name)} is missing")
    return cls(**made)


def ruled(rule: Rule, **default: Any) -> Any:
    """A field with a rule of its own; ``default=…`` as of :func:`dataclasses.field`."""
    return dataclasses.field(metadata={_RULE: rule}, **default)


def whole(lowest: int, highest: int, **default: Any) -> Any:
    """A field that holds a whole number in this range."""

    def rule(value: object, place: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise _unfit(value, place, f"a whole number from {lowest} to {highest}")
        return value

    return ruled(rule, **default)


def number(lowest: float, highest: float, **default: Any) -> Any:
    """A field that holds a finite number in this range; ``default=None`` allows none."""

    def rule(value: object, place: str) -> float | None:
        if value is None and default.get("default", 0) is None:
            return None
        real = isinstance(value, int | float) and not isinstance(value, bool)
        # Compared without conversion: JSON may hold an integer that is too large for a float.
        if not real or not lowest <= cast(float, value) <= highest:
            raise _unfit(value, place, f"a number from {lowest:g} to {highest:g}")
        return float(cast(float, value))

    return ruled(rule, **default)


def text(most: int, **default: Any) -> Any:
    """A field that holds a text of at most so many characters."""
    return ruled(lambda value, place: _text(value, place, most), **default)


def digest(digits: int, **default: Any) -> Any:
    """A field that holds so many hex digits, or with ``default=""`` none."""

    def rule(value: object, place: str) -> str:
        if value == "" and default.get("default") == "":
            return ""
        if not isinstance(value, str) or not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
            raise _unfit(value, place, f"{digits} hex digits")
        return value

    return ruled(rule, **default)


def texts(most: int, longest: int) -> Any:
    """A field that holds a list of at most so many texts, by default none."""

    def rule(value: object, place: str) -> tuple[str, ...]:
        items = _list(value, place, most)
        return tuple(_text(item, f"{place}[{index}]", longest) for index, item in enumerate(items))

    return ruled(rule, default=())


def words(most: int, longest: int) -> Any:
    """A field that holds an object of at most so many texts by name, by default none."""

    def rule(value: object, place: str) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > most:
            raise _unfit(value, place, f"an object of at most {most} texts")
        return {
            _text(name, place, longest): _text(item, _inside(place, name), longest)
            for name, item in value.items()
        }

    return ruled(rule, default_factory=dict)


def record(cls: type[DataclassInstance], **default: Any) -> Any:
    """A field that holds another record; ``default=None`` allows none."""

    def rule(value: object, place: str) -> Any:
        if value is None and default.get("default", 0) is None:
            return None
        return read_record(cls, value, place)

    return ruled(rule, **default)


def records(cls: type[DataclassInstance], most: int) -> Any:
    """A field that holds a list of at most so many records, by default none."""

    def rule(value: object, place: str) -> tuple[Any, ...]:
        items = _list(value, place, most)
        return tuple(
            read_record(cls, item, f"{place}[{index}]") for index, item in enumerate(items)
        )

    return ruled(rule, default=())


def _text(value: object, place: str, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise _unfit(value, place, f"a text of at most {most} characters")
    return value


def _list(value: object, place: str, most: int) -> list[object] | tuple[object, ...]:
    if not isinstance(value, list | tuple) or len(value) > most:
        raise _unfit(value, place, f"a list of at most {most}")
    return value


def _unfit(value: object, place: str, expected: str) -> ValueError:
    return ValueError(f"{place} is {_shown(value)}, not {expected}")


def _shown(value: object) -> str:
    """A value for a message: short, on one line."""
    if isinstance(value, float) and not math.isfinite(value):
        return "no finite number"
    return reprlib.repr(value)


def _inside(place: str, name: str) -> str:
    shown = name if re.fullmatch(r"[a-z_0-9]{1,40}", name) else reprlib.repr(name)
    return f"{place}.{shown}" if place else shown
