from __future__ import annotations

import pytest

from musicvae.cli import table


def test_plain_columns_are_aligned() -> None:
    lines = table.plain_lines(("a", "long heading", "end"), [("longer", "b", "c d"), ("", "", "")])
    assert lines == ["a       long heading  end", "longer  b             c d", ""]


def test_a_terminal_gets_the_same_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rich", reason="rich is not installed")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    table.print_table(("genre", "description"), [("jazz", "[bold] swing")])
    out = capsys.readouterr().out
    assert "genre" in out
    assert "[bold] swing" in out


def test_a_pipe_gets_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    table.print_table(("genre", "description"), [("jazz", "[bold] swing"), ("rock", "x" * 200)])
    assert capsys.readouterr().out.splitlines() == [
        "genre  description",
        "jazz   [bold] swing",
        "rock   " + "x" * 200,
    ]
