"""The commands people use: ``nox -s lint``, ``nox -s test -- tests/live``; ``nox --list``.

nox and not just: it is Python, so pip installs it on Windows, macOS and Linux alike, and nobody
needs a shell. Every session runs in the one environment that ``setup`` makes, not in one of its
own: TensorFlow ten times would be ten gigabytes. It prints each command before it runs it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "test-fast"]

ROOT = Path(__file__).resolve().parent
MADE_HERE = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def python(session: nox.Session, *arguments: str) -> None:
    """Run the Python of ``.venv``, or of nox where there is no ``.venv``."""
    chosen = MADE_HERE if MADE_HERE.exists() else Path(sys.executable)
    session.run(str(chosen), *arguments, external=True)


@nox.session
def setup(session: nox.Session) -> None:
    """Make .venv and install everything in it, editable; check each commit from now on."""
    if not MADE_HERE.exists():
        session.run(sys.executable, "-m", "venv", ".venv", external=True)
    python(session, "-m", "pip", "install", "-r", "requirements.txt")
    python(session, "-m", "pre_commit", "install")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, and which room may import which."""
    python(session, "-m", "ruff", "check", ".")
    python(session, "-m", "ruff", "format", "--check", ".")
    rooms = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    python(session, "-c", rooms, "--no-cache")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly, of every Python file: the files are listed in pyproject.toml."""
    python(session, "-m", "mypy")


@nox.session
def test(session: nox.Session) -> None:
    """All tests, or those that are named after ``--``."""
    python(session, "-m", "pytest", *session.posargs)


@nox.session(name="test-fast")
def test_fast(session: nox.Session) -> None:
    """The tests that train nothing, with what they cover."""
    python(
        session, "-m", "coverage", "run", "-m", "pytest", "@.ci/fast-tests.txt", *session.posargs
    )
    python(session, "-m", "coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """The site, into site/; ``-- serve`` shows it while you write."""
    python(session, "-m", "mkdocs", *(session.posargs or ["build", "--strict"]))


@nox.session
def bench(session: nox.Session) -> None:
    """A benchmark with its options: ``nox -s bench -- startup``; without one, which there are."""
    name, *options = session.posargs or [""]
    script = ROOT / "benchmarks" / f"{name}.py"
    if script.exists():
        python(session, str(script), *options)
    else:
        found = sorted(path.stem for path in script.parent.glob("*.py") if is_program(path))
        session.log("benchmarks: %s", ", ".join(found))


def is_program(path: Path) -> bool:
    """Whether a file is more than a helper of others."""
    return "__main__" in path.read_text("utf-8")


@nox.session
def demo(session: nox.Session) -> None:
    """The whole chain on the embedded corpus, into musicvae-demo/."""
    python(session, "-m", "musicvae", "demo", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Sources and wheels of all distributions, into dist/, checked."""
    python(session, "tools/release.py", "build")


@nox.session
def release(session: nox.Session) -> None:
    """The same of a new version: ``nox -s release -- 0.2.0``. Uploads nothing."""
    python(session, "tools/release.py", "release", *session.posargs)
