from __future__ import annotations

import argparse
import sys

import pytest

import musicvae.__main__ as entry
from musicvae.cli import information
from musicvae.cli.main import main
from musicvae.cli.process import EndingError
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


@pytest.mark.parametrize("stopped", [KeyboardInterrupt(), EndingError(15)])
def test_a_signal_that_a_library_wraps_in_another_error_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stopped: BaseException
) -> None:
    """As a module in C does, whose import a signal ended."""

    def fail(options: argparse.Namespace) -> None:
        try:
            raise stopped
        except KeyboardInterrupt as error:
            raise ImportError("initialization failed") from error

    monkeypatch.setattr(information, "list_recipes", fail)
    assert main(["recipes"]) == 128 + getattr(stopped, "number", 2)
    assert capsys.readouterr().err == "musicvae: stopped\n"


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


def test_ctrl_c_during_the_first_imports_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Impatient:
        """A finder of modules during whose search Ctrl-C comes."""

        def find_spec(self, name: str, path: object, target: object = None) -> None:
            if name == "musicvae.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "musicvae.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Impatient(), *sys.meta_path])
    assert entry.main() == 130
    assert capsys.readouterr().err == "musicvae: stopped\n"
