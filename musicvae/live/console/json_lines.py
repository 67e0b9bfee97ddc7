"""Prints JSON for programs: one object a line at the start, each second, and at the end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from musicvae.live.parts import Parts
from musicvae.live.status import status
from musicvae.text import to_json

#: Seconds between two lines.
_EVERY = 1.0


class JsonLines:
    """Writes the state of a daemon between ``with`` and its end, from a thread of its own.

    Args:
        parts: parts of the daemon, which plays.
        write: called with each line.
    """

    def __init__(self, parts: Parts, write: Callable[[str], None]) -> None:
        self._parts = parts
        self._write = write
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-json", daemon=True)

    def __enter__(self) -> Self:
        parts = self._parts
        info = parts.first_voice.controls.info
        self.say(
            "startup",
            pid=os.getpid(),
            port=parts.port,
            bind=parts.options.bind,
            output=parts.output.name,
            block=parts.output.block,
            channels=parts.output.channels,
            kind=info.kind,
            names=[latent.name for latent in info.latents],
            attributes=[attribute.name for attribute in info.attributes],
        )
        parts.notices.show_with(lambda text: self.say("notice", text=text))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join(_EVERY)
        self._parts.notices.show_with(None)
        self.say("end")

    def _work(self) -> None:
        while not self._stopping.wait(_EVERY):
            self.say("status")

    def say(self, event: str, **facts: object) -> None:
        """Write a line; what fails here concerns nothing else. Raises nothing."""
        with suppress(Exception):
            said = {"event": event, **facts, **status(self._parts)}
            self._write(to_json(said))
