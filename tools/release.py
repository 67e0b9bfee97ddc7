"""Builds all distributions and checks them; raises their version, which is written in one place.

``python tools/release.py build``          sources and wheels into dist/, checked
``python tools/release.py release 0.2.0``  the same after the version was raised; uploads nothing
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent.parent
#: Folder of each distribution -> its name, as files of it are called.
PROJECTS = {".": "musicvae", "export": "musicvae_export", "plugins/gtzan": "musicvae_gtzan"}
VERSION = re.compile(r'^__version__ = "(?P<version>[^"]+)"$', re.MULTILINE)


class Refusal(SystemExit):
    """The reason why nothing was released; ends the program with this text."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build", help="build and check all distributions")
    releasing = commands.add_parser("release", help="raise the version first")
    releasing.add_argument("version", help="the new version, such as 0.2.0")
    for command in (building, releasing):
        command.add_argument("--out", type=Path, default=ROOT / "dist", help="an empty folder")
    options = parser.parse_args(arguments)
    if options.command == "build":
        build(ROOT, options.out)
    else:
        release(ROOT, options.version, options.out)


def release(root: Path, version: str, out: Path) -> None:
    """Raise the version to ``version``, build and check everything.

    Raises:
        Refusal: the tree has changes, the changelog says nothing of the version, or it is lower
            than the present one. Also when a check fails: then the version is as before.
    """
    check_ready(root, version)
    before = read_version(root)
    write_version(root, version)
    try:
        build(root, out)
    except BaseException:
        write_version(root, before)
        raise
    if not tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"].get("urls"):
        print("note: [project.urls] is empty; write the repository's address there to publish it")
    print(f"next: git commit -am 'Version {version}' && git tag v{version}, then upload {out}")


def check_ready(root: Path, version: str) -> None:
    """Whether this tree can become that version.

    Raises:
        Refusal: if not, and why.
    """
    try:
        higher = Version(version) >= Version(read_version(root))
    except InvalidVersion:
        raise Refusal(f"{version!r} is no version; expected one such as 0.2.0") from None
    if not higher:
        raise Refusal(f"{version} is lower than {read_version(root)}, the present version")
    if changed := run("git", "status", "--porcelain", cwd=root, quiet=True):
        raise Refusal(f"the tree has changes; commit them first:\n{changed}")
    if f"## [{version}]" not in (root / "CHANGELOG.md").read_text("utf-8"):
        raise Refusal(f"CHANGELOG.md has no section ## [{version}]; rename [Unreleased]")


def read_version(root: Path) -> str:
    """The present version."""
    found = VERSION.search(_version_file(root).read_text("utf-8"))
    if found is None:
        raise Refusal(f"no line __version__ = … in {_version_file(root)}")
    return found["version"]


def write_version(root: Path, version: str) -> None:
    """Write another version in the one place."""
    text = _version_file(root).read_text("utf-8")
    _version_file(root).write_text(VERSION.sub(f'__version__ = "{version}"', text), "utf-8")


def build(root: Path, out: Path) -> None:
    """Build sources and wheels of all distributions into ``out``, and check them.

    Each wheel is made of its source distribution, so that both are known to be whole.

    Raises:
        Refusal: ``out`` holds something, a build or a check fails.
    """
    if out.exists() and any(out.iterdir()):
        raise Refusal(f"{out} is not empty: what lies there might be taken for this version")
    for folder in PROJECTS:
        python("-m", "build", "--no-isolation", "--outdir", str(out), str(root / folder))
    version = read_version(root)
    expected = [
        f"{name}-{version}{ending}"
        for name in PROJECTS.values()
        for ending in (".tar.gz", "-py3-none-any.whl")
    ]
    built = sorted(path.name for path in out.iterdir())
    if built != sorted(expected):
        raise Refusal(f"built {', '.join(built)}; expected {', '.join(sorted(expected))}")
    python("-m", "twine", "check", "--strict", *(str(out / name) for name in built))
    try_wheels(out, version)
    print("\n".join(f"{(out / name).stat().st_size / 1e6:7.2f} MB {name}" for name in built))


def try_wheels(out: Path, version: str) -> None:
    """Install the wheels in an environment of their own and ask for the version.

    What export needs (TensorFlow) is left out: nothing here runs it.

    Raises:
        Refusal: it cannot be installed, or is another version.
    """
    wheels = {name: str(out / f"{name}-{version}-py3-none-any.whl") for name in PROJECTS.values()}
    exporter = wheels.pop("musicvae_export")
    with tempfile.TemporaryDirectory() as folder:
        python("-m", "venv", folder)
        scripts = Path(folder) / ("Scripts" if os.name == "nt" else "bin")
        inside = str(scripts / "python")
        run(inside, "-m", "pip", "install", "--quiet", *wheels.values())
        run(inside, "-m", "pip", "install", "--quiet", "--no-deps", exporter)
        run(str(scripts / "musicvae"), "--help", cwd=Path(folder), quiet=True)
        said = run(str(scripts / "musicvae"), "--version", cwd=Path(folder), quiet=True)
    if said != f"musicvae {version}":
        raise Refusal(f"the installed command says {said!r}; expected musicvae {version}")


def python(*arguments: str) -> str:
    """Run a module with the Python that runs this."""
    return run(sys.executable, *arguments)


def run(*command: str, cwd: Path | None = None, quiet: bool = False) -> str:
    """The output of a command; ``quiet`` leaves its line unsaid.

    Raises:
        Refusal: it fails; with all it printed.
    """
    if not quiet:
        print("$", *command, flush=True)
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise Refusal(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def _version_file(root: Path) -> Path:
    return root / "musicvae" / "version.py"


if __name__ == "__main__":
    main()
