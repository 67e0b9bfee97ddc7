"""A daemon with more decks than two: what it begins with, tells, keeps, and renders again."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main
from musicvae.errors import ScoreError
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.output import Null
from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.scores import read_score
from musicvae.live.table import ADDRESSES

RATE = 16_000


def told(client: Any) -> dict[str, list[Any]]:
    """What ``/decks`` answers: the values of each deck by its name."""
    address, values, heard = client.job("/decks")
    assert (address, values) == ("/done", [len(heard)])
    assert {address for address, _ in heard} == {"/decks.reply"}
    return {name: rest for _, (name, *rest) in heard}


def test_as_many_models_as_decks_and_what_is_heard_is_deck_a(
    models: Path, make_client: Any
) -> None:
    given = [models / f"{name}.onnx" for name in ("jazz", "metal", "wide", "jazz", "loops")]
    with Daemon(given, output=Null(RATE), port=0, decks=4, gain_db=-3.0) as daemon:
        client = make_client(daemon.port)
        assert told(client) == {
            "a": ["jazz", 4, 1, -3.0, 0, "walk"],
            "b": ["metal", 4, 1, -3.0, 0, "walk"],
            "c": ["wide", 6, 0, -3.0, 0, "walk"],
            "d": ["jazz", 4, 0, -3.0, 0, "walk"],
        }
        client.say("/deck/c/play", 1)
        client.say("/deck/d/mute", 1)
        client.done("/deck/d/model/load", "loops")
        client.sync()
        assert told(client)["c"][2] == 1
        assert told(client)["d"] == ["loops", 3, 0, -3.0, 1, "held"]
        assert client.status()["decks"] == 4
        for address in ("/deck/e/gain", "/deck/z/model/load", "/deck/aa/latent", "/deck//play"):
            client.say(address, 0.5)
            _, (sent, reason) = client.receive()
            assert (sent, reason) == (address, "no such deck; there are a, b, c, d")


def test_one_deck_is_enough(models: Path, make_client: Any) -> None:
    both = [models / "jazz.onnx", models / "metal.onnx"]
    with Daemon(both, output=Null(RATE), port=0, decks=1) as daemon:
        client = make_client(daemon.port)
        assert list(told(client)) == ["a"]
        status = client.status()
        assert (status["model"], status["model_b"], status["decks"]) == ("jazz", "", 1)
        client.say("/deck/b/gain", 0.0)
        assert client.receive() == ("/error", ["/deck/b/gain", "no such deck; there is a"])


def test_the_console_tells_which_decks_there_are(models: Path) -> None:
    jazz = models / "jazz.onnx"
    for decks, said in ((2, ""), (3, "a to c: /deck/c/play 1"), (26, "a to z: /deck/c/play 1")):
        with Daemon([jazz] * 3, output=Null(RATE), port=0, decks=decks) as daemon:
            lines = [line.strip() for line in daemon.greeting()]
            (shown,) = [line for line in lines if line.startswith("decks ")] or [""]
            assert said in shown
            assert bool(said) == bool(shown)


def test_the_screen_shows_what_is_loaded(models: Path) -> None:
    pytest.importorskip("rich", reason="rich, which draws the screen, is not installed")
    from rich.console import Console

    from musicvae.live.console.screen import draw

    given = [models / f"{name}.onnx" for name in ("jazz", "metal", "wide")]
    with Daemon(given, output=Null(RATE), port=0, decks=5) as daemon:
        console = Console(record=True, width=100, file=io.StringIO())
        console.print(draw(daemon.parts))
    shown = console.export_text()
    assert re.search(r"deck c  wide  \w+  \+0\.0 dB  stopped", shown)
    assert "deck d" not in shown


def perform(client: Any) -> None:
    """What five decks can do at the same time."""
    for deck, model in zip("abcde", ("jazz", "metal", "wide", "loops", "jazz"), strict=True):
        client.done(f"/deck/{deck}/model/load", model)
    client.say("/deck/*/play", 1)
    client.say("/deck/{c,e}/walk", 2.0)
    client.say("/deck/d/latent", 1.0, 0.5)
    client.say("/deck/c/gain", -6.0)
    client.sync()
    client.say("/crossfade", 0.4)
    client.say("/deck/e/mute", 1)
    client.done("/deck/e/preset/save", "one")
    client.say("/deck/d/latent", -1.0)
    client.done("/deck/a/preset/load", "one")
    client.sync()
    client.say("/deck/e/mute", 0)
    client.done("/deck/c/model/load", "loops")
    client.say("/deck/c/latent", 0.5)
    client.sync()


def test_five_decks_are_rendered_again_to_the_byte(
    models: Path, make_client: Any, tmp_path: Path
) -> None:
    takes, output = tmp_path / "takes", Null(RATE, block=200)
    with Daemon(models, output=output, port=0, takes=takes, decks=5) as daemon:
        client = make_client(daemon.port)
        (take,) = client.done("/record/start", "five")
        perform(client)
        perform(client)
        client.done("/record/stop")
        status = client.status()
    assert (status["faults"], status["decode_failed"], status["messages_refused"]) == (0, 0, 0)
    score, again = Path(take).with_suffix(".score.jsonl"), tmp_path / "again.wav"
    command = ["render", score, "--out", again, "--models", models, "--quiet"]
    assert main([str(part) for part in command]) == 0
    assert again.read_bytes() == Path(take).read_bytes()
    assert read_score(score).decks == 5
    assert np.abs(soundfile.read(take)[0]).max() > 0.1


def test_what_is_set_now_is_rendered_for_every_deck(
    models: Path, make_client: Any, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"output": Null(RATE), "port": 0, "takes": tmp_path, "decks": 3}
    with Daemon([models / "jazz.onnx"], source="held", **options) as daemon:
        client = make_client(daemon.port)
        client.socket.settimeout(120)  # a process of low priority renders
        client.say("/mute", 1)
        client.done("/deck/c/model/load", "jazz")
        client.say("/deck/c/latent", 2.0, 1.0)
        client.sync()
        (stopped,) = client.done("/render", 0.3)
        client.say("/deck/c/play", 1)
        client.sync()
        (playing,) = client.done("/render", 0.3)
    assert not soundfile.read(stopped)[0].any()
    assert np.abs(soundfile.read(playing)[0]).max() > 0.1


def test_a_preset_is_of_one_deck_whatever_their_number(
    models: Path, make_client: Any, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"port": 0, "presets": tmp_path}
    jazz = [models / "jazz.onnx"] * 8
    with Daemon(jazz[:2], output=Null(RATE), **options) as daemon:
        client = make_client(daemon.port)
        client.say("/deck/b/latent", 0.5, 0.25)
        client.sync()
        client.done("/deck/b/preset/save", "pair")
    with Daemon(jazz, output=Null(RATE), decks=8, **options) as daemon:
        client = make_client(daemon.port)
        client.done("/deck/h/preset/load", "pair")
        state = daemon.parts.engine.decks["h"].voice
        assert state is not None
        assert state.controls.manual.target.tolist() == [0.5, 0.25, 0.0, 0.0]
        client.say("/deck/h/latent", -1.0)
        client.sync()
        client.done("/deck/h/preset/save", "eight")
    with Daemon(jazz[:2], output=Null(RATE), **options) as daemon:
        client = make_client(daemon.port)
        client.done("/preset/load", "eight")
        assert daemon.parts.first_voice.controls.manual.target[0] == -1.0
        client.say("/deck/h/preset/load", "eight")
        address, (_, reason) = client.receive()
        assert (address, reason) == ("/error", "no such deck; there are a, b")


def by_hand(folder: Path, **header: Any) -> Path:
    """A score written by hand, on whose deck c a model plays."""
    events = [[0.0, ["/deck/c/model/load", "jazz"], ["/deck/c/latent", 2.0, 1.0]]]
    score = {"rate": RATE, "seconds": 0.5, "events": [*events, [0.1, "/deck/c/play", 1]]}
    path = folder / "score.json"
    path.write_text(json.dumps(score | header), "utf-8")
    return path


def test_a_score_says_how_many_decks_it_has(models: Path, tmp_path: Path) -> None:
    score = read_score(by_hand(tmp_path, decks=3))
    sound = ScoreRenderer(score, Library([models]), ADDRESSES)
    made = np.concatenate([part.copy() for part in sound.blocks()])
    assert not made[: RATE // 10].any()
    assert np.abs(made).max() > 0.1
    with pytest.raises(ScoreError, match="no such deck; there are a, b"):
        list(ScoreRenderer(read_score(by_hand(tmp_path)), Library([models]), ADDRESSES).blocks())


@pytest.mark.parametrize("decks", [0, 27, -1, 2.5, "3", None, True, [3], 2**70])
def test_a_number_of_decks_that_is_none_is_refused(tmp_path: Path, decks: Any) -> None:
    with pytest.raises(ScoreError, match="not a whole number from 1 to 26"):
        read_score(by_hand(tmp_path, decks=decks))


def test_a_recording_of_a_time_of_two_decks_is_read_as_such(tmp_path: Path) -> None:
    header = {"musicvae": "journal", "schema": 1, "rate": RATE, "channels": 2, "start_frame": 0}
    for more, decks in (({}, 2), ({"decks": 2}, 2), ({"decks": 26}, 26)):
        path = tmp_path / "take.score.jsonl"
        path.write_text(json.dumps(header | {"models": {}} | more) + "\n", "utf-8")
        assert read_score(path).decks == decks


@pytest.mark.parametrize("decks", ["0", "27", "-1", "many", "2.5"])
def test_the_command_refuses_what_is_no_number_of_decks(
    models: Path, capsys: pytest.CaptureFixture[str], decks: str
) -> None:
    try:
        code = main(["live", str(models), "--decks", decks, "--out", "null", "--quiet"])
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code
    said = capsys.readouterr().err
    assert "1 to 26" in said or "invalid int value" in said
