"""Asks pip whether everything the daemon needs has a wheel for each system and Python we name.

``python .ci/wheels.py`` resolves the base and the extras ``live``, ``page`` and ``midi`` of
pyproject.toml, with all they need in turn, for every row of ``SYSTEMS`` and every version of
``PYTHONS``, and fails when one is not to be had without a compiler. Nothing is installed; where the
index serves metadata by themselves, no wheel is downloaded either.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def markers(platform: str, system: str, os_name: str, machine: str) -> dict[str, str]:
    """What ``sys_platform`` and its like say on a system."""
    return {
        "sys_platform": platform,
        "platform_system": system,
        "os_name": os_name,
        "platform_machine": machine,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def manylinux(machine: str) -> list[str]:
    """Tags of a Linux with glibc 2.28 (Debian 10, 2019); pip does not derive the older ones."""
    old = [f"manylinux{name}_{machine}" for name in ("2014", "2010", "1")]
    return [f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1)] + old


#: Name of the system -> its markers, and the tags of wheels that run on it.
SYSTEMS: dict[str, tuple[dict[str, str], list[str]]] = {
    "Windows x86-64": (markers("win32", "Windows", "nt", "AMD64"), ["win_amd64"]),
    "macOS 14 arm64": (markers("darwin", "Darwin", "posix", "arm64"), ["macosx_14_0_arm64"]),
    "Linux x86-64": (markers("linux", "Linux", "posix", "x86_64"), manylinux("x86_64")),
    "Linux aarch64": (markers("linux", "Linux", "posix", "aarch64"), manylinux("aarch64")),
}


def needed(system: str, version: str) -> list[str]:
    """Requirements of the base and of what ``musicvae live`` may use that hold there, as names.

    pip evaluates markers for the Python that runs it, hence this.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["live"], *extras["page"], *extras["midi"]]
    there = {**SYSTEMS[system][0], "python_version": version, "python_full_version": f"{version}.0"}
    requirements = [Requirement(line) for line in declared]
    held = [one for one in requirements if one.marker is None or one.marker.evaluate(there)]
    return [f"{one.name}{one.specifier}" for one in held]


def missing(system: str, version: str) -> str:
    """What pip cannot find for a system and a Python, in its words; nothing where all is there."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    command += ["--target", "unused", "--only-binary", ":all:", "--implementation", "cp"]
    command += ["--python-version", version]
    for tag in SYSTEMS[system][1]:
        command += ["--platform", tag]
    done = subprocess.run([*command, *needed(system, version)], capture_output=True, text=True)
    if done.returncode == 0:
        return ""
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    return "; ".join(line.removeprefix("ERROR: ") for line in errors) or done.stderr.strip()


def main() -> int:
    """Print a line for each system and Python; 1 if anything is missing."""
    asked = list(product(SYSTEMS, PYTHONS))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pair: missing(*pair), asked))
    for (system, version), problem in zip(asked, found, strict=True):
        print(f"{'NOT' if problem else 'ok '} {system}, Python {version} {problem}".rstrip())
    return 1 if any(found) else 0


if __name__ == "__main__":
    sys.exit(main())
