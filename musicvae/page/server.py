"""The HTTP and WebSocket server: OSCQuery for programs, the page for browsers, on one port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import WSMsgType, hdrs, web

from musicvae.live.osc.framing import MAX_PACKET
from musicvae.page.client import Client
from musicvae.page.gate import Gate
from musicvae.page.hub import MAX_CLIENTS, Hub
from musicvae.page.job import COOKIE, TOKEN
from musicvae.page.space import OPTIONAL, REQUIRED, Json
from musicvae.page.visitors import Visitors
from musicvae.text import to_json

#: The files of the page.
ASSETS = Path(__file__).with_name("assets")
#: The kinds of files that are served, whatever the system says of their endings.
_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
#: Where they are served; no OSC address of ours begins so.
ASSETS_PATH = "/assets/"
#: Bytes on their way to a slow client; the rest waits where newer values replace older ones.
_UNSENT = 16 * 1024
#: Seconds between two checks whether a client is there.
_HEARTBEAT = 15.0
_SECURE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "manifest-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers requests.

    Args:
        hub: knows the addresses, their values and the clients.
        visitors: says who may.
        osc_port: of the daemon.
    """

    def __init__(self, hub: Hub, visitors: Visitors, osc_port: int) -> None:
        self._hub = hub
        self._visitors = visitors
        self._osc_port = osc_port

    def app(self) -> web.Application:
        """The application of aiohttp."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get(f"{ASSETS_PATH}{{name}}", self._asset)
        app.router.add_get("/{path:.*}", self._any)
        app.on_shutdown.append(self._close_all)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refuse what may not come in, and tell browsers what pages of ours may do."""
        peer = (request.remote or "").partition("%")[0]
        origin = request.headers.get(hdrs.ORIGIN)
        reason = self._visitors.refusal(peer, request.headers.get(hdrs.HOST, ""), origin)
        brought = request.query.get(TOKEN, "")
        if not reason and (origin is not None or _is_browser(request)):
            given = brought or request.cookies.get(COOKIE, "")
            if not self._visitors.knows_token(peer, given):
                reason = "the link has no token, or an old one: open it as musicvae live prints it"
        if reason:
            return web.Response(status=403, text=f"{reason}\n", headers=_SECURE)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(_SECURE)
            raise
        if not response.prepared:
            response.headers.update(_SECURE)
            if brought:
                response.set_cookie(COOKIE, brought, httponly=True, samesite="Strict")
        return response

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"])

    async def _any(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self._talk(request)
        asked = [name for name in request.query if name != TOKEN]
        if asked == ["HTML"] or (not asked and request.path == "/" and _wants_page(request)):
            return _file("index.html")
        return self._answer(request.path, asked)

    def _answer(self, path: str, asked: list[str]) -> web.Response:
        """What OSCQuery asks for: a node with all below it, or one of its attributes."""
        if asked == ["HOST_INFO"]:
            return _json(self._host_info())
        if len(asked) > 1 or any(name not in (*REQUIRED, *OPTIONAL) for name in asked):
            raise web.HTTPBadRequest(text=f"one attribute: {', '.join((*REQUIRED, *OPTIONAL))}\n")
        path = "/" if path == "/" else path.rstrip("/")
        found = self._hub.space.describe(path, self._hub.mirror.values)
        if found is None:
            raise web.HTTPNotFound(text="there is no such address\n")
        if not asked:
            return _json(found)
        (name,) = asked
        if name == "VALUE" and (name not in found or not found["ACCESS"] & 1):
            return web.Response(status=204)
        return _json({name: found[name]} if name in found else {})

    def _host_info(self) -> Json:
        return {
            "NAME": "musicvae",
            "EXTENSIONS": dict.fromkeys((*OPTIONAL, "LISTEN", "PATH_CHANGED"), True),
            "OSC_PORT": self._osc_port,
            "OSC_TRANSPORT": "UDP",
        }

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        """Talk with a WebSocket client until it leaves."""
        hub = self._hub
        if len(hub.clients) >= MAX_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f"there are {MAX_CLIENTS} clients already\n")
        talking = web.WebSocketResponse(
            heartbeat=_HEARTBEAT,
            max_msg_size=MAX_PACKET,
            compress=False,
            timeout=2.0,
            writer_limit=_UNSENT,
        )
        client = Client(talking, Gate(hub.table, hub.shared))
        hub.clients.add(client)  # before anything is awaited, so that there are never too many
        sending: asyncio.Task[None] | None = None
        try:
            await talking.prepare(request)
            _bound(request.transport)
            sending = asyncio.create_task(client.send_all())
            async for said in talking:
                if said.type is WSMsgType.BINARY:
                    hub.pass_on(client, said.data)
                elif said.type is WSMsgType.TEXT:
                    hub.obey(client, said.data)
        finally:
            hub.clients.discard(client)
            if sending is not None:
                sending.cancel()
                with suppress(asyncio.CancelledError, ConnectionError):
                    await sending
        return talking

    async def _close_all(self, app: web.Application) -> None:
        for client in list(self._hub.clients):
            with suppress(ConnectionError):
                await client.socket.close(code=1001, message=b"musicvae live has ended")


def _bound(transport: asyncio.Transport | None) -> None:
    """Let little wait in the process, and where the system can do that, in the system."""
    if transport is None:
        return
    transport.set_write_buffer_limits(high=_UNSENT)
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    connected = transport.get_extra_info("socket")
    if option is not None and connected is not None:
        with suppress(OSError):
            connected.setsockopt(socket.IPPROTO_TCP, option, _UNSENT)


def _file(name: str) -> web.FileResponse:
    path = ASSETS / name
    if path.parent != ASSETS or path.suffix not in _KINDS or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={hdrs.CONTENT_TYPE: _KINDS[path.suffix]})


def _wants_page(request: web.Request) -> bool:
    """Whether somebody opens it; programs, our page among them, ask for JSON or for anything."""
    return "text/html" in request.headers.get(hdrs.ACCEPT, "")


def _is_browser(request: web.Request) -> bool:
    """Whether a browser asks, which sends the second header with whatever a page asks for."""
    return _wants_page(request) or "Sec-Fetch-Site" in request.headers


def _json(value: Json) -> web.Response:
    return web.Response(text=to_json(value), content_type="application/json")
