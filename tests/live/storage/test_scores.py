from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicvae.errors import ScoreError
from musicvae.live.storage import scores
from musicvae.live.storage.scores import Score, read_score

HEADER: dict[str, Any] = {"musicvae": "journal", "schema": 1, "rate": 48_000, "channels": 2}
HEADER |= {"start_frame": 10, "models": {"jazz": {"file": "jazz.onnx", "graph_sha256": "ab"}}}
LINES = [HEADER, {"frame": 0, "do": [["/seed", 1]]}, {"frame": 7, "do": [["/gain", -6.0]]}]
HAND = {
    "rate": 48_000,
    "channels": 2,
    "seconds": 12.5,
    "models": ["jazz"],
    "events": [[0.0, "/latent", 0.5], [2.0, ["/deck/b/play", 1], ["/crossfade", 0.5]]],
}


def journal_text(*lines: Any) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def read(tmp_path: Path, data: bytes) -> Score:
    path = tmp_path / "score.json"
    path.write_bytes(data)
    return read_score(path)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_score_by_hand(tmp_path: Path, indent: int | None) -> None:
    score = read(tmp_path, json.dumps(HAND, indent=indent).encode())
    assert score == Score(
        48_000,
        2,
        0,
        600_000,
        {"jazz": {"file": "jazz", "graph_sha256": ""}},
        [(0, [["/latent", 0.5]]), (96_000, [["/deck/b/play", 1], ["/crossfade", 0.5]])],
    )


def test_each_event_knows_its_line(tmp_path: Path) -> None:
    assert read(tmp_path, journal_text(*LINES)).origins == ["line 2", "line 3"]
    text = """{"models": {"events": [1]}, "seconds": 4,
  "events" : [[2.0, "/gain", -6],
    [1.0,
      "/mute", 1]

, [2.0, ["/play", 1], ["/play", 0]]]}"""
    score = read(tmp_path, text.replace('{"events": [1]}', '["events"]').encode())
    assert score.origins == ["line 3, event 2", "line 2, event 1", "line 6, event 3"]
    decoy = text.replace('{"events": [1]}', '{"events": {"file": "\\"events\\": ["}}')
    assert read(tmp_path, decoy.encode()).origins == score.origins
    twice = '{"events": [[0, "/mute", 1]],\n"events": [\n[0, "/mute", 0]]}'
    with pytest.raises(ScoreError, match="names 'events' twice"):
        read(tmp_path, twice.encode())


def test_a_journal_may_say_where_the_tapes_were(tmp_path: Path) -> None:
    assert read(tmp_path, journal_text(*LINES)).tapes == []
    assert read(tmp_path, journal_text(HEADER | {"tapes": ["/a"]})).tapes == ["/a"]
    with pytest.raises(ScoreError, match="tapes is not a list of texts"):
        read(tmp_path, journal_text(HEADER | {"tapes": "/a"}))


def test_what_a_hand_left_out_has_a_default(tmp_path: Path) -> None:
    assert read(tmp_path, b"{}") == Score(48_000, 2)
    assert read(tmp_path, b'\xef\xbb\xbf{"rate": 8000}') == Score(8000, 2)  # as Windows writes it
    models = {"jazz": {"file": "a/jazz.onnx", "graph_sha256": "ab"}}
    assert read(tmp_path, json.dumps({"models": models}).encode()).models == models


def test_events_by_hand_are_sorted_and_one_moment_keeps_its_order(tmp_path: Path) -> None:
    events = [[1.0, "/a"], [0.5, "/b"], [1.0, "/c"], [0, "/d"]]
    score = read(tmp_path, json.dumps({"rate": 1000, "events": events}).encode())
    assert score.events == [(0, [["/d"]]), (500, [["/b"]]), (1000, [["/a"]]), (1000, [["/c"]])]


