"""Draws a session of Open Stage Control as its widgets lie on the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from boxes import Box, box, canvas, pad, save, slider


def draw_session(session: Path, path: Path, source: str) -> None:
    """Write a PNG of a session; see ``boxes.draw``."""
    widgets: list[dict[str, Any]] = json.loads(session.read_text("utf-8"))["content"]["widgets"]
    width = max(each["left"] + each["width"] for each in widgets) + 10
    height = max(each["top"] + each["height"] for each in widgets) + 10
    figure, axes = canvas(width, height)
    for each in widgets:
        place = Box(each["left"], each["top"], each["width"], each["height"], "", "control")
        match each["type"]:
            case "fader":
                low, high = each["range"]["min"], each["range"]["max"]
                share = (each["default"] - low) / (high - low)
                slider(axes, place, share, upright=not each.get("horizontal"))
            case "xy":
                shares = [
                    (value - each[axis]["min"]) / (each[axis]["max"] - each[axis]["min"])
                    for value, axis in zip(each["default"], ("rangeX", "rangeY"), strict=True)
                ]
                pad(axes, place, *shares)
            case kind:
                box(axes, Box(*_place(each), _words(each), _looks(kind, each)))
    save(figure, path, source)


def _place(each: dict[str, Any]) -> tuple[float, float, float, float]:
    return each["left"], each["top"], each["width"], each["height"]


def _words(each: dict[str, Any]) -> str:
    if each["type"] == "switch":
        return "   |   ".join(each["values"])
    return str(each.get("label") or each.get("default") or each["address"])


def _looks(kind: str, each: dict[str, Any]) -> str:
    if kind == "text":
        return "comment" if each["address"] == "auto" else "shown"
    return "message" if kind == "button" else "object"
