"""The server by HTTP and WebSocket, as programs and browsers see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.osc import packets
from musicvae.live.osc.replies import message
from musicvae.live.table import ADDRESSES
from musicvae.page.job import COOKIE, TOKEN

Serve = Callable[..., None]
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def heard(data: bytes) -> tuple[str, tuple[Any, ...]]:
    (one,) = packets.read(data)
    return one.address, one.arguments


def test_the_whole_space_and_its_parts(serve: Serve) -> None:
    async def test(web: Any) -> None:
        whole = await (await web.get("/")).json()
        assert whole["CONTENTS"]["deck"]["CONTENTS"]["b"]["FULL_PATH"] == "/deck/b"
        gain = await (await web.get("/deck/b/gain")).json()
        assert whole["CONTENTS"]["deck"]["CONTENTS"]["b"]["CONTENTS"]["gain"] == gain
        assert (await web.get("/deck/b/gain")).content_type == "application/json"
        assert (await web.get("/deck/c/gain")).status == 404

    serve(test)


def test_single_attributes(serve: Serve) -> None:
    async def test(web: Any) -> None:
        assert await (await web.get("/gain?VALUE")).json() == {"VALUE": [-3.0]}
        assert await (await web.get("/gain?TYPE")).json() == {"TYPE": "f"}
        assert await (await web.get("/deck?TYPE")).json() == {}
        assert (await web.get("/panic?VALUE")).status == 204
        assert (await web.get("/deck/b/tape/loop?VALUE")).status == 204  # no tape is loaded
        assert (await web.get("/gain?CLIPMODE")).status == 400
        assert (await web.get("/gain?VALUE&TYPE")).status == 400
        info = await (await web.get("/anything?HOST_INFO")).json()
        assert (info["OSC_PORT"], info["OSC_TRANSPORT"]) == (7700, "UDP")
        assert info["EXTENSIONS"]["LISTEN"]
        assert info["EXTENSIONS"]["PATH_CHANGED"]

    serve(test)


def test_listening_and_ignoring(serve: Serve, stage: Any) -> None:
    async def test(web: Any) -> None:
        socket = await web.ws_connect("/")
        for path in ("/deck/a/gain", "/gain", "/latent/1", "/deck/a/latent", "/nowhere"):
            await socket.send_json({"COMMAND": "LISTEN", "DATA": path})
        await socket.send_bytes(message("/quit"))  # answered after all of these were heard
        assert heard(await socket.receive_bytes())[1] == ("/quit", "only over OSC")
        stage.say("/get.reply", "/deck/a/gain", -6.0)
        stage.say("/get.reply", "/deck/a/latent", 0.0, 0.5, 0.0)
        stage.say("/get.reply", "/deck/b/gain", -7.0)
        told = [heard(await socket.receive_bytes()) for _ in range(4)]
        assert sorted(told) == [
            ("/deck/a/gain", (-6.0,)),
            ("/deck/a/latent", (0.0, 0.5, 0.0)),
            ("/gain", (-6.0,)),
            ("/latent/1", (0.5,)),
        ]
        await socket.send_json({"COMMAND": "IGNORE", "DATA": "/gain"})
        await socket.send_bytes(message("/quit"))
        await socket.receive_bytes()
        stage.say("/get.reply", "/deck/a/gain", -8.0)
        stage.say("/get.reply", "/deck/a/latent", 0.0, 0.5, 1.0)
        told = [heard(await socket.receive_bytes()) for _ in range(2)]
        assert {address for address, _ in told} == {"/deck/a/gain", "/deck/a/latent"}

    serve(test)


def test_another_model_changes_the_paths(serve: Serve, stage: Any) -> None:
    async def test(web: Any) -> None:
        socket = await web.ws_connect("/")
        await socket.send_bytes(message("/quit"))
        await socket.receive_bytes()
        stage.load("b", "punk", 5)
        assert await socket.receive_json() == {"COMMAND": "PATH_CHANGED", "DATA": "/deck/b"}
        assert (await web.get("/deck/b/latent/4")).status == 200
        assert ("/deck/b/model/latents", ()) in stage.sent

    serve(test)


def test_messages_reach_the_daemon(serve: Serve, stage: Any) -> None:
    async def test(web: Any) -> None:
        socket = await web.ws_connect("/")
        await socket.send_bytes(message("/deck/b/latent", 0.5, 0.25))
        await socket.send_bytes(message("/gain", 99.0))
        assert heard(await socket.receive_bytes())[1][0] == "/gain"
        assert stage.sent == [("/deck/b/latent", (0.5, 0.25))]
        stage.reachable = False
        await socket.send_bytes(message("/gain", -1.0))
        assert "cannot be reached" in heard(await socket.receive_bytes())[1][1]

    serve(test)


def test_followers_hear_everything_and_what_was_before(serve: Serve, stage: Any) -> None:
    stage.say("/sounding", "b", 0.5, 0.25)
    stage.say("/peak", -3.0)

    async def test(web: Any) -> None:
        socket = await web.ws_connect("/")
        await socket.send_json({"COMMAND": "FOLLOW"})
        told = [heard(await socket.receive_bytes()) for _ in range(8)]
        assert ("/sounding", ("b", 0.5, 0.25)) in told
        assert ("/peak", (-3.0,)) in told
        assert ("/get.reply", ("/deck/b/model/load", "metal")) in told
        stage.say("/done", "/preset/save", "one")
        assert heard(await socket.receive_bytes()) == ("/done", ("/preset/save", "one"))
        stage.hub.connected(False)
        gone = {"COMMAND": "DAEMON", "DATA": False}
        assert await socket.receive_json() == gone
        late = await web.ws_connect("/")
        await late.send_json({"COMMAND": "FOLLOW"})
        assert await late.receive_json() == gone

    serve(test)


@pytest.mark.parametrize(
    "said", ["", "{", "[]", "3", '{"COMMAND": 3}', '{"COMMAND": "LISTEN", "DATA": []}', "[" * 5000]
)
def test_nonsense_ends_nothing(serve: Serve, said: str) -> None:
    async def test(web: Any) -> None:
        socket = await web.ws_connect("/")
        await socket.send_str(said)
        await socket.send_bytes(b"nonsense")
        assert heard(await socket.receive_bytes())[0] == "/error"

    serve(test)


def test_a_message_that_is_too_long_ends_its_connection(serve: Serve) -> None:
    async def test(web: Any) -> None:
        socket = await web.ws_connect("/")
        await socket.send_bytes(bytes(70_000))
        assert (await socket.receive()).data == 1009  # too big
        again = await web.ws_connect("/")
        await again.send_bytes(b"nonsense")
        assert heard(await again.receive_bytes())[0] == "/error"

    serve(test)


def test_to_one_that_reads_slowly_little_is_on_its_way(
    serve: Serve, stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It reads nothing while this machine says everything, so it answers no heartbeat either.
    monkeypatch.setattr("musicvae.page.server._HEARTBEAT", None)
    many, size = 20_000, 64

    async def test(web: Any) -> None:
        slow = await web.ws_connect("/")
        await slow.send_json({"COMMAND": "FOLLOW"})
        while not any(client.follows for client in stage.hub.clients):
            await asyncio.sleep(0.01)
        for number in range(many):
            stage.say("/sounding", "a", *[float(number)] * size)
            await asyncio.sleep(0)
        numbers: list[float] = []
        while not numbers or numbers[-1] < many - 1:
            address, (_, *values) = heard(await slow.receive_bytes())
            if address == "/sounding":
                numbers.append(values[0])
        assert numbers == sorted(numbers)
        assert len(numbers) < many / 4

    serve(test)


def test_there_are_only_so_many_clients(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    monkeypatch.setattr("musicvae.page.server.MAX_CLIENTS", 2)

    async def test(web: Any) -> None:
        one, _ = await web.ws_connect("/"), await web.ws_connect("/")
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await web.ws_connect("/")
        await one.close()
        await web.ws_connect("/")

    serve(test)


def test_a_browser_gets_the_page_and_may_run_only_our_scripts(serve: Serve) -> None:
    async def test(web: Any) -> None:
        page = await web.get("/", headers=BROWSER)
        assert page.content_type == "text/html"
        policy = page.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert (await web.get("/?HTML")).content_type == "text/html"
        ours = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
        assert (await web.get("/", headers=ours)).content_type == "application/json"
        assert (await web.get("/assets/..%2fserver.py")).status == 404
        assert (await web.get("/assets/nothing.js")).status == 404
        assert (await web.post("/")).status == 405

    serve(test)


def test_no_address_of_ours_hides_the_files_of_the_page() -> None:
    assert "assets" not in ADDRESSES.beginnings


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.com"}, {"Origin": "http://evil.com"}, {"Origin": "null"}]
)
def test_strangers_are_refused(serve: Serve, headers: dict[str, str]) -> None:
    import aiohttp

    async def test(web: Any) -> None:
        for path in ("/", "/gain?VALUE", "/assets/main.js"):
            refused = await web.get(path, headers=headers)
            assert refused.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await web.ws_connect("/", headers=headers)

    serve(test)


def test_elsewhere_browsers_need_the_token(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    import aiohttp

    monkeypatch.setattr("musicvae.page.visitors.is_loopback", lambda host: False)

    async def test(web: Any) -> None:
        here = f"http://{web.host}:{web.port}"
        assert (await web.get("/", headers=BROWSER)).status == 403
        assert (await web.get("/assets/main.js", headers={"Sec-Fetch-Site": "none"})).status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await web.ws_connect("/", headers={"Origin": here})
        assert (await web.get(f"/?{TOKEN}=wrong", headers=BROWSER)).status == 403
        assert (await web.get("/gain")).status == 200  # a program, which OSC obeys as well
        link = await web.get(f"/?{TOKEN}=secret", headers=BROWSER)
        assert link.status == 200
        cookie = link.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        known = {"Cookie": f"{COOKIE}=secret"}
        assert (await web.get("/", headers=BROWSER | known)).status == 200
        assert await web.ws_connect("/", headers={"Origin": here} | known)

    serve(test, token="secret")


def test_json_is_one_line_of_ascii(serve: Serve, stage: Any) -> None:
    stage.say("/get.reply", "/deck/a/model/load", "jäzz")

    async def test(web: Any) -> None:
        text = await (await web.get("/model/load?VALUE")).text()
        assert json.loads(text) == {"VALUE": ["jäzz"]}
        assert text.isascii()

    serve(test)
