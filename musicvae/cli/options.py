"""Adds the fields of a dataclass to a command as options, and reads their values.

So an option is written once, with its default, type and help, in the dataclass that the code behind
the command takes. Commands that call a function declare their options with ``argparse`` and pass
them on by name, which mypy checks against the function.

The metadata of a field are the keyword arguments of ``ArgumentParser.add_argument`` (``help``,
``type``, ``metavar``, ``nargs``, ``const``) and two more: ``name``, where the option is not
named after the field, and ``group``, the title above it in ``--help``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: What ``ArgumentParser.add_subparsers()`` returns; argparse keeps the class private.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
#: Runs a command with its options; returns the exit code, or ``None`` for success.
Run = Callable[[argparse.Namespace], int | None]


def add_option(parent: argparse._ActionsContainer, field: Field[Any]) -> None:
    """Declare the option of one field.

    A field whose default is ``False`` becomes a switch, and one whose default is a tuple may be
    repeated.

    Args:
        parent: a parser, or a group of one.
        field: a field with a default and with ``help`` in its metadata.
    """
    settings = {key: value for key, value in field.metadata.items() if key not in ("name", "group")}
    if field.default is False:
        settings["action"] = "store_true"
    elif isinstance(field.default, tuple):
        settings |= {"action": "append", "default": list(field.default)}
    else:
        settings["default"] = field.default
    name = field.metadata.get("name", field.name).replace("_", "-")
    parent.add_argument(f"--{name}", dest=field.name, **settings)


def option_values(
    dataclass: type[DataclassInstance], options: argparse.Namespace
) -> dict[str, Any]:
    """The given or default value of each field of a dataclass, by the field's name.

    Args:
        dataclass: the class; each of its fields was declared with :func:`add_option`.
        options: the result of the parser.
    """
    return {field.name: getattr(options, field.name) for field in fields(dataclass)}
