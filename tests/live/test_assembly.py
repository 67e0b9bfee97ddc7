from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import PortInUseError, SettingError
from musicvae.live.assembly import assemble
from musicvae.live.network.sockets import open_sockets
from musicvae.live.options import Options
from musicvae.live.osc.timetags import MOST_AHEAD, ntp
from musicvae.live.outputs.clocked import Null
from musicvae.live.status import status

RATE = 16_000


def options(**more: Any) -> Options:
    return Options(output=Null(RATE), port=0, **more)


def never() -> None:
    raise AssertionError("nobody said /quit")


def test_everything_is_there_before_anything_sounds(
    models: Path, count_threads: Callable[[], int]
) -> None:
    before = count_threads()
    both = [models / "jazz.onnx", models / "wide.onnx"]
    with ExitStack() as stack:
        parts = assemble(both, options(gain_db=-3), never, stack)
        now = status(parts)
        assert (now["model"], now["model_b"], now["gain"], now["playing"]) == (
            "jazz",
            "wide",
            -3,
            1,
        )
        assert (now["seconds"], now["packets_received"]) == (0, 0)
        assert parts.first_voice is parts.engine.decks["a"].voice
        with pytest.raises(PortInUseError):
            open_sockets("127.0.0.1", parts.port, guarded=False)
    for opened in open_sockets("127.0.0.1", parts.port, guarded=False):  # all is closed again
        opened.close()
    assert count_threads() == before


def test_nothing_stays_open_where_something_is_wrong(
    models: Path, count_threads: Callable[[], int]
) -> None:
    before = count_threads()
    with pytest.raises(SettingError, match="no such host"), ExitStack() as stack:
        assemble(models, options(allow=["no such host.invalid"]), never, stack)
    assert count_threads() == before


@pytest.mark.parametrize("heard", [None, "", "a device"])
def test_only_a_file_can_begin_again(models: Path, heard: str | None) -> None:
    with pytest.raises(SettingError, match="--loop with --input FILE"), ExitStack() as stack:
        assemble(models, options(input=heard, loop=True), never, stack)


def test_quit_and_time_tags_need_their_options(models: Path) -> None:
    for allowed in (False, True):
        with ExitStack() as stack:
            given = options(allow_quit=allowed, honour_timetags=allowed)
            parts = assemble(models, given, never, stack)
            assert (parts.dispatcher.requests._quit is not None) == allowed
            assert (parts.dispatcher._due is not None) == allowed


def test_a_time_tag_means_a_sample_frame(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvae.live.frame_clock.time.time", lambda: 1000.0)
    with ExitStack() as stack:
        parts = assemble(models, options(honour_timetags=True), never, stack)
        due = parts.dispatcher._due
        assert due is not None
        assert due(ntp(1000.5)) == parts.engine.frame + RATE // 2
        assert due(1) is None  # immediately
        assert due(ntp(999.0)) is None
        assert due(ntp(1000.0 + MOST_AHEAD + 1)) is None
