"""What the process of MIDI is told to do. No MIDI library: the daemon's process imports this."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from musicvae.live.limits import DEFAULT_DECKS

#: What the process runs, and what lists the ports.
CODE = """
from musicvae.midi.process import serve
serve()
"""
LIST = """
from musicvae.midi.process import list_ports
list_ports()
"""


@dataclass(frozen=True)
class Job:
    """What the process is to do.

    Attributes:
        port: the name of a MIDI port or a part of it; empty for the first.
        file: a file with the mapping to begin with; empty for ``default``, or none.
        presets: the folder of presets, in which mappings are.
        token: with which it takes on its service.
        osc_host: where the daemon listens.
        osc_port: its port.
        decks: how many decks it has.
    """

    port: str
    file: str
    presets: str
    token: str
    osc_host: str
    osc_port: int
    decks: int = DEFAULT_DECKS

    def line(self) -> str:
        """One line, which :func:`serve` reads."""
        return json.dumps(asdict(self)) + "\n"
