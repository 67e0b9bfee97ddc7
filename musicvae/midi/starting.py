"""Starts the process of MIDI beside a daemon, and lists the ports. Neither imports its library."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from musicvae import child
from musicvae.companion import Companion
from musicvae.errors import DeviceError, MissingExtraError
from musicvae.live.network.peers import reachable
from musicvae.live.parts import Parts
from musicvae.midi.job import CODE, LIST, Job

#: Seconds that listing may take: a server may not answer.
_PATIENCE = 20.0


def check_installed() -> None:
    """Raise the error that says what to install, where something is missing.

    Raises:
        MissingExtraError: no library for MIDI is installed.
    """
    if find_spec("rtmidi") is None and find_spec("rtmidi2") is None:
        raise MissingExtraError("midi", "python-rtmidi or rtmidi2", "MIDI")


def list_ports() -> list[str]:
    """The names of the MIDI ports that can be heard.

    Raises:
        DeviceError: they cannot be listed.
    """
    process = child.start(
        LIST, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        said, _ = process.communicate(timeout=_PATIENCE)
        return [str(name) for name in json.loads(said.splitlines()[-1])]
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        process.kill()
        raise DeviceError("the MIDI ports cannot be listed", received=str(error)) from error


class Midi(Companion):
    """The process of MIDI, between ``with`` and its end.

    Args:
        parts: of the daemon, which plays.
        port: the name of a MIDI port or a part of it; empty for the first.
        file: a mapping to begin with; empty for ``default``, or none.
        say: shows a line to people.
    """

    def __init__(self, parts: Parts, port: str, file: str, say: Callable[[str], None]) -> None:
        super().__init__("MIDI input", CODE, say)
        self._job = Job(
            port,
            os.path.abspath(file) if file else "",  # noqa: PTH100 - links stay as they are
            os.path.abspath(parts.repertoire.presets),  # noqa: PTH100
            parts.services.token,
            reachable(parts.hosts),
            parts.port,
            len(parts.engine.decks),
        )

    def _line(self) -> str:
        return self._job.line()

    def _told(self, said: dict[str, Any]) -> bool:
        return "ready" in said