def test_a_journal_cut_anywhere_gives_its_whole_lines(tmp_path: Path) -> None:
    data = journal_text(*LINES, {"model": "b", "file": "b.onnx"}, {"end": 99})
    ends = [place + 1 for place, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(ends[0], len(data) + 1):
        score = read(tmp_path, data[:cut])
        whole = sum(end <= cut for end in ends)
        assert len(score.events) == min(whole - 1, 2)
        assert ("b" in score.models) == (whole >= 4)
        assert score.stop_frame == (99 if whole == 5 else None)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([HEADER | {"schema": 2}], "schema 2, not 1"),
        ([HEADER | {"rate": 0}], "rate is 0"),
        ([HEADER | {"rate": True}], "rate is True"),
        ([HEADER | {"channels": 2.0}], "channels is 2.0"),
        ([HEADER | {"start_frame": -1}], "start_frame is -1"),
        ([HEADER | {"models": ["jazz"]}], "models are not"),
        ([HEADER | {"models": {"jazz": {"file": 1}}}], "models are not"),
        ([HEADER | {"parts": []}], "parts are not names"),
        ([HEADER | {"parts": {"song": {}}}], "there are no parts 'song', only tape, memory, prior"),
        ([HEADER | {"parts": {"tape": {"solo": {"sha256": "ab"}}}}], "parts are not"),
        ([*LINES, {"memory": 5, "file": "a"}], "line 4: parts are not"),
        ([*LINES, {"frame": 6, "do": []}], "line 4: frame is 6, not a whole number from 7"),
        ([*LINES, {"frame": 8}], "line 4: it has no list"),
        ([*LINES, {"frame": 8, "do": [["/gain", None]]}], "line 4: /gain has None"),
        ([*LINES, {"frame": 8, "do": [["gain"]]}], "line 4: 'gain' is no address"),
        ([*LINES, {"do": [["/gain", 1]]}], "line 4: frame is None"),
        ([*LINES, 5], "line 4: it is no JSON object"),
        ([*LINES, {"model": ["jazz"], "file": "x"}], "line 4: models are not"),
        ([*LINES, {"end": 9}], "line 4: end is 9"),
        ([*LINES, {"end": 20}, {"frame": 21, "do": []}], "line 5: it comes after the end"),
    ],
)
def test_a_journal_that_cannot_be_true(tmp_path: Path, lines: list[Any], reason: str) -> None:
    with pytest.raises(ScoreError, match=f"not a score.*{reason}"):
        read(tmp_path, journal_text(*lines))


def test_a_damaged_line_inside_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="line 2"):
        read(tmp_path, journal_text(HEADER) + b"\0\0\0\n" + journal_text(LINES[1]))


def test_a_line_without_end_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "MAX_LINE", 1000)
    with pytest.raises(ScoreError, match="line 2 has more than 1000 bytes"):
        read(tmp_path, journal_text(HEADER) + b'{"frame": 0, "do": [' * 500)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"tempo": 120}, "'tempo' is unknown; there is channels, decks, events"),
        ({"rate": 44_100.5}, "rate is 44100.5"),
        ({"channels": 0}, "channels is 0"),
        ({"seconds": -1}, "-1 is not a time"),
        ({"seconds": "12"}, "'12' is not a time"),
        ({"models": [1]}, "models are not"),
        ({"events": {}}, "events is not a list"),
        ({"events": [[1.0, "/a"], [2.0]]}, "event 2: it is not a list of a time"),
        ({"events": [["/latent", 1]]}, "event 1: '/latent' is not a time"),
        ({"events": [[True, "/latent", 1]]}, "event 1: True is not a time"),
        ({"events": [[float("nan"), "/a"]]}, "NaN is not a number"),
        ({"events": [[10**400, "/a"]]}, "event 1: 1000.* is not a time"),
        ({"events": [[0.0, "latent", 1]]}, "event 1: 'latent' is no address"),
        ({"events": [[0.0, ["/a", 1], "/b"]]}, "event 1: a message is a list"),
        ({"events": [[0.0, "/a", [1]]]}, r"event 1: /a has \[1\]"),
    ],
)
def test_a_hand_is_told_what_is_wrong(tmp_path: Path, values: Any, reason: str) -> None:
    with pytest.raises(ScoreError, match=f"not a score.*{reason}"):
        read(tmp_path, json.dumps(values).encode())


@pytest.mark.parametrize("data", [b"", b"no json", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ScoreError, match="is not a score"):
        read(tmp_path, data)


def test_files_that_are_too_large_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ScoreError, match="no file"):
        read_score(tmp_path / "gone.json")
    with pytest.raises(ScoreError, match="no file"):
        read_score(tmp_path)
    monkeypatch.setattr(scores, "MAX_BYTES", 1000)
    with pytest.raises(ScoreError, match="more than 1000 bytes"):
        read(tmp_path, b" " * 1001)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(ScoreError, match="no file"):
        read_score(tmp_path / "pipe.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["rate", "seconds", "models", "events"]), JSON),
    st.lists(st.dictionaries(st.sampled_from(["frame", "do", "end", "model", "file"]), JSON)),
)
def test_any_json_is_a_score_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, hand: dict[str, Any], lines: list[Any]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    for data in (json.dumps(hand).encode(), journal_text(HEADER, *lines)):
        path.write_bytes(data)
        with suppress(ScoreError):  # and no other error
            score = read_score(path)
            frames = [frame for frame, _ in score.events]
            assert frames == sorted(frames)
