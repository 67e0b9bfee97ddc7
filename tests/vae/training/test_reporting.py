"""What a training tells on the terminal."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from musicvae.errors import MissingExtraError
from musicvae.vae.training.reporting import RichReporter, Silent, terminal

ROW: dict[str, Any] = {
    "epoch": 7,
    "test_elbo": -12_345.67,
    "test_reconstruction": -12_300.0,
    "test_kl": 45.67,
    "active_latents": 12,
    "seconds": 90.4,
}


@pytest.fixture
def progress() -> Any:
    console = pytest.importorskip("rich.console").Console(file=io.StringIO(), width=200)
    return pytest.importorskip("rich.progress").Progress(console=console, disable=True)


def _printed(progress: Any) -> str:
    text: str = progress.console.file.getvalue()
    return text


def test_an_epoch_is_a_line(progress: Any) -> None:
    RichReporter(progress).epoch(ROW)
    line = _printed(progress)
    assert line.count("\n") == 1
    assert line.split() == [
        *("epoch", "7", "test", "ELBO", "-12,345.7", "reconstruction", "-12,300.0"),
        *("KL", "45.7", "active", "latents", "12", "90", "s"),
    ]


def test_distances_are_told_where_there_are_any(progress: Any) -> None:
    RichReporter(progress).epoch(ROW | {"test_log_mel": 0.2345, "test_stft": 1.5})
    assert "log-mel 0.234  stft 1.500" in _printed(progress).replace("0.235", "0.234")


def test_notes_are_printed_as_they_are(progress: Any) -> None:
    RichReporter(progress).note("[red]jazz.00054[/red]: " + "x" * 300)
    assert _printed(progress) == "[red]jazz.00054[/red]: " + "x" * 300 + "\n"


def test_decoding_and_training_have_a_bar_each(progress: Any) -> None:
    reporter = RichReporter(progress)
    reporter.decoding(1, 5, "a.wav")
    reporter.decoding(2, 5, "b.wav")
    reporter.step(41, 100, {"ELBO": -1_234.5})
    reporter.step(42, 90, {"ELBO": -1_000.0, "KL": 2.0})
    decoding, training = progress.tasks
    assert (decoding.description, decoding.completed, decoding.total) == ("decoding", 2, 5)
    assert decoding.fields["figures"] == "b.wav"
    reporter.decoding(3, 5, "\x1b[2Jc\n.wav")  # the name of a stranger's file
    assert decoding.fields["figures"].isprintable()
    assert (training.description, training.completed, training.total) == ("training", 42, 90)
    assert training.fields["figures"] == "ELBO -1,000  KL 2.000"


def test_a_resumed_bar_begins_where_the_run_stands(progress: Any) -> None:
    reporter = RichReporter(progress)
    reporter.step(41, 100, {})
    (training,) = progress.tasks
    # The estimate of the time to go counts what was done since, which is nothing yet.
    assert training.completed == 41
    assert training.speed is None


def test_silence_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    silent = Silent()
    silent.note("x")
    silent.decoding(1, 2, "x")
    silent.step(1, 2, {"ELBO": 0.0})
    silent.epoch(ROW)
    assert capfd.readouterr() == ("", "")


def test_the_terminal_shows_progress(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rich")
    with terminal() as reporter:
        reporter.note("a note")
        reporter.decoding(1, 2, "a track")
    assert capsys.readouterr() == ("a note\n", "")  # no bar, and nothing in its place


def test_without_rich_the_pip_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    with pytest.raises(MissingExtraError, match="rich") as missing, terminal():
        pass
    assert 'pip install "musicvae[train]"' in str(missing.value)
