"""A recorded performance is rendered again with exactly the same samples."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main
from musicvae.errors import ScoreError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.daemon import Daemon
from musicvae.live.outputs.clocked import Null
from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.scores import Score, read_score
from musicvae.live.table import ADDRESSES
from musicvae.runtime.binding import BoundSession

RATE = 16_000

#: A moment in sample frames, and the messages that are applied then.
Event = tuple[int, list[StoredMessage]]


def rendered(score: Path, models: Path) -> bytes:
    """The sound that ``musicvae render`` makes of a score."""
    out = score.with_name("again.wav")
    command = ["render", score, "--out", out, "--models", models, "--quiet"]
    assert main([str(part) for part in command]) == 0
    return out.read_bytes()


def test_a_whole_performance_is_rendered_again_to_the_byte(
    models: Path,
    make_client: Any,
    osc: Callable[..., bytes],
    bundle: Callable[..., bytes],
    performing: ModuleType,
    tmp_path: Path,
) -> None:
    takes = tmp_path / "takes"
    with Daemon(models, output=Null(RATE, block=200), port=0, takes=takes) as daemon:
        client = make_client(daemon.port)
        (whole,) = client.done("/record/start", "whole")
        performing.perform(client, bundle, osc)
        assert client.done("/record/stop")[0] == whole
        (late,) = client.done("/record/start", "late")  # what came before shapes it too
        performing.perform(client, bundle, osc)
        _, seconds = client.done("/record/stop")
        status = client.status()
        assert daemon.parts.worker.faults.problem == ""
    assert (status["faults"], status["decode_failed"], status["messages_refused"]) == (0, 0, 0)
    for take in (Path(whole), Path(late)):
        score = take.with_suffix(".score.jsonl")
        assert take.read_bytes() == rendered(score, models)
        sound, _ = soundfile.read(take)
        assert np.abs(sound).max() > 0.1
        said = {message[0] for _, batch in read_score(score).events for message in batch}
        assert {"/deck/a/latent/traj", "/deck/a/tape/load", "/deck/b/loop", "/crossfade"} <= said
    assert len(sound) == round(seconds * RATE)
    assert read_score(score).start_frame > RATE // 2


def score(*events: Event, frames: int = 8000) -> Score:
    return Score(RATE, 2, 0, frames, events=list(events))


def whole(performance: ScoreRenderer, block: int = 4096) -> Any:
    return np.concatenate([part.copy() for part in performance.blocks(block)])


def test_a_score_sounds_the_same_however_it_is_cut(models: Path) -> None:
    events: list[Event] = [
        (0, [["/model/load", "jazz"], ["/deck/b/model/load", "loops"], ["/crossfade", 0.5]]),
        (0, [["/latent", 1.0, 0.5], ["/deck/b/latent", 0.5]]),
        (3001, [["/tape/load", "solo"], ["/gain", -3]]),
        (5000, [["/deck/b/model/load", "wide"], ["/deck/b/walk", 1]]),
    ]
    library = Library([models], models)
    first = whole(ScoreRenderer(score(*events), library, ADDRESSES))
    assert first.shape == (8000, 2)
    for block in (1000, 97):
        np.testing.assert_array_equal(
            whole(ScoreRenderer(score(*events), library, ADDRESSES), block), first
        )


def test_events_happen_at_their_frame(models: Path) -> None:
    events: list[Event] = [(0, [["/model/load", "jazz"]]), (999, [["/latent", 2.0, 2.0]])]
    library = Library([models])
    silent = whole(ScoreRenderer(score(events[0]), library, ADDRESSES))
    heard = whole(ScoreRenderer(score(*events), library, ADDRESSES))
    assert not silent.any()  # latents at 0 are silence here
    # The frame of 64 samples that is sounding at 999 was decoded before.
    assert not heard[:1024].any()
    assert heard[1024:1088].any()


def test_what_was_before_the_start_shapes_what_is_rendered(models: Path) -> None:
    events: list[Event] = [
        (0, [["/model/load", "jazz"], ["/latent", 2.0, 2.0]]),
        (500, [["/walk", 1]]),
    ]
    library = Library([models])
    from_zero, later = score(*events), score(*events)
    later.start_frame = 3333
    np.testing.assert_array_equal(
        whole(ScoreRenderer(later, library, ADDRESSES)),
        whole(ScoreRenderer(from_zero, library, ADDRESSES))[3333:],
    )


def test_a_score_without_an_end_is_over_with_its_last_event(models: Path) -> None:
    endless = score((0, [["/model/load", "jazz"]]), (1234, [["/gain", 0]]))
    endless.stop_frame = None
    assert len(whole(ScoreRenderer(endless, Library([models]), ADDRESSES))) == 1234
    assert ScoreRenderer(Score(RATE, 2), Library([models]), ADDRESSES).frames == 0


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (["/model/load", "nothere"], "no model of that name"),
        (["/model/load", "torn"], "torn"),
        (["/tape/load", "solo"], "stream model"),
        (["/latent", 1.0], "no model plays"),
        (["/quux"], "unknown address"),
        (["/gain", "loud"], "numbers"),
        (["/deck/c/gain", 0], "no such deck"),
    ],
)
def test_what_cannot_be_done_says_where_and_why(
    models: Path, message: list[Any], reason: str
) -> None:
    performance = ScoreRenderer(score((77, [message])), Library([models], models), ADDRESSES)
    with pytest.raises(ScoreError, match="at frame 77") as caught:
        whole(performance)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/quux", "unknown address"),
        ("/latents/0", "unknown address"),
        ("/deck/a/crossfade", "unknown address"),
        ("/deck/c/gain", "no such deck"),
        ("/deck", "no such deck|unknown address"),
        ("/status", "sets nothing"),
        ("/quit", "sets nothing"),
        ("/preset/load", "sets nothing"),
    ],
)
@pytest.mark.parametrize("seconds", [None, 0.5])
def test_an_address_that_sets_nothing_is_told_with_its_line(
    models: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    address: str,
    reason: str,
    seconds: float | None,
) -> None:
    """Also where the event is the last one or behind the end, so that it is never applied."""
    at = 0.0 if seconds is None else 9.0
    text = json.dumps({"events": [[at, address]]} | ({"seconds": seconds} if seconds else {}))
    written = tmp_path / "score.json"
    written.write_text(text.replace("[[", "[\n["))
    out = tmp_path / "out.wav"
    command = ["render", written, "--out", out, "--models", models, "--quiet"]
    assert main([str(part) for part in command]) == 1
    told = capsys.readouterr().err
    assert "line 2, event 1" in told
    assert repr(address) in told
    assert re.search(reason, told)
    assert not out.exists()


def test_a_score_of_no_length_is_no_sound(models: Path, tmp_path: Path) -> None:
    written = tmp_path / "score.json"
    written.write_text('{"events": [[0.0, "/gain", -6]]}')
    out = tmp_path / "out.wav"
    assert main(["render", str(written), "--out", str(out), "--models", str(models)]) == 1
    assert not out.exists()


def test_tapes_are_found_where_the_recording_found_them(
    models: Path, make_client: Any, tmp_path: Path
) -> None:
    tapes, takes = tmp_path / "tapes", tmp_path / "takes"
    tapes.mkdir()
    (models / "solo.tape").rename(tapes / "solo.tape")
    output = Null(RATE, block=200)
    with Daemon(models / "jazz.onnx", output=output, port=0, takes=takes, tapes=tapes) as daemon:
        client = make_client(daemon.port)
        client.done("/record/start", "solo")
        client.done("/tape/load", "solo")
        client.done("/record/stop")
    out = tmp_path / "again.wav"
    assert main(["render", str(takes / "solo.score.jsonl"), "--out", str(out), "--quiet"]) == 0
    assert out.read_bytes() == (takes / "solo.wav").read_bytes()


def test_another_model_of_the_same_name_is_not_taken_for_it(
    models: Path, make_stream: Callable[..., Path]
) -> None:
    played = score((0, [["/model/load", "jazz"]]))
    played.models = {"jazz": {"file": "jazz.onnx", "graph_sha256": "0" * 64}}
    with pytest.raises(ScoreError, match="not the one that was played"):
        whole(ScoreRenderer(played, Library([models]), ADDRESSES))


def test_a_recorded_clip_comes_when_it_came(models: Path) -> None:
    """A score with ``/loop`` delivers clips there; one without decodes them when requested."""
    start: Event = (0, [["/model/load", "loops"], ["/latent", 2.0]])
    library = Library([models])
    by_hand = whole(ScoreRenderer(score(start), library, ADDRESSES))
    recorded = whole(ScoreRenderer(score(start, (4000, [["/deck/a/loop", 2]])), library, ADDRESSES))
    assert by_hand[:4000].any()
    assert not recorded[:4000].any()
    assert recorded[4000:].any()


def test_a_take_begun_with_the_daemon_is_whole(
    models: Path, make_client: Any, tmp_path: Path
) -> None:
    takes = tmp_path / "takes"
    output = Null(RATE)
    with Daemon(models, output=output, port=0, takes=takes, record="show") as daemon:
        client = make_client(daemon.port)
        client.sync()
        client.say("/latent", 1.0, 1.0)
        while daemon.parts.engine.level < 0.05:
            time.sleep(0.01)
    take, journal = takes / "show.wav", takes / "show.score.jsonl"
    assert take.read_bytes() == rendered(journal, models)
    assert "end" in json.loads(journal.read_text("utf-8").splitlines()[-1])
    sound, _ = soundfile.read(take)
    assert np.abs(sound[-1]).max() == 0  # the fade at the end is a part of it


NOTHING_OF_A_DECK = [row.path for row in ADDRESSES if row.apply is None and row.alias is None]


@pytest.mark.parametrize("row", NOTHING_OF_A_DECK)
def test_an_event_that_sets_nothing_of_a_deck_is_refused(models: Path, row: str) -> None:
    for arguments in ([], [1], ["a", "b"], ["a", "b", 0.5]):
        performance = ScoreRenderer(score((0, [[row, *arguments]])), Library([models]), ADDRESSES)
        with pytest.raises(ScoreError, match="cannot be applied"):
            whole(performance)


def test_a_model_that_fails_is_told_by_the_exit_code(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """The sound is there all the same, and fades at the place."""
    runs = BoundSession.run
    calls = iter(range(10**6))

    def run(self: Any, *arguments: Any) -> Any:
        if 30 <= next(calls) < 39:  # eight frames together, and each of them alone
            raise RuntimeError("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION")
        return runs(self, *arguments)

    monkeypatch.setattr(BoundSession, "run", run)
    events = [[0.0, ["/model/load", "jazz"], ["/latent", 1.0, 1.0]]]
    written = {"rate": RATE, "channels": 1, "seconds": 1, "models": ["jazz"], "events": events}
    (tmp_path / "score.json").write_text(json.dumps(written), "utf-8")
    out = tmp_path / "out.wav"
    command = ["render", tmp_path / "score.json", "--out", out, "--models", models, "--quiet"]
    assert main([str(part) for part in command]) == 1
    said = capsys.readouterr().err
    assert "a part of the sound of 'out.wav' is missing" in said
    assert "RUNTIME_EXCEPTION" in said
    sound, _ = soundfile.read(out)
    assert len(sound) == RATE
    assert np.abs(sound[-RATE // 10 :]).max() > 0.05  # it recovered
