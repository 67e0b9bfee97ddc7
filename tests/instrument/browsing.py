"""Chromium with a page of an instrument."""

from __future__ import annotations

import time
from typing import Any

#: Milliseconds in which what must happen has happened, on a machine that is busy.
PATIENCE = 60_000


class Visit:
    """A visit to an instrument.

    Args:
        browser: of playwright.
        address: of the instrument.
        width: of the window, in pixels.
        script: runs before the page's own.
        expected: text of the problems that a test wants.

    Attributes:
        page: of playwright.
        context: its context: what it has kept of other visits.
        problems: errors on its console, among them what its policy forbids.
    """

    def __init__(
        self, browser: Any, address: str, width: int = 1280, script: str = "", expected: str = ""
    ) -> None:
        viewport = {"width": width, "height": 740}
        self.context = browser.new_context(viewport=viewport, reduced_motion="reduce")
        self.problems: list[str] = []
        self._expected = expected
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)
        if script:
            self.page.add_init_script(script)
        self.page.goto(address)

    def _hear(self, message: Any) -> None:
        wanted = self._expected and self._expected in message.text
        if message.type == "error" and not wanted:
            self.problems.append(message.text)

    def play(self) -> None:
        """Press the button, and wait until it sounds."""
        self.page.get_by_role("button", name="play", exact=True).click()
        self.until("document.getElementById('speed').textContent.endsWith('×')")

    def until(self, holds: str) -> None:
        """Wait for what holds in the page, a JavaScript expression.

        Not with ``wait_for_function``: the policy forbids to make functions of texts.
        """
        patience = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(holds):
            assert time.monotonic() < patience, holds
            self.page.wait_for_timeout(50)

    def end(self) -> None:
        """Close it; it must have had no problems."""
        self.context.close()
        assert self.problems == []
