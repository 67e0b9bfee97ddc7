"""A hub that has heard of two models, and a server for it in this process, without a daemon."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from musicvae.live.network.peers import AllowList
from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.table import ADDRESSES
from musicvae.page.hub import Hub
from tests.page.browser import Browser

#: Seconds of a whole test; one that waits in vain must fail, by what it waits for if that is known.
PATIENCE = 300


class Stage:
    """A hub whose packets for the daemon are kept.

    Attributes:
        hub: the hub.
        sent: the messages that the daemon would have got, each address with its arguments.
        silent: whether nothing is heard of the daemon, as by a phone that slept.
    """

    def __init__(self, decks: int = 2) -> None:
        self.sent: list[tuple[str, tuple[Any, ...]]] = []
        self.reachable = True
        self.silent = False
        self.hub = Hub(ADDRESSES, self._send, decks)
        self.load("a", "jazz", 3, "loudness")
        self.load("b", "metal", 2)
        self.hub.connected(True)
        self.sent.clear()

    def _send(self, packet: bytes) -> bool:
        if self.reachable:
            self.sent += [(one.address, one.arguments) for one in packets.read(packet)]
        return self.reachable

    def say(self, address: str, *values: Any) -> None:
        """What the daemon says."""
        self.hub.hear(message(address, *values))

    def load(self, deck: str, name: str, latents: int, attributes: str = "") -> None:
        """The daemon says that a deck plays another model."""
        self.say("/get.reply", f"/deck/{deck}/model/load", name)
        facts = {"model": name, "kind": "stream", "latents": latents, "attributes": attributes}
        self.say("/model/info.reply", deck, *(one for pair in facts.items() for one in pair))
        for number in range(latents):
            about = (0.5, "louder" if number == 0 else "", f"latent {number}", -2.0, 1.5 + number)
            self.say("/model/latents.reply", deck, number, *about)
        self.say("/done", f"/deck/{deck}/model/latents", latents)
        self.say("/get.reply", f"/deck/{deck}/latent", *[0.0] * latents)
        self.say("/get.reply", f"/deck/{deck}/gain", -3.0)


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    """Of two decks, or of as many as the test is parametrised with."""
    return Stage(getattr(request, "param", 2))


@pytest.fixture
def serve(stage: Stage) -> Callable[..., None]:
    """Runs a test with a client of the server: ``serve(test, token=…)``, with ``test(web)``."""
    pytest.importorskip("aiohttp", reason="aiohttp, which serves the page, is not installed")
    from aiohttp.test_utils import TestClient, TestServer

    from musicvae.page.server import Server
    from musicvae.page.visitors import Visitors

    def run(test: Callable[[Any], Awaitable[None]], token: str = "") -> None:
        async def with_client() -> None:
            visitors = Visitors(AllowList(), token)
            server = TestServer(Server(stage.hub, visitors, 7700).app())
            async with TestClient(server) as client:
                await asyncio.wait_for(test(client), PATIENCE)

        asyncio.run(with_client())

    return run


@pytest.fixture
def drive(serve: Callable[..., None], stage: Any) -> Callable[..., None]:
    """Runs ``test(browser, later)``; ``later`` calls a function in the server's thread.

    ``motion`` is ``"reduce"`` or ``"no-preference"``; without ``policy`` a test may bring scripts.
    """
    reason = "playwright, which drives Chromium, is not installed"
    api = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")

    def run(
        test: Callable[..., None], width: int = 1280, motion: str = "reduce", policy: bool = True
    ) -> None:
        async def with_server(web: Any) -> None:
            loop = asyncio.get_running_loop()

            def in_thread() -> None:
                with api.sync_playwright() as playwright:
                    browser = Browser(playwright, chromium, web.port, width, motion, policy)
                    test(browser, loop.call_soon_threadsafe)
                    browser.close()

            async def live() -> None:
                while True:  # a page that hears nothing believes that it was disconnected
                    if not stage.silent:
                        stage.say("/peak", -20.0)
                    await asyncio.sleep(0.5)

            living = asyncio.create_task(live())
            await asyncio.to_thread(in_thread)
            living.cancel()

        serve(with_server)

    return run
