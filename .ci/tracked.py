"""Fails when a tracked file names a package registry's host or a path of somebody's machine.

Such names work for one reader only. The patterns are put together from pieces, so that this file
does not find itself.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOSTS = ["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "deb" + r"\.debian"]
FOLDERS = ["work", "root", "home", "Users", "tmp/w", "mnt"]
#: A path begins where no letter precedes it: docs/home/ is none.
PATHS = rf"(?<![\w.$}}>)-])/(?:{'|'.join(FOLDERS)})/"
PATTERN = re.compile("|".join([*HOSTS, PATHS]))


def findings(path: Path) -> list[str]:
    """The lines of a text file that match, as ``file:line: match``."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError):
        return []  # sounds and pictures; a file that is deleted but not committed
    matches = ((number, PATTERN.search(line)) for number, line in enumerate(lines, start=1))
    name = path.relative_to(ROOT)
    return [f"{name}:{number}: {match[0]}" for number, match in matches if match]


def main() -> int:
    """Print what was found; 1 if there was anything."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    found = [line for name in names for line in findings(ROOT / name)]
    print("\n".join(found) or f"{len(names)} tracked files name no registry and no machine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
