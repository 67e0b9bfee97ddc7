"""A controller of the test in JACK: a client with one MIDI output."""

from __future__ import annotations

import time
from collections import deque
from types import TracebackType
from typing import Any, Self

import pytest


class Cable:
    """Plugged in between ``with`` and its end.

    Args:
        server: the name of a JACK server.
        name: of the client.
    """

    def __init__(self, server: str, name: str = "nanoKONTROL2") -> None:
        jack = pytest.importorskip("jack", reason="JACK-Client, which sends, is not installed")
        self._client: Any = jack.Client(name, servername=server, no_start_server=True)
        self._port = self._client.midi_outports.register("out")
        self._waiting: deque[bytes] = deque()
        self._client.set_process_callback(self._process)

    def _process(self, frames: int) -> None:
        self._port.clear_buffer()
        while self._waiting:
            self._port.write_midi_event(0, self._waiting.popleft())

    def send(self, *messages: str) -> None:
        """Send messages, each as hexadecimal digits."""
        self._waiting.extend(bytes.fromhex(each) for each in messages)
        while self._waiting:
            time.sleep(0.001)

    def __enter__(self) -> Self:
        self._client.activate()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.deactivate()
        self._client.close()
