"""Reads the patches of Pure Data and Max into boxes and cords."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from boxes import Box, Cord, Patch

#: Pixels of a letter.
LETTER = 6.6
#: Of Pd's controls: where their size stands among their words, and what they are.
PD_CONTROLS = {
    "hsl": ("control", 1, 2, 9), "vsl": ("control", 1, 2, 9), "tgl": ("control", 1, 1, 5),
    "bng": ("control", 1, 1, 7), "hradio": ("control", 1, 1, 7), "vu": ("shown", 1, 2, 4),
}  # fmt: skip
MAX_KINDS = {
    "newobj": "object", "message": "message", "comment": "comment", "panel": "area",
    "flonum": "shown", "number": "shown", "textedit": "control",
}  # fmt: skip


def read_pd(path: Path) -> Patch:
    """A patch of Pure Data."""
    patch = Patch()
    whole = path.read_text("utf-8").replace("\n", " ")
    for record in re.split(r"(?<!\\);\s*", whole):
        words = record.split(" ")
        if words[:2] == ["#X", "connect"]:
            patch.cords.append(Cord(*map(int, words[2:6])))
        elif words[0] == "#X":
            patch.boxes.append(_pd_box(words[1], float(words[2]), float(words[3]), words[4:]))
    return patch


def _pd_box(kind: str, x: float, y: float, words: list[str]) -> Box:
    text = " ".join(words).replace(" \\,", ",").replace("\\", "")
    if kind in ("floatatom", "symbolatom"):
        name = "" if words[4] == "-" else words[4].replace("_", " ")
        return Box(x, y, max(40.0, float(words[0]) * LETTER + 8), 18, name, "shown")
    if kind == "msg":
        return Box(x, y, len(text) * LETTER + 10, 19, text, "message")
    if words[0] == "cnv":
        return Box(x, y, float(words[2]), float(words[3]), words[6].replace("_", " "), "area")
    if words[0] not in PD_CONTROLS:
        return Box(x, y, len(text) * LETTER + 8, 19, text)
    shape, wide, high, label = PD_CONTROLS[words[0]]
    width = float(words[wide]) * (3 if words[0] == "hradio" else 1)
    said = words[label].replace("_", " ") if words[0] != "vu" else ""
    return Box(x, y, width, float(words[high]), said, shape)


def read_max(path: Path) -> Patch:
    """A patch of Max."""
    patcher: dict[str, Any] = json.loads(path.read_text("utf-8"))["patcher"]
    patch, numbers = Patch(), {}
    for number, each in enumerate(each["box"] for each in patcher["boxes"]):
        numbers[each["id"]] = number
        kind = MAX_KINDS.get(each["maxclass"], "control")
        text = each.get("text", each.get("varname", ""))
        x, y, width, height = each["patching_rect"]
        patch.boxes.append(Box(x, y, width, height, text, kind))
    for line in (line["patchline"] for line in patcher["lines"]):
        (source, outlet), (target, inlet) = line["source"], line["destination"]
        patch.cords.append(Cord(numbers[source], outlet, numbers[target], inlet))
    return patch
