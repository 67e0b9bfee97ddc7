"""A daemon that plays to nowhere, in real time, with its control page."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple


class PlayingDaemon(NamedTuple):
    """Where it can be reached.

    Attributes:
        port: of OSC, on this machine.
        url: of the page.
        process: its process.
    """

    port: int
    url: str
    process: int


@contextmanager
def playing(models: Sequence[str | Path], folder: Path, *options: str) -> Iterator[PlayingDaemon]:
    """A daemon that plays these models, until the end of the block.

    Args:
        models: names or files.
        folder: where it runs, and leaves what it writes.
        *options: of `musicvae live`.
    """
    command = [sys.executable, "-P", "-m", "musicvae", "live", *map(str, models), "--out", "null"]
    command += ["--port", "0", "--page", "--page-port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as daemon:
        try:
            said: dict[str, Any] = {}
            for line in daemon.stdout or ():
                said |= json.loads(line)
                if "url" in said:
                    break
            yield PlayingDaemon(said["port"], said["url"], said["pid"])
        finally:
            daemon.terminate()
            daemon.communicate()
