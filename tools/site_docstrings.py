"""Teaches griffe, which reads docstrings for the site, three conventions of this repository.

- ``#:`` comments before a constant or a field are its docstring.
- Roles such as ``:func:`musicvae.audio.read``` are links. One that leads nowhere fails the strict
  build, so that the names in docstrings stay true.
- Examples begin with ``>>>``, which alone would be a quotation in Markdown.

An extension of griffe, named in mkdocs.yml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import griffe

ROLE = re.compile(r":(?:attr|class|data|exc|func|meth|mod):`(?P<name>[\w.]+)`")
EXAMPLE = re.compile(r"^>>> .*(?:\n.+)*", re.MULTILINE)


class OurDocstrings(griffe.Extension):
    """Completes the docstrings of a package once it is loaded."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Complete the docstring of one object."""
        if obj.docstring is None and obj.is_attribute and (comment := comment_before(obj)):
            obj.docstring = griffe.Docstring(comment, lineno=obj.lineno, parent=obj)
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)


def comment_before(obj: griffe.Object) -> str:
    """The ``#:`` lines that end where the object begins, without their marks; or nothing."""
    if not isinstance(obj.filepath, Path):
        return ""  # a namespace package is several folders and no lines
    lines = obj.lines_collection[obj.filepath][: (obj.lineno or 1) - 1]
    found: list[str] = []
    while lines and (line := lines.pop().strip()).startswith("#:"):
        found.insert(0, line.removeprefix("#:").strip())
    return "\n".join(found)


def as_markdown(docstring: str) -> str:
    """A docstring as the site shows it."""
    text = ROLE.sub(link, re.sub(r" *# doctest: .*", "", docstring))
    text = re.sub(r"^Example:$", "Examples:", text, flags=re.MULTILINE)
    return EXAMPLE.sub(r"```pycon\n\g<0>\n```", text)


def link(role: re.Match[str]) -> str:
    """A cross-reference for a full name; a name of the same class or module is only quoted."""
    name = role["name"]
    return f"[`{name}`][{name}]" if name.startswith("musicvae") else f"`{name}`"
