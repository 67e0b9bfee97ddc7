"""JSON for machines: one object to a line, when it starts, each second, and at the end."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from musicvae.live.daemon import Daemon

#: Seconds between two lines.
_EVERY = 1.0


class JsonLines:
    """Says how the daemon is, between ``with`` and its end.

    Args:
        daemon: that plays.
        say: takes each line.
    """

    def __init__(self, daemon: Daemon, say: Callable[[str], None]) -> None:
        self._daemon = daemon
        self._write = say
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="musicvae-json", daemon=True)

    def __enter__(self) -> Self:
        daemon = self._daemon
        info = daemon.first_voice.controls.info
        self._say(
            "startup",
            pid=os.getpid(),
            port=daemon.port,
            bind=daemon.options.bind,
            output=daemon.output.name,
            block=daemon.output.block,
            channels=daemon.output.channels,
            kind=info.kind,
            names=[latent.name for latent in info.latents],
            attributes=[attribute.name for attribute in info.attributes],
        )
        daemon.notices.show_with(lambda text: self._say("notice", text=text))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._daemon.notices.show_with(None)
        self._say("end")

    def _work(self) -> None:
        while not self._stopping.wait(_EVERY):
            self._say("status")

    def _say(self, event: str, **facts: Any) -> None:
        said = {"event": event, **facts, **self._daemon.status()}
        self._write(json.dumps(said, ensure_ascii=False))
