"""The Max patch: its structure, and what its controls send, worked out by a small stand-in for Max.

Max itself is not opened here. The stand-in knows the few objects that the patch has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Make = Callable[..., Path]
Message = tuple[str, list[Any]]

#: Inlets and outlets of what is no object with a text.
CONTROLS = {
    "multislider": (1, 2), "pictslider": (2, 2), "slider": (1, 1), "flonum": (1, 2),
    "toggle": (1, 1), "button": (1, 1), "message": (2, 1), "umenu": (1, 3), "textedit": (1, 4),
    "comment": (1, 0), "panel": (1, 0),
}  # fmt: skip
#: Likewise of objects, by their name and how many arguments they have.
OBJECTS: dict[str, Callable[[int], tuple[int, int]]] = {
    "udpsend": lambda n: (1, 0), "udpreceive": lambda n: (1, 1), "loadbang": lambda n: (1, 1),
    "prepend": lambda n: (1, 1), "pak": lambda n: (n, 1), "unpack": lambda n: (1, n),
    "route": lambda n: (n + 1, n + 1), "t": lambda n: (1, n), "zl.slice": lambda n: (2, 2),
    "zl.group": lambda n: (2, 2), "clip": lambda n: (3, 1), "scale": lambda n: (6, 1),
    "print": lambda n: (1, 0), "s": lambda n: (1, 0), "r": lambda n: (0, 1),
}  # fmt: skip

#: Where a hand moves what (the control, its outlet, what comes out), and what must go out.
GESTURES: list[tuple[str, int, list[Any], list[Message]]] = [
    ("latents", 0, [1.0, -1.0, 0.5, 0, 0, 0, 0, 2.0],
     [("/latent", [1.0, -1.0, 0.5, 0, 0, 0, 0, 2.0])]),
    ("pad", 0, [250], [("/latent/norm", [0.25, 0.5])]),
    ("pad", 1, [750], [("/latent/norm", [0.25, 0.75])]),
    ("glide", 0, [250.0], [("/glide", [250.0])]),
    ("gain", 0, [-12.0], [("/gain", [-12.0])]),
    ("crossfade", 0, [0.5], [("/crossfade", [0.5])]),
    ("morph", 0, [0.25], [("/morph", ["one", "two", 0.25])]),
    ("walk-speed", 0, [2.0], [("/walk", [2.0, 1.0])]),
    ("walk-radius", 0, [0.5], [("/walk", [2.0, 0.5])]),
    ("source", 1, ["held"], [("/source", ["held"])]),
    ("model", 0, ["text", "jazz"], [("/model/load", ["jazz"])]),
    ("anything", 0, ["text", "/latent/3", 1.25], [("/latent/3", [1.25])]),
    ("play", 0, [1], [("/play", [1])]),
    ("freeze", 0, [1], [("/freeze", [1])]),
    ("hold", 0, [0], [("/hold", [0])]),
    ("mute", 0, [0], [("/mute", [0])]),
    ("again", 0, ["bang"], [("/replyport", [7701]), ("/notify", [1]), ("/status", [])]),
]  # fmt: skip


def atom(word: str) -> Any:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            pass
    return word


class Max:
    """Sends atoms along the cords of the patch, the rightmost first, as Max does."""

    def __init__(self, path: Path) -> None:
        patcher = json.loads(path.read_text("utf-8"))["patcher"]
        self.header = {
            key: value for key, value in patcher.items() if key not in ("boxes", "lines")
        }
        self.boxes: dict[str, dict[str, Any]] = {
            each["box"]["id"]: each["box"] for each in patcher["boxes"]
        }
        assert len(self.boxes) == len(patcher["boxes"])
        self.lines = [line["patchline"] for line in patcher["lines"]]
        self.kept: dict[str, list[Any]] = {}
        self.sent: list[Message] = []
        self.shown: dict[str, list[Any]] = {}

    def words(self, name: str) -> list[Any]:
        return [atom(word) for word in self.boxes[name].get("text", "").split()]

    def named(self, varname: str) -> str:
        (found,) = [name for name in self.boxes if self.boxes[name].get("varname") == varname]
        return found

    def starting(self, text: str) -> list[str]:
        return [name for name, box in self.boxes.items() if box.get("text", "").startswith(text)]

    def emit(self, name: str, outlet: int, atoms: list[Any]) -> None:
        ends = [line["destination"] for line in self.lines if line["source"] == [name, outlet]]
        for target, inlet in sorted(ends, key=lambda end: -self.boxes[end[0]]["patching_rect"][0]):
            self.receive(target, inlet, atoms)

    def receive(self, name: str, inlet: int, atoms: list[Any]) -> None:
        box = self.boxes[name]
        if box["maxclass"] == "message":
            if atoms[0] == "set":
                self.shown[name] = atoms[1:]
            else:
                self.emit(name, 0, self.words(name))
        elif box["maxclass"] != "newobj":
            self.shown[name] = atoms
        else:
            for outlet, out in self.object(name, inlet, atoms):
                self.emit(name, outlet, out)

    def object(self, name: str, inlet: int, atoms: list[Any]) -> Iterator[tuple[int, list[Any]]]:
        kind, *words = self.words(name)
        kept = self.kept.setdefault(name, list(words))
        match kind:
            case "prepend":
                yield 0, [*words, *atoms]
            case "pak":
                kept[inlet] = atoms[0]
                yield 0, list(kept)
            case "unpack":
                yield from reversed([(i, [value]) for i, value in enumerate(atoms)])
            case "scale":
                low, high, least, most = words
                yield 0, [least + (atoms[0] - low) / (high - low) * (most - least)]
            case "clip":
                yield 0, [min(max(atoms[0], words[0]), words[1])]
            case "zl.slice":
                if inlet:
                    kept[0] = atoms[0]
                else:
                    yield 0, atoms[: kept[0]]
            case "zl.group":
                for at in range(0, len(atoms), kept[0]):
                    yield 0, atoms[at : at + kept[0]]
            case "route":
                chosen = words.index(atoms[0]) if atoms[0] in words else len(words)
                yield chosen, atoms[1:] if chosen < len(words) else atoms
            case "t":
                yield from reversed([(i, ["bang"]) for i in range(len(words))])
            case "s":
                for receiver in self.starting(f"r {words[0]}"):
                    self.emit(receiver, 0, atoms)
            case "udpsend":
                self.sent.append((atoms[0], atoms[1:]))
            case "print":
                self.shown[name] = atoms
            case _:
                pytest.fail(f"the stand-in does not know {kind}")


@pytest.fixture
def patch(root: Path) -> Max:
    return Max(root / "examples" / "max" / "musicvae.maxpat")


def test_the_header_is_one_that_max_8_writes(patch: Max) -> None:
    assert patch.header["fileversion"] == 1
    assert patch.header["classnamespace"] == "box"
    assert patch.header["appversion"]["major"] >= 8
    assert len(patch.header["rect"]) == 4


def test_boxes_have_the_inlets_and_outlets_of_their_kind(patch: Max) -> None:
    for name, box in patch.boxes.items():
        kind, *arguments = patch.words(name) or [""]
        is_object = box["maxclass"] == "newobj"
        ports = OBJECTS[kind](len(arguments)) if is_object else CONTROLS[box["maxclass"]]
        assert (box["numinlets"], box["numoutlets"]) == ports, box
        assert len(box.get("outlettype", [])) == ports[1]
        assert len(box["patching_rect"]) == 4


def test_cords_join_what_there_is_and_nothing_is_left_alone(patch: Max) -> None:
    joined = set()
    for line in patch.lines:
        (source, outlet), (target, inlet) = line["source"], line["destination"]
        assert 0 <= outlet < patch.boxes[source]["numoutlets"], line
        assert 0 <= inlet < patch.boxes[target]["numinlets"], line
        joined |= {source, target}
    alone = {name for name in patch.boxes if name not in joined}
    assert {patch.boxes[name]["maxclass"] for name in alone} == {"comment", "panel"}


def test_each_control_sends_what_it_says(patch: Max, understand: Callable[..., Any]) -> None:
    for control, outlet, atoms, wanted in GESTURES:
        patch.sent.clear()
        patch.emit(patch.named(control), outlet, atoms)
        assert len(patch.sent) == len(wanted)
        for message, (address, values) in zip(patch.sent, wanted, strict=True):
            assert message[0] == address
            assert message[1] == pytest.approx(values)
            understand(message)


def test_each_message_box_can_be_clicked(patch: Max, understand: Callable[..., Any]) -> None:
    clickable = patch.starting("/")
    assert len(clickable) == 9
    for name in clickable:
        patch.sent.clear()
        patch.emit(name, 0, patch.words(name))
        assert len(patch.sent) == 1
        understand(patch.sent[0])


def test_on_opening_it_asks_for_answers_at_the_port_it_hears(patch: Max) -> None:
    (loadbang,) = patch.starting("loadbang")
    patch.emit(loadbang, 0, ["bang"])
    assert patch.sent == [("/replyport", [7701]), ("/notify", [1]), ("/status", [])]
    (hearing,) = patch.starting("udpreceive 7701")
    patch.sent.clear()
    patch.emit(hearing, 0, ["/startup", "1.0", 7700])  # the daemon was started after the patch
    assert len(patch.sent) == 3
    assert len(patch.starting("udpsend 127.0.0.1 7700")) == 1


def test_answers_are_shown_and_the_sliders_follow_the_model(
    patch: Max, play: Any, make_stream: Make
) -> None:
    playing = play(make_stream(latent_dim=4))
    status = playing.ask("/status", answer="/status.reply")
    (hearing,) = patch.starting("udpreceive")
    patch.emit(hearing, 0, ["/status.reply", *status])
    assert patch.shown[patch.named("latents-now")] == [4]
    assert patch.shown[patch.named("gain-now")] == [playing.status()["gain"]]
    model = next(name for name in patch.starting("model") if patch.boxes[name]["numinlets"] == 2)
    assert patch.shown[model] == ["stream"]
    patch.sent.clear()
    patch.emit(patch.named("latents"), 0, [0.5, 1.0, -1.0, 2.0, 0, 0, 0, 0])
    ((address, values),) = patch.sent  # eight sliders, but four latents
    playing.send(address, *values)
    playing.until(lambda: playing.get("/latent") == [0.5, 1.0, -1.0, 2.0])
    refusal = playing.ask("/latent/9", 1.0, answer="/error")
    patch.emit(hearing, 0, ["/error", *refusal])
    assert ["/latent/9", "this model has latents 0 to 3"] in patch.shown.values()
