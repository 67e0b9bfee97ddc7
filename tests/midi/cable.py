"""A controller of the test in JACK: a client with one MIDI output, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self

import pytest

_CODE = """
import sys, time
import jack

client = jack.Client(sys.argv[1], no_start_server=True)
port = client.midi_outports.register("out")
waiting = []

def process(frames):
    port.clear_buffer()
    if waiting:
        port.write_midi_event(0, waiting.pop(0))

client.set_process_callback(process)
with client:
    print("plugged in", flush=True)
    for line in sys.stdin:
        waiting.append(bytes.fromhex(line))
        while waiting:
            time.sleep(0.001)
        print("sent", flush=True)
"""


class Cable:
    """Plugged in between ``with`` and its end, into the server of ``JACK_DEFAULT_SERVER``.

    Args:
        name: of the client.
    """

    def __init__(self, name: str = "nanoKONTROL2") -> None:
        pytest.importorskip("jack", reason="JACK-Client, which sends, is not installed")
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def _answer(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline()

    def send(self, *messages: str) -> None:
        """Send messages, each as hexadecimal digits."""
        for each in messages:
            print(each, file=self._process.stdin, flush=True)
            self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=60)
