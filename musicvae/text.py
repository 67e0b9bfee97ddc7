"""Text from strangers made safe to show: file names, artifacts, devices, other processes.

Such a text may hold anything that a ``str`` can: control characters, marks that turn the direction
of writing, line separators, and halves of surrogate pairs, which no encoding can write. The latter
come from ``\\ud800`` in JSON and from file names that are not UTF-8.
"""

from __future__ import annotations

import json
import math
import re

#: What stands for a character that does not exist, in Unicode's own tables.
_UNKNOWN = "\ufffd"
#: A surrogate pair, half of one, or any other escape.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)


def printable(text: str, replacement: str = "?", most: int | None = None) -> str:
    """The text with each character that cannot be printed replaced.

    Line breaks, control characters and marks of direction are among them: printed as they are, they
    could move the cursor, change colours, clear the terminal or turn a line around. Letters of any
    script and spaces stay.

    Args:
        text: any text.
        replacement: what stands for each such character; one character keeps the length.
        most: longest result in characters; a longer one ends with ``…``. ``None`` keeps all.
    """
    if most is not None and len(text) > most:
        return printable(text[: most - 1], replacement) + "…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else replacement for char in text)


def encodable(text: str, replacement: str = _UNKNOWN) -> str:
    """The text with each half of a surrogate pair replaced: every other character can be encoded.

    Args:
        text: any text.
        replacement: what stands for each half.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(replacement if _is_half(char) else char for char in text)
    return text


def encodable_json(text: str) -> str:
    r"""JSON of which every text can be encoded: ``\ud800`` without its other half is replaced.

    Args:
        text: JSON, or any other text.
    """
    text = encodable(text)
    if "\\ud" not in text and "\\uD" not in text:
        return text
    return _ESCAPE.sub(
        lambda found: r"\ufffd" if len(found[0]) == len(r"\ud800") else found[0], text
    )


def to_json(value: object, indent: int | None = None) -> str:
    """A value as JSON that every terminal, encoding and reader of lines can take.

    It is printable ASCII, and without ``indent`` one line for any reader; other characters are
    escaped. Halves of surrogate pairs, which have no form in JSON that all readers accept, become
    U+FFFD. Numbers that are not finite become null, since JSON has no word for them.

    Args:
        value: anything that :func:`json.dumps` takes; keys and texts may come from strangers.
        indent: spaces for each level; ``None`` makes one line.

    Raises:
        TypeError: JSON has no form for it.
    """
    text = json.dumps(_finite(value), allow_nan=False, indent=indent)
    return encodable_json(text.replace("\x7f", r"\u007f"))


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _is_half(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"
