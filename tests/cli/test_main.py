from __future__ import annotations

import argparse

import pytest

from musicvae.cli import information
from musicvae.cli.main import main
from musicvae.errors import SettingError
from musicvae.version import __version__


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SettingError("no", expected="yes", hint="say yes"), 1, "say yes"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
)
def test_an_error_is_explained_and_becomes_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def fail(options: argparse.Namespace) -> None:
        raise error

    monkeypatch.setattr(information, "list_recipes", fail)
    assert main(["recipes"]) == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("musicvae: ")
    assert said in printed.err


def test_a_mistake_in_the_code_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(information, "list_recipes", lambda options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["recipes"])


@pytest.mark.parametrize("words", [[], ["no-command"], ["recipes", "--no-option"]])
def test_wrong_usage_exits_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: musicvae" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"musicvae {__version__}\n"
