"""TensorFlow's start-up lines stay off the terminal, unless its import fails.

A made-up package named tensorflow, which prints below Python as the real one does, is imported by a
process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path("musicvae", "vae", "quiet.py")

LOUD = """
import os
os.write(2, b"a greeting from C++\\n")
"""

PROGRAM = """
import os, runpy, sys
quieten = runpy.run_path({source!r})["quieten_tensorflow"]
try:
    quieten()
except Exception as error:
    os.write(2, f"raised {{type(error).__name__}}\\n".encode())
print("level", os.environ["TF_CPP_MIN_LOG_LEVEL"], "loaded", "tensorflow" in sys.modules)
os.write(2, b"afterwards\\n")
print("descriptors", len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else "")
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


def _run(root: Path, site: Path, before: str = "", **environment: str) -> tuple[str, str]:
    """What the program prints, and what reaches descriptor 2."""
    program = before + PROGRAM.format(source=str(root / SOURCE))
    kept = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=kept | {"PYTHONPATH": str(site)} | environment,
    )
    return done.stdout, done.stderr


def _package(site: Path, text: str) -> None:
    (site / "tensorflow").mkdir(parents=True)
    (site / "tensorflow" / "__init__.py").write_text(text)


def test_the_greeting_is_not_shown_and_later_lines_are(root: Path, site: Path) -> None:
    _package(site, LOUD)
    out, error = _run(root, site)
    assert "loaded True" in out
    assert error == "afterwards\n"


def test_what_was_printed_before_a_failure_is_shown(root: Path, site: Path) -> None:
    _package(site, LOUD + "raise ImportError('no such instruction')\n")
    out, error = _run(root, site)
    assert "loaded False" in out
    assert error == "a greeting from C++\nraised ImportError\nafterwards\n"


def test_the_log_level_is_a_default_alone(root: Path, site: Path) -> None:
    _package(site, LOUD)
    assert "level 3" in _run(root, site)[0]
    assert "level 0" in _run(root, site, TF_CPP_MIN_LOG_LEVEL="0")[0]


def test_a_second_call_redirects_nothing(root: Path, site: Path) -> None:
    """Where it is imported already, there is no greeting left to hide."""
    _package(site, LOUD)
    refuse = "import os, tensorflow\nos.dup2 = None\n"
    out, error = _run(root, site, before=refuse)
    assert "loaded True" in out
    assert error == "a greeting from C++\nafterwards\n"


def test_no_descriptor_is_left_open(root: Path, site: Path) -> None:
    _package(site, LOUD)
    first = _run(root, site)[0].splitlines()[-1]
    loaded = _run(root, site, before="import tensorflow\n")[0].splitlines()[-1]
    assert first == loaded
