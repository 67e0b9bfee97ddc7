"""A stand-in for TouchDesigner that lets ``build.py`` build, and remembers what was made.

Nodes take only the settings that Derivative's documentation names for their kind; others fail, as
they would there.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from boxes import Box, Cord, Patch

#: Settings of each kind of node that the documentation names, as far as they concern us.
PARAMETERS = {
    "baseCOMP": set(),
    "nullCHOP": {"cooktype"},
    "constantCHOP": {"const0name", "const0value"},  # and more with each block that is added
    "oscoutCHOP": {
        "active", "protocol", "netaddress", "port", "localaddress", "cookalways", "numericformat",
        "format", "maxbytes", "sendevents",
    },
    "oscoutDAT": {"active", "protocol", "address", "port", "localaddress", "callbacks"},
    "oscinDAT": {"active", "protocol", "address", "port", "localaddress", "callbacks", "maxlines"},
    "textDAT": {"file"},
    "tableDAT": {"file"},
    "executeDAT": {"active", "start", "create", "framestart"},
}  # fmt: skip
#: Settings whose value is one of a menu's.
MENUS = {
    "numericformat": {"int", "float", "double"},
    "format": {"sample", "timeslice", "transpose"},
}


class Settings:
    """A node's ``par``."""

    def __init__(self, kind: str) -> None:
        vars(self).update(_known=set(PARAMETERS[kind]), _values={})

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._known:
            raise AttributeError(f"no such setting: {name}")
        if name in MENUS and value not in MENUS[name]:
            raise ValueError(f"{name} cannot be {value!r}")
        self._values[name] = value

    def __getattr__(self, name: str) -> Any:
        if name not in vars(self)["_known"]:
            raise AttributeError(name)
        return vars(self)["_values"].get(name)

    def given(self) -> dict[str, Any]:
        """The values that were set, in order."""
        return dict(vars(self)["_values"])


class Connector:
    """An inlet."""

    def __init__(self) -> None:
        self.source: Node | None = None

    def connect(self, source: Node) -> None:
        """Take what this node gives."""
        self.source = source


class Blocks:
    """A Constant CHOP's ``seq``, with the sequence ``const``: a name and a value in each block."""

    def __init__(self, known: set[str]) -> None:
        self.const = self
        self._known = known

    @property
    def numBlocks(self) -> int:  # noqa: N802 - TouchDesigner's name
        """How many there are."""
        return len(self._known) // 2

    @numBlocks.setter
    def numBlocks(self, count: int) -> None:  # noqa: N802
        self._known.update(f"const{i}{what}" for i in range(count) for what in ("name", "value"))


class Node:
    """An operator."""

    def __init__(self, kind: str, name: str, inside: Node | None = None) -> None:
        self.kind, self.name, self.inside = kind, name, inside
        self.par = Settings(kind)
        if "const0name" in PARAMETERS[kind]:
            self.seq = Blocks(vars(self.par)["_known"])
        self.nodeX = self.nodeY = 0
        self.text = ""
        self.rows: list[list[Any]] = []
        self.sent: list[tuple[str, list[Any]]] = []
        self.inputConnectors = [Connector()]
        self.children: dict[str, Node] = {}

    def create(self, kind: str, name: str) -> Node:
        """Make a node inside."""
        if name in self.children:
            raise ValueError(f"{name} is there already")
        self.children[name] = Node(kind, name, self)
        return self.children[name]

    def op(self, name: str) -> Node | None:
        """The node of that name inside."""
        return self.children.get(name)

    def destroy(self) -> None:
        """Take it out."""
        if self.inside is None:
            raise ValueError("the root cannot be taken out")
        del self.inside.children[self.name]

    def clear(self) -> None:
        """Empty a table."""
        self.rows = []

    def appendRow(self, row: list[Any]) -> None:  # noqa: N802 - TouchDesigner's name
        """Add a row to a table."""
        self.rows.append(list(row))

    def sendOSC(self, *parts: Any, asBundle: bool = False) -> None:  # noqa: N802, N803
        """Remember what would be sent: addresses, each followed by its list of values."""
        self.sent += list(zip(parts[::2], parts[1::2], strict=True))


def built(script: Path, times: int = 1) -> Node:
    """The nodes that ``build.py`` makes when it runs this many times in one project."""
    module = ModuleType("td")
    for kind in PARAMETERS:
        setattr(module, kind, kind)
    before = sys.modules.get("td")
    sys.modules["td"] = module
    try:
        build = runpy.run_path(str(script))["build"]
        project = Node("baseCOMP", "project1")
        for _ in range(times):
            component: Node = build(project)
    finally:
        sys.modules.pop("td")
        if before is not None:
            sys.modules["td"] = before
    return component


def read_network(script: Path) -> Patch:
    """The network as boxes and cords."""
    nodes = list(built(script).children.values())
    top = max(node.nodeY for node in nodes)
    patch = Patch()
    for node in nodes:
        said = node.par.given()
        channels = [value for key, value in said.items() if key.endswith("name")]
        lines = [f"{node.name}  ({node.kind})", *(f"{key} {value}" for key, value in said.items())]
        if channels:
            lines[1:] = [f"{channels[0]} … {channels[-1]}"]
        x, y = node.nodeX * 1.15 + 12, (top - node.nodeY) * 0.6 + 12
        kind = "message" if node.kind in ("textDAT", "executeDAT", "tableDAT") else "object"
        patch.boxes.append(Box(x, y, 205, 92, "\n".join(lines), kind))
    for number, node in enumerate(nodes):
        source = node.inputConnectors[0].source
        if source is not None:
            patch.cords.append(Cord(nodes.index(source), 0, number, 0))
    return patch
