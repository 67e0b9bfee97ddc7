"""Chromium, driven by playwright, for the tests of the page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: Milliseconds in which what must happen has happened, on a machine that is busy.
PATIENCE = 60_000


class Browser:
    """A page in Chromium, driven from a thread beside the server's.

    Attributes:
        page: of playwright.
        problems: errors on its console, among them what its policy forbids.
    """

    def __init__(
        self, playwright: Any, chromium: str, port: int, width: int, motion: str, policy: bool
    ) -> None:
        self._browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        viewport = {"width": width, "height": 740}
        context = self._browser.new_context(
            viewport=viewport, reduced_motion=motion, bypass_csp=not policy
        )
        self.problems: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(f"http://127.0.0.1:{port}/")

    def _hear(self, message: Any) -> None:
        # That the connection was lost, which a test wants, is an error to the browser.
        if message.type == "error" and "WebSocket" not in message.text:
            self.problems.append(message.text)

    def fader(self, deck: str, name: str) -> Any:
        """A fader of a deck by its accessible name."""
        return self.page.locator(f"#deck-{deck}").get_by_role("slider", name=name, exact=True)

    def until(self, holds: str | Callable[[], Any]) -> None:
        """Wait for what holds: in the page, a JavaScript expression; or here.

        Not with ``wait_for_function``: our policy forbids to make functions of texts.
        """
        patience = time.monotonic() + PATIENCE / 1000
        while not (holds() if callable(holds) else self.page.evaluate(holds)):
            assert time.monotonic() < patience, f"it never came: {holds}"
            self.page.wait_for_timeout(20)

    def close(self) -> None:
        """Close it; it must have had no problems."""
        self._browser.close()
        assert self.problems == []
