"""The session of Open Stage Control: its structure, and what its widgets send.

Open Stage Control itself is not opened here.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
Message = tuple[str, list[Any]]
Widget = dict[str, Any]

#: Properties of every widget, and of each kind, in version 1.30.
COMMON = {
    "type", "id", "left", "top", "width", "height", "address", "preArgs", "decimals", "target",
    "bypass", "default", "colorWidget",
}  # fmt: skip
KINDS = {
    "fader": {"range", "origin", "doubleTap", "horizontal", "design", "typeTags"},
    "xy": {"rangeX", "rangeY", "snap", "pips", "typeTags"},
    "switch": {"values", "layout", "typeTags"},
    "button": {"mode", "on", "off", "label", "typeTags"},
    "input": {"typeTags"},
    "text": {"align", "wrap"},
}
#: Those whose effect needs a file that is not there in this test.
NEEDS_A_FILE = ("/preset/load", "/morph", "/model/load")


@pytest.fixture
def session(root: Path) -> dict[str, Any]:
    path = root / "examples" / "openstagecontrol" / "musicvae.json"
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


@pytest.fixture
def widgets(session: dict[str, Any]) -> list[Widget]:
    found: list[Widget] = session["content"]["widgets"]
    return found


def messages(widget: Widget) -> Iterator[Message]:
    """What a widget sends at the ends of its range, numbers as floats of so many decimals."""
    ends: list[list[Any]]
    match widget["type"]:
        case "fader":
            ends = [[widget["range"]["min"]], [widget["range"]["max"]]]
        case "xy":
            axes = [widget[axis].values() for axis in ("rangeX", "rangeY")]
            ends = [list(pair) for pair in itertools.product(*axes)]
        case "switch":
            ends = [[value] for value in widget["values"].values()]
        case "button":
            ends = [[]] if widget["mode"] == "momentary" else [[widget["on"]], [widget["off"]]]
        case "input":
            ends = [["jazz"]]
        case _:
            ends = []
    before = widget["preArgs"] if isinstance(widget["preArgs"], list) else [widget["preArgs"]]
    for values in ends:
        sent = [value for value in (*before, *values) if value != ""]
        yield (
            widget["address"],
            [round(float(v), widget["decimals"]) if not isinstance(v, str) else v for v in sent],
        )


def test_it_is_a_session_of_a_current_version(session: dict[str, Any]) -> None:
    assert session["createdWith"] == "Open Stage Control"
    assert session["type"] == "session"
    assert tuple(map(int, session["version"].split("."))) >= (1, 27, 0)
    root = session["content"]
    assert (root["type"], root["id"], root["tabs"]) == ("root", "root", [])
    assert root["bypass"] is True  # the page itself says nothing


def test_widgets_have_only_properties_that_exist(widgets: list[Widget]) -> None:
    for widget in widgets:
        assert set(widget) <= COMMON | KINDS[widget["type"]], widget["id"]
        assert {"address", "preArgs", "decimals", "target"} <= set(widget)
    names = [widget["id"] for widget in widgets]
    assert len(set(names)) == len(names)


def test_widgets_do_not_cover_each_other(widgets: list[Widget]) -> None:
    for one, other in itertools.combinations(widgets, 2):
        apart = (
            one["left"] + one["width"] <= other["left"]
            or other["left"] + other["width"] <= one["left"]
            or one["top"] + one["height"] <= other["top"]
            or other["top"] + other["height"] <= one["top"]
        )
        assert apart, (one["id"], other["id"])


def test_they_send_to_the_daemon_and_finely_enough(
    widgets: list[Widget], understand: Callable[..., Any]
) -> None:
    sending = [widget for widget in widgets if not widget.get("bypass")]
    for widget in sending:
        assert widget["target"] == ["127.0.0.1:7700"]
        assert widget["decimals"] >= 5  # two, as they come, are heard as steps
        for message in messages(widget):
            understand(message)
    assert {widget["type"] for widget in widgets if widget.get("bypass")} == {"text"}
    shown = {widget["address"] for widget in widgets if widget["type"] == "text"} - {"auto"}
    assert shown == {"/status.reply", "/error", "/peak"}


def test_they_begin_as_the_daemon_does(widgets: list[Widget]) -> None:
    """What is shown before anything was touched must be what is."""
    begin = {widget["id"]: widget.get("default") for widget in widgets}
    assert [begin[f"latent_{i}"] for i in range(8)] == [0] * 8
    assert (begin["gain"], begin["glide"], begin["crossfade"]) == (0, 20, 0)
    assert (begin["play"], begin["freeze"], begin["hold"], begin["mute"]) == (1, 0, 0, 0)
    assert begin["source"] == "held"


def test_the_daemon_takes_all_of_it(widgets: list[Widget], play: Any, make_stream: Make) -> None:
    playing = play(make_stream(latent_dim=8))
    # The button that puts all latents back to 0 first, so that the others can be seen.
    pressed = sorted(widgets, key=lambda widget: widget["id"] != "panic")
    sent = [message for widget in pressed for message in messages(widget)]
    assert len({address for address, _ in sent}) >= 20
    for address, values in sent:
        if not address.startswith(NEEDS_A_FILE) and values != ["tape"]:
            playing.send(address, *values)
    playing.until(lambda: playing.get("/crossfade") == [1.0])
    playing.heard_all()
    # The pad came after the faders: its upper right is the 99th percentile of both latents.
    assert playing.get("/latent")[:2] == [pytest.approx(2.33)] * 2
    assert playing.get("/latent/7") == [3.0]
    assert playing.get("/walk") == [4.0, 3.0]
