"""The TouchDesigner files: the network built in a stand-in, and bundles as its CHOP sends them.

TouchDesigner itself is not opened here. The stand-in knows the settings that its documentation
names, and refuses others.
"""

from __future__ import annotations

import importlib.util
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Make = Callable[..., Path]


def loaded(path: Path) -> ModuleType:
    """A module by its path."""
    spec = importlib.util.spec_from_file_location(f"patch_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stand_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    monkeypatch.syspath_prepend(root / "examples" / "pictures")
    return loaded(root / "examples" / "pictures" / "touchdesigner.py")


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "examples" / "touchdesigner"


def test_the_network_sends_channels_and_hears_answers(stand_in: ModuleType, folder: Path) -> None:
    inside = stand_in.built(folder / "build.py", times=2)  # the second replaces the first
    send = inside.children["send"]
    assert (send.par.netaddress, send.par.port, send.par.numericformat) == (
        "127.0.0.1", 7700, "float",
    )  # fmt: skip
    assert (send.par.format, send.par.sendevents, send.par.cookalways) == ("sample", False, True)
    out = send.inputConnectors[0].source
    latents = out.inputConnectors[0].source
    assert latents.kind == "constantCHOP"
    assert latents.seq.const.numBlocks == 8
    channels = [latents.par.given()[f"const{number}name"] for number in range(8)]
    assert channels == [f"chan{number}" for number in range(1, 9)]
    assert inside.children["replies"].par.port == 7701
    assert inside.children["replies"].par.callbacks == "callbacks"
    assert inside.children["words"].sent == [("/replyport", [7701]), ("/status", [])]


def test_answers_fill_its_tables(
    stand_in: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside = stand_in.built(folder / "build.py")
    scope: dict[str, Any] = {"op": inside.op}
    exec(inside.children["callbacks"].text, scope)

    def receive(address: str, *args: Any) -> None:
        replies = inside.children["replies"]
        scope["onReceiveOSC"](replies, 0, "", b"", 0.0, address, list(args), None)

    receive("/status.reply", "model", "jazz", "latents", 8)
    receive("/peak", -12.5, -13.0)
    receive("/error", "/latent/9", "this model has latents 0 to 7")
    inside.children["words"].sent.clear()
    receive("/startup", "1.0", 7700)  # the daemon was started after the project
    assert inside.children["words"].sent == [("/replyport", [7701])]
    assert inside.children["status"].rows == [["model", "jazz"], ["latents", 8]]
    assert inside.children["peak"].rows == [[-12.5, -13.0]]
    assert capsys.readouterr().out == "musicvae: /error /latent/9 this model has latents 0 to 7\n"


def test_it_asks_again_when_the_project_is_opened(stand_in: ModuleType, folder: Path) -> None:
    inside = stand_in.built(folder / "build.py")
    inside.children["words"].sent.clear()
    assert inside.children["starting"].par.start is True
    scope: dict[str, Any] = {"op": inside.op}
    exec(inside.children["starting"].text, scope)
    scope["onStart"]()
    assert inside.children["words"].sent == [("/replyport", [7701]), ("/status", [])]


def test_the_words_that_it_shows_are_understood(
    stand_in: ModuleType, folder: Path, understand: Callable[..., Any]
) -> None:
    inside = stand_in.built(folder / "build.py")
    _, _, code = inside.children["commands"].text.split("\n", 2)
    words = inside.children["words"]
    words.sent.clear()
    exec(code, {"op": lambda path: {"/project1/musicvae/words": words}[path]})
    assert len(words.sent) == 9
    for message in words.sent:
        understand(message)


def test_builds_before_2022_name_channels_otherwise(
    stand_in: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = {f"{what}{i}" for i in range(40) for what in ("name", "value")}
    monkeypatch.setitem(stand_in.PARAMETERS, "constantCHOP", old)
    latents = stand_in.built(folder / "build.py").children["latents"]
    assert latents.par.given()["name7"] == "chan8"


def test_bundles_hold_only_what_has_changed(folder: Path, understand: Callable[..., Any]) -> None:
    bundles = loaded(folder / "bundles.py")
    from pythonosc.osc_bundle import OscBundle

    sent = [OscBundle(data) for data in bundles.bundles(1.0)]
    assert len(sent) == bundles.RATE
    names = [[message.address for message in bundle] for bundle in sent]
    assert names[0] == [f"/chan{number}" for number in range(1, bundles.CHANNELS + 1)]
    assert set(map(tuple, names[1:])) == {("/chan1", "/chan2", "/chan3")}
    for bundle in sent:
        for message in bundle:
            understand((message.address, message.params))
    stamps = [struct.unpack(">Q", data[8:16])[0] / 2**32 for data in bundles.bundles(1.0)]
    assert stamps[0] == 0
    assert stamps[-1] == pytest.approx(59 / 60)  # seconds since the first, not since 1900


@pytest.mark.parametrize("option", [[], ["--honour-timetags"]], ids=["as it is", "timetags"])
def test_the_daemon_plays_the_channels(
    folder: Path, play: Any, make_stream: Make, option: list[str]
) -> None:
    """Tags that count from the first bundle lie far in the past: nothing may wait for them."""
    bundles = loaded(folder / "bundles.py")
    playing = play(make_stream(latent_dim=6), *option)
    words = [sys.executable, str(folder / "bundles.py"), "--port", str(playing.port)]
    subprocess.run([*words, "--seconds", "0.5"], check=True, timeout=60)
    *_, last = bundles.frames(0.5)
    wanted = [pytest.approx(last[f"chan{number}"], abs=1e-6) for number in range(1, 6)]
    playing.until(lambda: playing.get("/latent")[:5] == wanted)
    playing.heard_all()
