"""Options of the command line that are fields of a dataclass."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass, field, fields
from inspect import signature

import pytest

from musicvae.cli.main import build_parser
from musicvae.cli.options import add_option, option_values
from musicvae.live.options import Options
from musicvae.live.outputs.output import choose


@dataclass
class Made:
    """Options of a command that does not exist."""

    width_mm: float = field(
        default=1.5, metadata={"name": "wide", "type": float, "help": "(default: %(default)s)"}
    )
    very_loud: bool = field(default=False, metadata={"help": "a switch"})
    host: tuple[str, ...] = field(default=(), metadata={"help": "may be repeated"})


def parse(*words: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    for each in fields(Made):
        add_option(parser, each)
    return option_values(Made, parser.parse_args(words))


def test_a_field_is_an_option_with_its_default_and_type() -> None:
    assert parse() == {"width_mm": 1.5, "very_loud": False, "host": []}
    assert parse("--wide", "2", "--very-loud", "--host", "a", "--host", "b") == {
        "width_mm": 2.0,
        "very_loud": True,
        "host": ["a", "b"],
    }


def test_repeated_options_do_not_pile_up_in_the_default() -> None:
    assert parse("--host", "a")["host"] == ["a"]
    assert parse("--host", "b")["host"] == ["b"]


@pytest.mark.parametrize("words", [("--wide", "very"), ("--width-mm", "2"), ("--very-loud=1",)])
def test_what_is_no_option_is_wrong_usage(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(*words)
    assert caught.value.code == 2


def test_the_help_of_live_tells_the_defaults_of_outputs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["live", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for option, parameter in (("--block", "block"), ("--ahead", "ahead_ms")):
        match = re.search(rf"{option} \w+ [^(]*\(default: ([\d.]+)\)", told)
        assert match is not None
        assert float(match[1]) == signature(choose).parameters[parameter].default
    assert Options().block == signature(choose).parameters["block"].default


def test_the_command_line_loads_no_numpy() -> None:
    code = (
        "import sys, musicvae.cli.main as main; main.build_parser(); print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
